"""`python -m stressvision cameras`: the cameras of this machine, and the settings of each device's camera."""

import argparse
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from stressvision.commands.subcommands import Subparsers, add_parser, get_operator
from stressvision.core.cameras import PI_CAMERA
from stressvision.core.clock import parse_moment
from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Language, Message
from stressvision.core.validation import describe_error
from stressvision.core.watching import format_polygons, format_schedule, parse_polygons, parse_schedule
from stressvision.services.camera_settings import (
    change_camera_view,
    pause_camera,
    read_camera_settings,
    resume_camera,
)
from stressvision.services.context import opened_context
from stressvision.vision.attached import find_attached
from stressvision.wire.cameras import CameraSettings, CameraViewRequest, PauseRequest, WatchHours

CAMERAS = Message(es="muestra las cámaras de este equipo", en="list the cameras of this machine")
NO_CAMERAS = Message(
    es="No se encontró ninguna cámara. Conecte una, use una dirección rtsp://… o la grabación de demostración "
    "(--demo).",
    en="No camera was found. Connect one, use an rtsp://… address or the demo recording (--demo).",
)
CAMERA = Message(
    es="muestra o cambia, en el servidor, lo que mira la cámara de un dispositivo, y su pausa",
    en="show or change, on the server, what a device's camera watches, and its pause",
)
DEVICE = Message(es="nombre del dispositivo", en="name of the device")
MASKS = Message(
    es="partes que se tapan, como «0,0 0.3,0 0.3,1 0,1»; separe varias con «;». «» las quita",
    en="parts to blacken, such as “0,0 0.3,0 0.3,1 0,1”; separate several with “;”. “” removes them",
)
ZONES = Message(es="partes en las que cuentan los rostros", en="parts in which faces count")
SCHEDULE = Message(
    es="horario, como «lun-vie 07:00-19:00; sab 08:00-13:00»; «»: siempre",
    en="schedule, such as “mon-fri 07:00-19:00; sat 08:00-13:00”; “”: always",
)
MIN_FACE = Message(
    es="ancho mínimo de un rostro, en píxeles; 0: cualquiera", en="least width of a face, pixels; 0: any"
)
MAX_FACE = Message(es="ancho máximo de un rostro, en píxeles; 0: cualquiera", en="most width of a face, pixels; 0: any")
PAUSE_UNTIL = Message(
    es="pone la cámara en pausa hasta esa fecha y hora (2026-11-22T18:00:00-05:00); exige --reason",
    en="pause the camera until this date and time (2026-11-22T18:00:00-05:00); requires --reason",
)
REASON = Message(es="motivo de la pausa", en="reason of the pause")
RESUME = Message(es="termina la pausa", en="end the pause")
SHOWN = Message(
    es="{device_id}\n  máscaras: {masks}\n  zonas: {zones}\n  horario ({time_zone}): {schedule}\n"
    "  ancho de un rostro: de {least} a {most} píxeles\n  pausa: {pause}",
    en="{device_id}\n  masks: {masks}\n  zones: {zones}\n  schedule ({time_zone}): {schedule}\n"
    "  width of a face: {least} to {most} pixels\n  pause: {pause}",
)

Request = TypeVar("Request", bound=BaseModel)


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    attached = add_parser(commands, "cameras", language, CAMERAS)
    attached.set_defaults(command=list_cameras)

    camera = add_parser(commands, "camera", language, CAMERA)
    camera.add_argument("device", help=DEVICE.text(language))
    camera.add_argument("--masks", metavar="x,y …", help=MASKS.text(language))
    camera.add_argument("--zones", metavar="x,y …", help=ZONES.text(language))
    camera.add_argument("--schedule", help=SCHEDULE.text(language))
    camera.add_argument("--min-face", type=int, metavar="N", help=MIN_FACE.text(language))
    camera.add_argument("--max-face", type=int, metavar="N", help=MAX_FACE.text(language))
    pause = camera.add_mutually_exclusive_group()
    pause.add_argument("--pause-until", metavar="T", help=PAUSE_UNTIL.text(language))
    pause.add_argument("--resume", action="store_true", help=RESUME.text(language))
    camera.add_argument("--reason", default="", help=REASON.text(language))
    camera.set_defaults(command=change_camera)


def list_cameras(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the cameras, and what is missing to use them."""
    del arguments
    cameras = find_attached()
    from stressvision.vision.source import has_gstreamer, no_gstreamer  # OpenCV: a fifth of the start of every command

    for camera in cameras:
        print(f"{camera.source}  {camera.name}".rstrip())
    if any(camera.source == PI_CAMERA for camera in cameras) and not has_gstreamer():
        print(no_gstreamer().message.text(settings.lang))
    if not cameras:
        print(NO_CAMERAS.text(settings.lang))
    return 0


def change_camera(settings: Settings, arguments: argparse.Namespace) -> int:
    """Change what the arguments name, then print the settings of the device's camera.

    Raises:
        InvalidInput: If an argument is malformed.
        NotFound: If there is no such device.
    """
    actor, device = get_operator(), str(arguments.device)
    pause = _wanted_pause(arguments)
    with opened_context(settings) as context:
        before = read_camera_settings(context, device)
        wanted = _changed_view(before, arguments)
        if wanted is not None:
            change_camera_view(context, device, wanted, actor)
        if pause is not None:
            pause_camera(context, device, pause, actor)
        elif arguments.resume:
            resume_camera(context, device, actor)
        print(_describe(read_camera_settings(context, device), settings.lang))
    return 0


def _changed_view(before: CameraSettings, arguments: argparse.Namespace) -> CameraViewRequest | None:
    """Return the view with the changes of the arguments; None without any."""
    changes: dict[str, object] = {}
    for name in ("masks", "zones"):
        if (text := getattr(arguments, name)) is not None:
            changes[name] = [[list(corner) for corner in polygon] for polygon in parse_polygons(text)]
    if arguments.schedule is not None:
        changes["schedule"] = [
            WatchHours(days=sorted(period.days), start=f"{period.start:%H:%M}", end=f"{period.end:%H:%M}")
            for period in parse_schedule(arguments.schedule)
        ]
    for name, value in (("min_face_pixels", arguments.min_face), ("max_face_pixels", arguments.max_face)):
        if value is not None:
            changes[name] = value or None
    if not changes:
        return None
    kept = before.model_dump(include={"masks", "zones", "schedule", "min_face_pixels", "max_face_pixels"})
    return _validate(CameraViewRequest, {**kept, **changes, "revision": before.revision})


def _wanted_pause(arguments: argparse.Namespace) -> PauseRequest | None:
    if arguments.pause_until is None:
        return None
    return _validate(PauseRequest, {"until": parse_moment(arguments.pause_until), "reason": arguments.reason})


def _validate(model: type[Request], values: dict[str, object]) -> Request:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(str(part) for part in fault["loc"])
        es, en = (f"{field}: {describe_error(fault, language)}." for language in ("es", "en"))
        raise InvalidInput(Message(es=es, en=en), field=field) from None


def _describe(camera: CameraSettings, language: Language) -> str:
    pause = "-"
    if camera.paused_until is not None:
        pause = f"{camera.paused_until:%Y-%m-%d %H:%M}Z, {camera.pause_reason} ({camera.paused_by})"
    return SHOWN.text(language).format(
        device_id=camera.device_id,
        masks=format_polygons(camera.mask_polygons()) or "-",
        zones=format_polygons(camera.zone_polygons()) or "-",
        time_zone=camera.time_zone,
        schedule=format_schedule(hours.to_period() for hours in camera.schedule) or "-",
        least=camera.min_face_pixels or 0,
        most=camera.max_face_pixels or "-",
        pause=pause,
    )
