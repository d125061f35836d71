"""Features that the converted towers return for distorted pictures: what the head sees at run time, int8 and all."""

import multiprocessing
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stressvision.training.augmentation import distort_face
from stressvision.training.data import FloatArray, IntArray, UInt8Array, standardise
from stressvision.training.samples import FERPLUS_EYES, Eyes, FaceSet
from stressvision.training.towers import SIZE
from stressvision.vision.networks import Network

PART = 500
"""Pictures that a process works through at a time."""


@dataclass(frozen=True)
class FaceFeatures:
    """Features float16 [M,F] of distorted pictures, and which face of the set [M] each is of."""

    features: npt.NDArray[np.float16]
    face: IntArray


@dataclass(frozen=True)
class _Task:
    model: bytes
    images: UInt8Array
    eyes: Eyes
    seeds: tuple[tuple[int, ...], ...]


def run_towers(network: Network, picture: FloatArray) -> FloatArray:
    """Return features [F] of a standardised picture [S,S], in the order of `join_towers` whatever the file's."""
    outputs = network.run(picture[None, :, :, None])
    return np.concatenate([output.ravel() for output in sorted(outputs, key=lambda each: (each.ndim, -each.size))])


def _work(task: _Task) -> npt.NDArray[np.float16]:
    network = Network(task.model, "towers")
    rows = []
    for image, seed in zip(task.images, task.seeds, strict=True):
        random = np.random.default_rng(seed)
        picture = distort_face(image, task.eyes, SIZE, task.eyes != FERPLUS_EYES, random)
        rows.append(run_towers(network, standardise(picture[None])[0]).astype(np.float16))
    return np.stack(rows)


def extract(
    model: bytes, faces: FaceSet, variants: int, seed: int, processes: int, report: Callable[[str], None]
) -> FaceFeatures:
    """Return features of `variants` distortions of every face, equal for equal seeds on any number of processes."""
    tasks, places = [], []
    for variant in range(variants):
        for start in range(0, len(faces), PART):
            part = np.arange(start, min(start + PART, len(faces)))
            seeds = tuple((seed, zlib.crc32(faces.name.encode()), int(index), variant) for index in part)
            tasks.append(_Task(model, faces.images[part], faces.eyes, seeds))
            places.append(part)
    found = []
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        for done, rows in enumerate(pool.map(_work, tasks), 1):
            found.append(rows)
            if done % 20 == 0 or done == len(tasks):
                report(f"{faces.name}: {done} of {len(tasks)} parts")
    return FaceFeatures(np.concatenate(found), np.concatenate(places).astype(np.int64))


def write_features(content: FaceFeatures, path: Path) -> None:
    """Write features beside their final place and move them there, so that a stop never leaves half a file."""
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, features=content.features, face=content.face)
    partial.replace(path)


def read_features(path: Path) -> FaceFeatures:
    """Read what `write_features` wrote."""
    with np.load(path) as archive:
        return FaceFeatures(archive["features"], archive["face"])
