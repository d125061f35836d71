from datetime import UTC, datetime
from pathlib import Path

from stressvision.edge.health.statistics import Statistics, StatisticsFile

SAMPLE = Statistics(
    at=datetime(2026, 11, 22, 10, 30, tzinfo=UTC),
    device_id="cam-1",
    seconds=60.0,
    state="watching",
    fps=15.0,
    frames_processed=900,
    frames_dropped=3,
    breaks=0,
    detections=58,
    named=51,
    waiting=0,
    early=0,
    refused=0,
    lost=0,
    stage_ms={"detect": 5.1},
    clock_ahead_seconds=None,
    temperature=None,
    throttled=None,
    ended=False,
)


def test_each_write_appends_a_line(tmp_path: Path) -> None:
    StatisticsFile(tmp_path / "stats.jsonl").write(SAMPLE)
    StatisticsFile(tmp_path / "stats.jsonl").write(SAMPLE.model_copy(update={"ended": True}))

    lines = (tmp_path / "stats.jsonl").read_text().splitlines()
    assert [Statistics.model_validate_json(line).ended for line in lines] == [False, True]
    assert '"at":"2026-11-22T10:30:00.000Z"' in lines[0]


def test_unwritable_file_raises_nothing(tmp_path: Path) -> None:
    file = StatisticsFile(tmp_path / "absent" / "stats.jsonl")
    file.write(SAMPLE)
    (tmp_path / "absent").mkdir()
    file.write(SAMPLE)

    assert len((tmp_path / "absent" / "stats.jsonl").read_text().splitlines()) == 1
