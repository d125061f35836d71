"""Erasure rules: removal from reports and texts, and the search for traces."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stressvision.domain.emotions import Emotion
from stressvision.domain.erasure import (
    ERASED_KEY,
    Traces,
    count_occurrences,
    encode_words,
    forget_person,
    mask_words,
    pick_face_fragments,
)

COUNTS = st.fixed_dictionaries({emotion.value: st.integers(0, 50) for emotion in Emotion})


def entry(employee_id: int, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "employee_id": employee_id,
        "name": f"Persona {employee_id}",
        "code": f"EMP{employee_id:03}",
        "department": "Producción",
        "stress_pct": 12.5,
        "total_detections": sum(counts.values()),
        "counts": counts,
        "avg_confidence": 0.8,
    }


@given(st.dictionaries(st.integers(1, 5), COUNTS, max_size=5), st.lists(st.integers(1, 6), max_size=4))
def test_report_keeps_sums_and_no_name_of_an_erased_person(
    people: dict[int, dict[str, int]], forgotten: list[int]
) -> None:
    summary = {str(person): entry(person, counts) for person, counts in people.items()}
    result = dict(summary)
    for person in forgotten:
        result = forget_person(result, person)
    for name in (emotion.value for emotion in Emotion):
        assert sum(e["counts"][name] for e in result.values()) == sum(e["counts"][name] for e in summary.values())
    assert sum(e["total_detections"] for e in result.values()) == sum(e["total_detections"] for e in summary.values())
    for person in forgotten:
        assert str(person) not in result
        assert f"EMP{person:03}" not in str(result)
        assert f"Persona {person}" not in str(result)
    kept = set(people) - set(forgotten)
    assert {key: value for key, value in result.items() if key != ERASED_KEY} == {str(p): summary[str(p)] for p in kept}


def test_code_is_removed_from_texts_only_where_it_stands_alone() -> None:
    traces = Traces("EMP001", ("Ana Torres Vega",))
    assert traces.remove_from("EMP001: hablé con ana torres vega y con EMP0010") == (
        "[borrado]: hablé con [borrado] y con EMP0010"
    )
    shared = Traces("EMP001", ("Ana Torres",), ("Ana Torres Vega", "EMP001B"))
    assert shared.remove_from("ANA TORRES, Ana Torres Vega, EMP001B") == "[borrado], Ana Torres Vega, EMP001B"
    assert traces.remove_within({"EMP001": ["Ana Torres Vega", 3]}) == {"[borrado]": ["[borrado]", 3]}


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(1, 40))
def test_trace_is_found_across_pieces_of_a_stream(before: bytes, after: bytes, size: int) -> None:
    data = before + b"EMP001" + after
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert count_occurrences(pieces, (b"EMP001",)) == count_occurrences([data], (b"EMP001",)) >= 1


def test_longer_code_is_not_a_trace() -> None:
    pieces = [b"..EMP00", b"10..EMP001", b"1"]
    assert count_occurrences(pieces, (b"EMP001",), excused=(b"EMP0010", b"EMP0011")) == 0
    assert count_occurrences([*pieces, b" EMP001;"], (b"EMP001",), excused=(b"EMP0010", b"EMP0011")) == 1


def test_needles_are_the_stored_forms_of_texts_and_faces() -> None:
    assert encode_words(("EMP001", "María", "")) == (b"EMP001", "María".encode(), b"Mar\\u00eda")
    samples = (bytes(range(256)) * 2, bytes(512))
    parts = pick_face_fragments("[0.0123, 0.4567, 0.891, 0.2345, 0.6789]", samples)
    assert samples[0][:32] in parts
    assert bytes(32) not in parts


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("EMP001: «José Peña», emp001.", "******: «***********», emp001."),
        ("EMP0010 XEMP001 EMP001B EMP001_2 José Peñaranda", "EMP0010 XEMP001 EMP001B ******_2 José Peñaranda"),
        (r"\nEMP001\nJosé Peña\u0020EMP001 %20EMP001", r"\n******\n***********\u0020****** %20******"),
        (r"Jos\u00e9 Pe\u00f1a, José Peña Ruiz", "*******************, José Peña Ruiz"),
    ],
)
def test_only_whole_words_are_masked(before: str, after: str) -> None:
    words, others = ("EMP001", "José Peña"), ("José Peña Ruiz",)
    assert mask_words(before.encode(), words, others) == after.encode()


@given(
    st.binary(max_size=60), st.sampled_from([b" EMP001 ", "«José»".encode(), b"EMP001", b""]), st.binary(max_size=60)
)
def test_masked_text_keeps_its_length_and_loses_the_word(before: bytes, word: bytes, after: bytes) -> None:
    text = before + word + after
    cleaned = mask_words(text, ("EMP001", "José"))
    assert len(cleaned) == len(text)
    assert mask_words(cleaned, ("EMP001", "José")) == cleaned
