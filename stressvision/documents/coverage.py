"""The camera coverage in a report: its share in words, and its charts."""

from collections.abc import Sequence

from stressvision.documents import charts
from stressvision.documents import report_texts as texts
from stressvision.documents.document import Block, Chart, Heading
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.domain.emotions import percent
from stressvision.wire.reports import DeviceCoverage


def name_coverage(reader: ReaderProfile, coverage: Sequence[DeviceCoverage]) -> str:
    """Return the share of the camera time in which cameras were watching, in a sentence."""
    minutes = sum(device.minutes for device in coverage)
    if not minutes:
        return reader.text(texts.NO_COVERAGE)
    share = percent(sum(device.seen_minutes for device in coverage), minutes)
    return reader.text(texts.COVERAGE_VALUE, share=f"{share:.0f}")


def name_short_coverage(reader: ReaderProfile, coverage: Sequence[DeviceCoverage]) -> str:
    """Return the same share as a number, or a dash where no camera was expected."""
    minutes = sum(device.minutes for device in coverage)
    if not minutes:
        return reader.text(texts.NOT_SET)
    return f"{percent(sum(device.seen_minutes for device in coverage), minutes):.0f} %"


def build_coverage_charts(
    reader: ReaderProfile, coverage: Sequence[DeviceCoverage], marks: Sequence[str], slices: int
) -> list[Block]:
    """Return the heading and the charts of the coverage, or nothing where no camera was expected.

    Args:
        reader: Language and time zone.
        coverage: The cameras.
        marks: Labels spread evenly below the rows.
        slices: Slices of the whole period.
    """
    if not coverage:
        return []
    strips = [
        charts.CoverageRow(
            device.device_id,
            device.location or "",
            f"{device.coverage_pct:.0f} %|"
            + reader.text(texts.MINUTES_OF, seen=f"{device.seen_minutes:,}", minutes=f"{device.minutes:,}"),
            device.strip,
        )
        for device in coverage
    ]
    return [Heading(text=reader.text(texts.SEEN_BY_CAMERAS)), *_split(reader, strips, marks, max(1, slices))]


def _split(
    reader: ReaderProfile, strips: Sequence[charts.CoverageRow], marks: Sequence[str], slices: int
) -> list[Block]:
    """Return one chart, or several of at most COVERAGE_ROWS compact rows, so that no chart exceeds a page."""
    title = reader.text(texts.COVERAGE_TITLE)
    is_compact, is_split = len(strips) > charts.FULL_COVERAGE_ROWS, len(strips) > charts.COVERAGE_ROWS
    blocks: list[Block] = []
    for start in range(0, len(strips), charts.COVERAGE_ROWS):
        part = strips[start : start + charts.COVERAGE_ROWS]
        end = start + len(part)
        own = reader.text(texts.COVERAGE_PART, title=title, first=start + 1, last=end, total=len(strips))
        alt = own if is_split else title
        drawing = charts.coverage(part, marks, slices, alt, is_compact=is_compact)
        note = reader.text(texts.COVERAGE_NOTE) if end == len(strips) else ""
        blocks.append(Chart(title=alt, drawing=drawing, note=note))
    return blocks
