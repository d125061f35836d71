from pathlib import Path

import pytest

from benchmarks.alarms import bound_count
from benchmarks.document import replace_section


def test_section_replaces_only_itself(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("# Performance\n\n## Edge\n\nold\n\n### more\n\nold\n\n## Server\n\nkept\n")

    replace_section("## Edge\n\nnew", document)
    replace_section("## Edge\n\nnewer", document)

    assert document.read_text() == "# Performance\n\n## Server\n\nkept\n\n## Edge\n\nnewer\n"


def test_missing_document_is_created(tmp_path: Path) -> None:
    replace_section("## Edge\n\nnew", tmp_path / "performance.md")

    assert (tmp_path / "performance.md").read_text() == "# Performance\n\n## Edge\n\nnew\n"


@pytest.mark.parametrize(("events", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)])
def test_interval_of_a_count_is_garwoods(events: int, low: float, high: float) -> None:
    assert bound_count(events) == pytest.approx((low, high), rel=1e-3)
