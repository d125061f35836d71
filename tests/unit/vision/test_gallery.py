import numpy as np
import pytest

from stressvision.vision.recognition.embedding import EMBEDDING_SIZE, Embedding
from stressvision.vision.recognition.enrolment import FaceSample, find_double, mark_outliers
from stressvision.vision.recognition.gallery import EnrolledFace, FaceGallery, confidence_at


def at(position: float, axis: int = 0) -> Embedding:
    """A point at this distance from the origin: distances between points on one axis are plain differences."""
    embedding = np.zeros(EMBEDDING_SIZE)
    embedding[axis] = position
    return embedding


def gallery(*positions: float) -> FaceGallery:
    faces = [EnrolledFace(index, f"EMP{index:03}", np.array([at(place)])) for index, place in enumerate(positions, 1)]
    return FaceGallery(faces, threshold=0.5, margin=0.04)


def test_the_nearest_person_within_the_threshold_is_recognised() -> None:
    match = gallery(0.3, 0.9).identify(at(0.0))

    assert match is not None
    assert match.employee_code == "EMP001"
    assert match.distance == pytest.approx(0.3)


def test_nobody_is_recognised_beyond_the_threshold() -> None:
    assert gallery(0.51, 0.9).identify(at(0.0)) is None


def test_two_people_almost_as_near_are_nobody() -> None:
    assert gallery(0.30, 0.33).identify(at(0.0)) is None


def test_an_empty_gallery_recognises_nobody() -> None:
    assert gallery().identify(at(0.0)) is None


def test_distance_is_the_mean_of_nearest_still_and_mean_still() -> None:
    faces = [
        EnrolledFace(1, "EMP001", np.array([at(0.9), at(0.2)])),
        EnrolledFace(2, "EMP002", np.empty((0, EMBEDDING_SIZE))),
        EnrolledFace(3, "EMP003", np.array([at(0.5)])),
    ]

    matches = FaceGallery(faces, 0.5, 0.04).nearest(at(0.0))

    assert [match.employee_code for match in matches] == ["EMP001", "EMP003"]
    assert [match.distance for match in matches] == pytest.approx([(0.2 + 0.55) / 2, 0.5])


def test_confidence_falls_with_distance_and_is_even_where_calibration_found_it() -> None:
    confidences = [confidence_at(distance) for distance in (0.2, 0.4, 0.463, 0.55, 0.7)]

    assert confidences == sorted(confidences, reverse=True)
    assert confidences[2] == pytest.approx(0.5, abs=0.01)
    assert confidences[0] > 0.99
    assert confidences[-1] < 0.01


def samples(*embeddings: Embedding) -> list[FaceSample]:
    return [FaceSample(embedding, 0.9) for embedding in embeddings]


def test_a_still_of_somebody_else_is_marked() -> None:
    marked = mark_outliers(samples(at(0.0), at(0.1), at(0.2), at(0.9, axis=1)))

    assert [sample.outlier for sample in marked] == [False, False, False, True]


def test_two_stills_that_differ_accuse_neither() -> None:
    assert not any(sample.outlier for sample in mark_outliers(samples(at(0.0), at(0.9))))


def test_somebody_already_enrolled_is_found() -> None:
    double = find_double(samples(at(0.1), at(0.0), at(0.9)), gallery(0.3, 2.0))

    assert double is not None
    assert double.employee_code == "EMP001"


def test_one_still_that_resembles_somebody_is_no_double_enrolment() -> None:
    assert find_double(samples(at(0.1), at(0.9, axis=1), at(0.95, axis=1)), gallery(0.3, 2.0)) is None
