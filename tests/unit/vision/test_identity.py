import pytest

from stressvision.vision.recognition.gallery import Match
from stressvision.vision.recognition.identity import (
    DOUBTS_TO_FORGET,
    LEAST_VOTES,
    IdentityVote,
    Standing,
)


def vote_for(employee_id: int, confidence: float = 0.95) -> Match:
    return Match(employee_id, f"EMP{employee_id:03}", distance=0.3, confidence=confidence)


def named(employee_id: int = 1) -> IdentityVote:
    vote = IdentityVote()
    for _ in range(LEAST_VOTES):
        vote.add(vote_for(employee_id))
    return vote


def test_one_picture_names_nobody() -> None:
    vote = IdentityVote()
    vote.add(vote_for(1))

    assert vote.identity.standing is Standing.COLLECTING
    assert vote.identity.match is None


def test_pictures_that_agree_name_a_person_with_their_mean_confidence() -> None:
    vote = IdentityVote()
    for confidence in (0.9, 0.8, 0.85, 0.85):
        vote.add(vote_for(1, confidence))

    assert vote.identity.standing is Standing.NAMED
    assert vote.identity.match is not None
    assert vote.identity.match.confidence == pytest.approx(0.85)


def test_pictures_of_nobody_make_an_unknown() -> None:
    vote = IdentityVote()
    for _ in range(LEAST_VOTES):
        vote.add(None)

    assert vote.identity.standing is Standing.UNKNOWN


def test_pictures_that_name_two_people_name_nobody() -> None:
    vote = IdentityVote()
    for choice in (1, 1, 2, 1, 1, 1):
        vote.add(vote_for(choice))

    assert vote.identity.standing is Standing.UNKNOWN


def test_votes_that_agree_but_are_not_sure_name_nobody() -> None:
    vote = IdentityVote()
    for _ in range(LEAST_VOTES):
        vote.add(vote_for(1, confidence=0.6))

    assert vote.identity.standing is Standing.UNKNOWN


def test_one_picture_that_does_not_confirm_the_name_keeps_it_but_asks_for_another() -> None:
    vote = named()
    vote.add(None)

    assert vote.identity.standing is Standing.NAMED
    assert vote.in_doubt


def test_a_name_is_taken_back_when_pictures_stop_confirming_it() -> None:
    vote = named()
    for _ in range(DOUBTS_TO_FORGET):
        vote.add(None)

    assert vote.identity.match is None


def test_a_single_picture_of_somebody_else_takes_the_name_back_at_once() -> None:
    vote = named(1)
    vote.add(vote_for(2))

    assert vote.identity.standing is Standing.COLLECTING


def test_restarting_forgets_the_name_and_the_votes() -> None:
    vote = named()
    vote.restart()
    vote.add(vote_for(1))

    assert vote.identity.standing is Standing.COLLECTING
