"""`python -m stressvision cameras`: the cameras of this machine, as --source takes them."""

import argparse

from stressvision.commands.subcommands import Subparsers, add_parser
from stressvision.core.cameras import PI_CAMERA
from stressvision.core.config import Settings
from stressvision.core.errors import Language, Message
from stressvision.vision.attached import find_attached
from stressvision.vision.source import has_gstreamer, no_gstreamer

CAMERAS = Message(es="muestra las cámaras de este equipo", en="list the cameras of this machine")
NO_CAMERAS = Message(
    es="No se encontró ninguna cámara. Conecte una, use una dirección rtsp://… o la grabación de demostración "
    "(--demo).",
    en="No camera was found. Connect one, use an rtsp://… address or the demo recording (--demo).",
)


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    attached = add_parser(commands, "cameras", language, CAMERAS)
    attached.set_defaults(command=list_cameras)


def list_cameras(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the cameras, and what is missing to use them."""
    del arguments
    cameras = find_attached()
    for camera in cameras:
        print(f"{camera.source}  {camera.name}".rstrip())
    if any(camera.source == PI_CAMERA for camera in cameras) and not has_gstreamer():
        print(no_gstreamer().message.text(settings.lang))
    if not cameras:
        print(NO_CAMERAS.text(settings.lang))
    return 0
