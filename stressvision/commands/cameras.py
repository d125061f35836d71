"""`python -m stressvision cameras`: what --source can name on this machine."""

import argparse

from stressvision.commands.arguments import Commands, Say
from stressvision.commands.texts import TEXTS
from stressvision.core.cameras import PI_CAMERA
from stressvision.core.config import Settings
from stressvision.vision.attached import find_attached
from stressvision.vision.source import has_gstreamer, no_gstreamer


def add_commands(commands: Commands, say: Say) -> None:
    attached = commands.add_parser("cameras", help=say("cameras"), description=say("cameras"))
    attached.set_defaults(command=list_cameras)


def list_cameras(settings: Settings, arguments: argparse.Namespace) -> int:
    del arguments
    cameras = find_attached()
    for camera in cameras:
        print(f"{camera.source}  {camera.name}".rstrip())
    if any(camera.source == PI_CAMERA for camera in cameras) and not has_gstreamer():
        print(no_gstreamer().message.text(settings.lang))
    if not cameras:
        print(TEXTS["no_cameras"].text(settings.lang))
    return 0
