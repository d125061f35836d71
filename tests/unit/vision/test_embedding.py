"""The encoder against dlib's own network, on the stills of synthetic people."""

import warnings
from pathlib import Path

import cv2
import dlib
import numpy as np
import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.vision.faces import FaceDetector
from stressvision.vision.networks import FACE_ENCODER, Frame, find_model
from stressvision.vision.recognition.embedding import EMBEDDING_SIZE, FaceEncoder
from stressvision.vision.recognition.encoder_network import EncoderNetwork

STILLS = sorted((PROJECT_ROOT / "demo" / "enrol").glob("EMP00[1-4]/[1-3].jpg"))


def read(path: Path) -> Frame:
    return np.asarray(cv2.imread(str(path)), np.uint8)


def test_embeddings_equal_those_of_dlib() -> None:
    reference = dlib.face_recognition_model_v1(str(find_model(FACE_ENCODER)))
    encoder, network, detector = FaceEncoder(), EncoderNetwork(), FaceDetector()
    assert len(STILLS) == 12
    for path in STILLS:
        frame = read(path)
        (face,) = detector.detect(frame)
        chip = encoder.align(frame, face)

        assert network.run(chip) == pytest.approx(np.array(reference.compute_face_descriptor(chip)), abs=1e-4)


def test_the_network_loads_where_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    chip = np.full((150, 150, 3), 90, np.uint8)
    usual = EncoderNetwork().run(chip)
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: Path("/dev/full").open("wb"))  # noqa: SIM115  closed by its user

    assert EncoderNetwork().run(chip).tolist() == usual.tolist()


def test_an_embedding_is_the_mean_of_face_and_mirror_image() -> None:
    encoder, network, detector = FaceEncoder(), EncoderNetwork(), FaceDetector()
    frame = read(STILLS[0])
    (face,) = detector.detect(frame)
    chip = encoder.align(frame, face)

    embedding = encoder.encode(frame, face)

    views = np.stack([network.run(chip), network.run(np.ascontiguousarray(chip[:, ::-1]))])
    assert embedding.shape == (EMBEDDING_SIZE,)
    assert embedding == pytest.approx(views.mean(axis=0), abs=1e-6)


def test_embeddings_of_face_recognition_are_those_of_the_same_person() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports pkg_resources, and ends the process where that warns
        import face_recognition
    encoder, detector = FaceEncoder(), FaceDetector()
    for path in STILLS[::3]:
        frame = read(path)
        (face,) = detector.detect(frame)
        (reference,) = face_recognition.face_encodings(np.ascontiguousarray(frame[:, :, ::-1]))

        assert np.linalg.norm(encoder.encode(frame, face) - reference) < 0.3
