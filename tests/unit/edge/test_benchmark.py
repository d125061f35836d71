from pathlib import Path

from benchmarks.document import replace_section


def test_a_section_takes_the_place_of_its_own_and_of_no_other(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("# Performance\n\n## Edge\n\nold\n\n### more\n\nold\n\n## Server\n\nkept\n")

    replace_section("## Edge\n\nnew", document)
    replace_section("## Edge\n\nnewer", document)

    assert document.read_text() == "# Performance\n\n## Server\n\nkept\n\n## Edge\n\nnewer\n"


def test_a_document_that_is_not_there_is_begun(tmp_path: Path) -> None:
    replace_section("## Edge\n\nnew", tmp_path / "performance.md")

    assert (tmp_path / "performance.md").read_text() == "# Performance\n\n## Edge\n\nnew\n"
