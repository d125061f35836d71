"""Checks of the cameras for the `doctor` command: every configured source is asked for one picture."""

import os
import sys
from pathlib import Path

from stressvision.core.cameras import HIDDEN, PI_CAMERA, SETTING, describe_source
from stressvision.core.config import PREFIX, Settings
from stressvision.core.errors import Message
from stressvision.launcher.doctor.checks import CheckResult, Level, run_command

PI_CAMERA_PROGRAM = "import cv2, sys; sys.exit(not cv2.videoio_registry.hasBackend(cv2.CAP_GSTREAMER))"
CAMERA_PROGRAM = "import cv2, sys; camera = cv2.VideoCapture(int(sys.argv[1])); sys.exit(not camera.read()[0])"
SOURCE_PROGRAM = """
import os, sys
from pathlib import Path
from stressvision.core.errors import CameraUnavailable
from stressvision.vision.source import damaged_recording, no_camera, open_capture, parse_source, silence_opencv
silence_opencv()
source = parse_source(sys.stdin.readline().rstrip("\\n"), Path())
try:
    if not open_capture(source).read()[0]:
        raise damaged_recording(source) if source.paced else no_camera(source)
except CameraUnavailable as error:
    print(error.message.es, error.message.en, sep="\\n", flush=True)
os._exit(0)
"""
"""Prints why the source on its standard input shows no picture, in Spanish and in English; nothing if it shows one.

On standard input, because any user of this machine can read a program's arguments, and an address has a password.
"""


def check_cameras(settings: Settings) -> list[CheckResult]:
    """Check every configured source. The demo runs without a camera, so a failure is only a warning."""
    if not settings.cameras:
        return [check_source(Message(es="Cámara", en="Camera"), settings.source, f"{PREFIX}SOURCE")]
    return [
        check_source(Message(es=f"Cámara {camera.name}", en=f"Camera {camera.name}"), camera.source, SETTING)
        for camera in settings.cameras
    ]


def check_source(subject: Message, source: str, setting: str) -> CheckResult:
    """Ask a source for one picture. `setting`: the name to give for correcting it."""
    if source == PI_CAMERA:
        return _check_pi_camera(subject)
    if source.isdecimal():
        return _check_index(subject, source)
    shown = describe_source(source)
    if "://" in source or Path(source).is_file():
        return _try_source(subject, source, shown)
    if source == "demo":
        return CheckResult(subject, Level.GOOD, Message(es=shown, en=shown))
    if shown == HIDDEN:
        message = Message(
            es=f"no es un número, un archivo ni una dirección como rtsp://… ({setting})",
            en=f"neither a number nor a file nor an address such as rtsp://… ({setting})",
        )
    else:
        message = Message(es=f"no existe {shown} ({setting})", en=f"{shown} does not exist ({setting})")
    return CheckResult(subject, Level.WARNING, message)


def _try_source(subject: Message, source: str, shown: str) -> CheckResult:
    """Read one picture of a stream or a recording, as the device would."""
    done = run_command([sys.executable, "-c", SOURCE_PROGRAM], source)
    if done.returncode == 0 and not done.stdout:
        return CheckResult(subject, Level.GOOD, Message(es=f"{shown} da imagen", en=f"{shown} returns pictures"))
    reasons = done.stdout.splitlines()
    if done.returncode == 0 and len(reasons) == len(Message.__dataclass_fields__):
        return CheckResult(subject, Level.WARNING, Message(es=reasons[0], en=reasons[1]))
    message = Message(
        es=f"{shown} no mostró ninguna imagen: revise la cámara y su dirección",
        en=f"{shown} showed no picture: check the camera and its address",
    )
    return CheckResult(subject, Level.WARNING, message)


def _check_pi_camera(subject: Message) -> CheckResult:
    if run_command([sys.executable, "-c", PI_CAMERA_PROGRAM]).returncode == 0:
        return CheckResult(
            subject, Level.GOOD, Message(es="libcamera, con GStreamer", en="libcamera, through GStreamer")
        )
    message = Message(
        es="el OpenCV instalado no incluye GStreamer, que libcamera necesita: use una cámara USB, o publique la de la "
        "Pi como rtsp://… (docs/dispositivo.md)",
        en="the installed OpenCV has no GStreamer, which libcamera needs: use a USB camera, or publish the Pi's as "
        "rtsp://… (docs/edge.md)",
    )
    return CheckResult(subject, Level.WARNING, message)


def _check_index(subject: Message, source: str) -> CheckResult:
    device = Path(f"/dev/video{source}")
    if sys.platform == "linux" and not device.exists():
        message = Message(
            es=f"no hay {device}: conecte una cámara, o use --demo", en=f"no {device}: connect a camera, or use --demo"
        )
        return CheckResult(subject, Level.WARNING, message)
    if sys.platform == "linux" and not os.access(device, os.R_OK | os.W_OK):
        command = "sudo usermod -aG video $USER"
        message = Message(
            es=f"sin permiso para {device}: {command}, y vuelva a iniciar sesión",
            en=f"no permission for {device}: {command}, and log in again",
        )
        return CheckResult(subject, Level.WARNING, message)
    if run_command([sys.executable, "-c", CAMERA_PROGRAM, source]).returncode:
        message = Message(
            es=f"la cámara {source} no da imagen: ¿la usa otro programa? Pruebe otro número, o --demo",
            en=f"camera {source} returns no picture: another program may use it. Try another number, or --demo",
        )
        return CheckResult(subject, Level.WARNING, message)
    return CheckResult(
        subject, Level.GOOD, Message(es=f"la cámara {source} da imagen", en=f"camera {source} returns pictures")
    )
