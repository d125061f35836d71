from pathlib import Path

import pytest

from benchmarks.alarms import bound_count
from benchmarks.document import BEGINNING, END, replace_section


def test_benchmark_replaces_only_what_it_wrote(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("# Performance\n\n## Edge\n\nby hand\n\n## Server\n\nkept\n")

    replace_section("## Edge\n\nnew\n\n### more", document)
    replace_section("## Edge\n\nnewer", document)

    assert document.read_text() == (
        f"# Performance\n\n## Edge\n\n{BEGINNING}\n\nnewer\n\n{END}\n\nby hand\n\n## Server\n\nkept\n"
    )


def test_missing_document_is_created(tmp_path: Path) -> None:
    replace_section("## Edge\n\nnew", tmp_path / "performance.md")

    assert (tmp_path / "performance.md").read_text() == f"# Performance\n\n## Edge\n\n{BEGINNING}\n\nnew\n\n{END}\n"


@pytest.mark.parametrize(("events", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)])
def test_interval_of_a_count_is_garwoods(events: int, low: float, high: float) -> None:
    assert bound_count(events) == pytest.approx((low, high), rel=1e-3)
