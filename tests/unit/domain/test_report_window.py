"""Report windows and percentages."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stressvision.domain.emotions import stress_percentage
from stressvision.domain.reports import EmotionTally, summarise, window_holding

MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
LENGTHS = st.integers(1, 1440).map(lambda minutes: timedelta(minutes=minutes))


@given(MOMENTS, LENGTHS)
def test_every_moment_is_in_exactly_one_window(moment: datetime, length: timedelta) -> None:
    window = window_holding(moment, length)
    assert window.start <= moment < window.end
    assert window.end - window.start == length
    assert window_holding(window.end, length).start == window.end


@given(MOMENTS)
def test_quarter_hours_begin_on_the_quarter(moment: datetime) -> None:
    start = window_holding(moment, timedelta(minutes=15)).start
    assert (start.minute % 15, start.second, start.microsecond) == (0, 0, 0)


def tally(employee_id: int, emotion: str | None, count: int, confidence: float = 0.8) -> EmotionTally:
    rated = count if emotion else 0
    return EmotionTally(employee_id, "Ana", "EMP001", "Producción", emotion, count, rated * confidence, rated)


def test_summary_counts_stress_and_sadness_of_all_detections() -> None:
    (ana,) = summarise([tally(1, "neutral", 70), tally(1, "stress", 10, 0.9), tally(1, "sad", 3), tally(1, None, 17)])
    assert ana.total_detections == 100
    assert ana.stress_pct == 13.0
    assert ana.counts == {"neutral": 70, "happy": 0, "stress": 10, "sad": 3, "fatigue": 0}
    assert ana.avg_confidence == round((73 * 0.8 + 10 * 0.9) / 83, 3)


def test_unanalysed_employee_has_no_confidence() -> None:
    (ana,) = summarise([tally(1, None, 5)])
    assert (ana.stress_pct, ana.avg_confidence) == (0.0, None)


@given(st.dictionaries(st.sampled_from(["neutral", "happy", "stress", "sad", "fatigue"]), st.integers(0, 1000)))
def test_percentage_is_between_0_and_100(counts: dict[str, int]) -> None:
    assert 0.0 <= stress_percentage(counts, sum(counts.values())) <= 100.0


def test_half_is_rounded_like_sql() -> None:
    assert stress_percentage({"stress": 17}, 32) == 53.13
    assert stress_percentage({"stress": 1, "sad": 2}, 32) == 9.38
