"""Command line of `pi_simulator.py`: a camera device on this computer."""

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import structlog

from stressvision.core.arguments import Arguments
from stressvision.core.cameras import name_component
from stressvision.core.config import load_settings
from stressvision.core.logs import configure_logs
from stressvision.core.program import run_program, share_heap
from stressvision.edge.device import run_device
from stressvision.vision.camera import THREAD_NAME
from stressvision.vision.source import DEMO, parse_source, silence_opencv

log = structlog.get_logger()


def main() -> int:
    """Run the device until SIGINT or SIGTERM; undelivered detections are kept until the next start."""
    code = run_program(_run)
    if any(thread.name == THREAD_NAME for thread in threading.enumerate()):
        # It hangs in a read of FFmpeg: ending the interpreter under it would abort the process.
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def _run() -> int:
    arguments = vars(_parser().parse_args())
    once, statistics, camera = arguments.pop("once"), arguments.pop("record_stats"), arguments.pop("camera")
    if arguments.pop("demo"):
        arguments["source"] = DEMO
    share_heap()
    settings = load_settings(camera, **arguments)
    component = name_component(camera)
    configure_logs(settings, component)
    if settings.cameras and camera is None:
        log.warning("STRESSVISION_CAMERAS ignored: this program uses STRESSVISION_SOURCE; see --camera")
    silence_opencv()
    stopping = threading.Event()

    def request_stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, request_stop)
    source = parse_source(
        settings.source, settings.demo_dir, once=once, rotation=settings.rotation, mirror=settings.mirror
    )
    run_device(settings, source, stopping, statistics, component)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Arguments(
        prog="pi_simulator.py",
        description="Dispositivo con cámara de Stress Vision. Ninguna imagen se guarda ni sale de este equipo.",
    )
    parser.add_argument(
        "--source", help="cámara: un número (0), un archivo de vídeo, rtsp://…, libcamera o demo (por omisión 0)"
    )
    parser.add_argument("--camera", metavar="NOMBRE", help="una de las cámaras de STRESSVISION_CAMERAS, por su nombre")
    parser.add_argument("--demo", action="store_true", help="usa la grabación de demostración; igual que --source demo")
    parser.add_argument("--device-id", help="nombre de este dispositivo (por omisión pi-simulator-01)")
    parser.add_argument("--location", help="dónde está")
    parser.add_argument("--headless", action="store_const", const=True, help="no abre ninguna ventana")
    parser.add_argument("--once", action="store_true", help="reproduce la grabación una sola vez y termina")
    parser.add_argument(
        "--record-stats", type=Path, metavar="ARCHIVO", help="añade al archivo una línea de cifras (JSON) por minuto"
    )
    parser.add_argument("--preview-port", type=int, help="puerto de la vista previa (por omisión 8502)")
    return parser
