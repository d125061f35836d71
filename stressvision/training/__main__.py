"""Commands of the training: prepare, train, calibrate, export; eyes; evaluate. `--help` lists the options of each."""

import argparse
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from stressvision.core.errors import Message, StressVisionError, Unavailable
from stressvision.training.measure import assessment
from stressvision.training.measure.suite import run_suite

DEFAULT_WORK = Path("training-run")
DEFAULT_MODELS = Path("models")


def load_steps(name: str = "steps") -> ModuleType:
    """Return the module of the steps that make a model. Raises Unavailable where what they need is not installed."""
    try:
        return import_module(f"stressvision.training.{name}")
    except ModuleNotFoundError as error:
        install = "pip install -r requirements-training.txt"
        raise Unavailable(
            Message(
                f"Falta {error.name}. Instálelo con: {install}", f"{error.name} is missing. Install it with: {install}"
            )
        ) from error


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the commands and their arguments."""
    parser = argparse.ArgumentParser(prog="python -m stressvision.training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    add_steps(commands)
    add_eyes(commands)
    add_evaluation(commands)
    return parser


def add_steps(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of the steps that make the expression model."""
    one = commands.add_parser("prepare", help="read all sets, set repeated pictures aside")
    one.add_argument("--data", type=Path, required=True, help="archive of FER2013 pictures with FER+ votes (.npz)")
    one.add_argument("--people", type=Path, required=True, help="folder of taiwan, radiate, lfw and london (.npz)")
    one.set_defaults(run=lambda given: load_steps().prepare(given.data, given.people, given.work))

    one = commands.add_parser("train", help="read features off both towers and train the heads; goes on after a stop")
    add_towers(one)
    one.add_argument("--seed", type=int, default=7)
    one.add_argument("--processes", type=int, default=2)
    one.set_defaults(
        run=lambda given: load_steps().train(given.work, given.mobile, given.residual, given.seed, given.processes)
    )

    one = commands.add_parser("calibrate", help="fit offsets, temperature and baseline on persons held out")
    one.set_defaults(run=lambda given: load_steps().calibrate(given.work))

    one = commands.add_parser("export", help="convert in three precisions, compare, write one with its card")
    add_towers(one)
    one.add_argument("--models", type=Path, default=DEFAULT_MODELS)
    one.add_argument("--precision", choices=("float32", "float16", "int8"), default="int8")
    one.set_defaults(
        run=lambda given: load_steps().export(given.work, given.models, given.mobile, given.residual, given.precision)
    )

    for command in commands.choices.values():
        command.add_argument("--work", type=Path, default=DEFAULT_WORK, help="folder of intermediate files")


def add_eyes(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that makes the eye network."""
    one = commands.add_parser("eyes", help="the eye network: test on people held out, train on everybody, write it")
    one.add_argument("--crops", type=Path, required=True, help="archive of eye crops (.npz: images_bgr, open)")
    one.add_argument("--faces", type=Path, required=True, help="folder with eyes_open and eyes_closed, faces as .jpg")
    one.add_argument("--models", type=Path, default=DEFAULT_MODELS)
    one.add_argument("--seed", type=int, default=7)
    one.add_argument("--threads", type=int, default=1)
    one.set_defaults(
        run=lambda given: load_steps("eyes.steps").make_eyes(
            given.crops, given.faces, given.models, given.seed, given.threads
        )
    )


def add_evaluation(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that measures a finished model."""
    one = commands.add_parser("evaluate", help="measure a model on the archive or on any labelled folder")
    what = one.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", type=Path, help="the archive, or a folder with one subfolder a label")
    what.add_argument("--suite", type=Path, help="instead: a file that names many sets (.toml)")
    what.add_argument(
        "--identities", type=Path, help="instead: a folder of enrolled/<person>/*.jpg and strangers/*.jpg"
    )
    one.add_argument("--root", type=Path, default=Path(), help="for a suite: the folder its data lie in")
    one.add_argument("--card", action="store_true", help="for a suite: write the figures into the model's card too")
    one.add_argument("--map", default="", help="for a folder: label=state, comma separated, e.g. angry=stress")
    one.add_argument("--models", type=Path, default=DEFAULT_MODELS, help="folder of expression.tflite and its card")
    one.add_argument("--report", type=Path, default=None, help="folder for the figures and the pictures")
    one.add_argument(
        "--against", type=Path, default=None, help="the .tflite of the fer package, to measure beside ours"
    )
    one.set_defaults(run=run_evaluation)


def add_towers(command: argparse.ArgumentParser) -> None:
    """Add the options of the two networks that the features are read from."""
    command.add_argument("--mobile", type=Path, required=True, help="OpenCV Zoo's expression network (.onnx)")
    command.add_argument("--residual", type=Path, required=True, help="the model of release 0.3.0 (.tflite)")


def run_evaluation(given: argparse.Namespace) -> None:
    """Measure expressions of one set or of many, or identities at the threshold of the settings."""
    if given.suite is not None:
        run_suite(given.suite, given.root, given.models, given.report, given.card)
        return
    if given.identities is None:
        assessment.evaluate(given.data, given.map, given.models, given.report, given.against)
        return
    # Only this needs what the whole system needs; model training runs without it.
    from stressvision.core.config import Settings
    from stressvision.training.measure import recognition

    settings = Settings()
    threshold, margin = settings.recognition_threshold, settings.recognition_margin
    recognition.assess_identities(given.identities, threshold, margin, given.report)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0, or 2 with one sentence on stderr where something is missing or wrong."""
    given = build_parser().parse_args(arguments)
    try:
        given.run(given)
    except StressVisionError as error:
        print(error.message.text("en"), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
