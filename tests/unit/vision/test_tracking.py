import numpy as np
import pytest

from stressvision.vision.tracking import BLIND_SECONDS, LOST_SECONDS, MOST_TRACKS, UNSURE_SECONDS, Tracker
from tests.faces import make_face, make_frame

FRAME = 1 / 15


def test_a_moving_face_keeps_its_id() -> None:
    tracker = Tracker()
    seen = set()
    for step in range(20):
        face = make_face(100 + 20 * step)
        seen |= {track.id for track in tracker.update(make_frame((face, 1)), [face], step * FRAME)}

    assert seen == {1}


def test_two_faces_that_cross_keep_their_ids_although_one_is_hidden_for_a_moment() -> None:
    tracker = Tracker()
    last: dict[int, float] = {}
    for step in range(40):
        going_right, going_left = make_face(60 + 12 * step), make_face(540 - 12 * step, side=90)
        hidden = abs(going_right.box.centre[0] - going_left.box.centre[0]) < 60
        faces = [going_right] if hidden else [going_right, going_left]
        painted = [(face, int(face.box.w)) for face in faces]
        for track in tracker.update(make_frame(*painted), faces, step * FRAME):
            last[track.id] = track.face.box.centre[0]

    assert last == {1: pytest.approx(60 + 12 * 39), 2: pytest.approx(540 - 12 * 39)}


def test_faces_that_overlap_are_marked_as_crossing_and_unsure() -> None:
    tracker = Tracker()
    apart = [make_face(200), make_face(400)]
    together = [make_face(260), make_face(340)]
    tracker.update(make_frame((apart[0], 1), (apart[1], 2)), apart, 0.0)

    tracks = tracker.update(make_frame((together[0], 1), (together[1], 2)), together, FRAME)

    assert [track.crossing for track in tracks] == [True, True]


def test_somebody_else_in_the_same_seat_is_noticed_in_the_first_frame() -> None:
    tracker = Tracker()
    face = make_face(300)
    tracker.update(make_frame((face, 1)), [face], 0.0)
    (steady,) = tracker.update(make_frame((face, 1)), [face], FRAME)
    was_unsure = steady.unsure

    (track,) = tracker.update(make_frame((face, 2)), [face], 2 * FRAME)

    assert not was_unsure
    assert track.unsure


def test_a_change_of_light_alone_raises_no_doubt() -> None:
    tracker = Tracker()
    face = make_face(300)
    frame = make_frame((face, 1))
    tracker.update(frame // 2 + 60, [face], 0.0)

    (track,) = tracker.update(frame // 2 + 90, [face], FRAME)

    assert not track.unsure


@pytest.mark.parametrize(("gap", "unsure"), [(0.2, False), (UNSURE_SECONDS + 0.1, True)])
def test_a_face_that_was_missed_is_doubted_when_it_comes_back_late(gap: float, unsure: bool) -> None:
    tracker = Tracker()
    face = make_face(300)
    frame = make_frame((face, 1))
    tracker.update(frame, [face], 0.0)
    tracker.update(frame, [], gap / 2)

    (track,) = tracker.update(frame, [face], gap)

    assert (track.id, track.unsure) == (1, unsure)


@pytest.mark.parametrize("gap", [0.07, 0.2, 0.4])
def test_a_slow_device_notices_somebody_else_in_the_same_seat_too(gap: float) -> None:
    tracker = Tracker()
    face = make_face(300)
    # As far apart as the two people of the recording who are hardest to tell by their looks but for one pair.
    plain = np.full((480, 640, 3), 128, np.uint8)
    other = plain.copy()
    other[:, 300:] += 38
    tracker.update(plain, [face], 0.0)

    (track,) = tracker.update(other, [face], gap)

    assert track.unsure


@pytest.mark.parametrize(("gap", "unsure"), [(UNSURE_SECONDS + 0.1, False), (BLIND_SECONDS + 0.1, True)])
def test_a_slow_device_does_not_doubt_everybody_in_every_picture(gap: float, unsure: bool) -> None:
    tracker = Tracker()
    face = make_face(300)
    frame = make_frame((face, 1))
    tracker.update(frame, [face], 0.0)

    (track,) = tracker.update(frame, [face], gap)

    assert (track.id, track.unsure) == (1, unsure)


def test_a_face_out_of_sight_for_long_is_gone_and_its_id_is_not_used_again() -> None:
    tracker = Tracker()
    face = make_face(300)
    frame = make_frame((face, 1))
    tracker.update(frame, [face], 0.0)
    tracker.update(frame, [], LOST_SECONDS + 0.1)
    nobody = list(tracker.tracks)

    (track,) = tracker.update(frame, [face], LOST_SECONDS + 0.2)

    assert nobody == []
    assert track.id == 2


def test_the_number_of_tracks_is_bounded() -> None:
    tracker = Tracker()
    faces = [make_face(30 + 40 * (index % 16), 20 + 40 * (index // 16), side=30) for index in range(MOST_TRACKS + 8)]

    tracks = tracker.update(make_frame(), faces, 0.0)

    assert len(tracks) == MOST_TRACKS


def test_forgetting_begins_anew() -> None:
    tracker = Tracker()
    face = make_face(300)
    frame = make_frame((face, 1))
    tracker.update(frame, [face], 0.0)
    tracker.forget()

    (track,) = tracker.update(frame, [face], FRAME)

    assert track.id == 2
