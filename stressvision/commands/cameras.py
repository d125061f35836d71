"""`python -m stressvision cameras`: what --source can name on this machine."""

import argparse

from stressvision.commands.arguments import Commands, Say
from stressvision.commands.texts import TEXTS
from stressvision.config import Settings
from stressvision.vision.attached import find_attached


def add_commands(commands: Commands, say: Say) -> None:
    attached = commands.add_parser("cameras", help=say("cameras"), description=say("cameras"))
    attached.set_defaults(command=list_cameras)


def list_cameras(settings: Settings, arguments: argparse.Namespace) -> int:
    del arguments
    cameras = find_attached()
    for camera in cameras:
        print(f"{camera.index}  {camera.name}".rstrip())
    if not cameras:
        print(TEXTS["no_cameras"].text(settings.lang))
    return 0
