"""Output of pip: its present step, and the reason of a failure.

Standard library only: it runs before any package is installed.
"""

import re
from pathlib import Path

from stressvision.core.errors import Message, Unavailable

NEEDED_BYTES = 2_500_000_000
"""Free disk space required before installing: 1.6 GB of packages and about 0.5 GB of pip's downloads."""

DEVICE_BYTES = 900_000_000
"""The same for a camera device: 0.45 GB of packages, and pip's downloads."""

NETWORK_SIGNS = (
    "Failed to establish a new connection",
    "NewConnectionError",
    "NameResolutionError",
    "Temporary failure in name resolution",
    "ConnectTimeoutError",
    "Read timed out",
    "ProxyError",
    "Network is unreachable",
    "Connection refused",
)


def describe_progress(log: str, installed: int) -> Message:
    """Return pip's present step, from its output so far. `installed`: packages on the disk.

    pip prints the total only after all downloads.
    """
    collected = re.search(r"^Installing collected packages: (.+)$", log, re.MULTILINE)
    if collected:
        total = len(collected[1].split(","))
        return Message(es=f"instalando {installed}/{total}", en=f"installing {installed}/{total}")
    fetched = re.findall(r"^ +(?:Downloading|Using cached) (\S+?)-\d\S*\.whl(?: \(([^)]+)\))?$", log, re.MULTILINE)
    if fetched:
        name, size = fetched[-1]
        what = f"{len(fetched)}: {name}" + (f" ({size})" if size else "")
        return Message(es=f"descargando {what}", en=f"downloading {what}")
    wanted = re.findall(r"^Collecting ([\w.-]+)", log, re.MULTILINE)
    what = wanted[-1] if wanted else "…"
    return Message(es=f"buscando {what}", en=f"looking up {what}")


def explain_failure(log: str, log_path: Path) -> Unavailable:
    """Return the error for a failure of pip, from its log, with the solution."""
    if "No space left on device" in log or "[Errno 28]" in log:
        return build_disk_error()
    if any(sign in log for sign in NETWORK_SIGNS):
        return Unavailable(
            Message(
                es="No hay red para descargar las dependencias. Conéctese (o configure su proxy con HTTPS_PROXY) y "
                f"repita la misma orden: seguirá donde quedó. Detalle: {log_path}",
                en="There is no network to download the dependencies. Connect (or set your proxy in HTTPS_PROXY) and "
                f"repeat the same command: it will continue where it stopped. Detail: {log_path}",
            )
        )
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in log:
        return Unavailable(
            Message(
                es="Un paquete descargado no es el que esta versión fija: no se instaló. Un índice de paquetes de la "
                f"empresa puede haberlo modificado. Detalle: {log_path}",
                en="A downloaded package is not the one that this version pins: it was not installed. A package "
                f"index of the company may have modified it. Detail: {log_path}",
            )
        )
    last = next((line for line in reversed(log.splitlines()) if line.startswith("ERROR")), "")
    return Unavailable(
        Message(
            es=f"pip no pudo instalar las dependencias. {last} Repita la misma orden; si falla otra vez: {log_path}",
            en=f"pip could not install the dependencies. {last} Repeat the same command; if it fails again: {log_path}",
        )
    )


def build_disk_error(needed: int = NEEDED_BYTES) -> Unavailable:
    """Return the error for a disk without space for the packages, of which `needed` bytes must be free."""
    gigabytes = needed / 1e9
    return Unavailable(
        Message(
            es=f"El disco está lleno: se necesitan unos {gigabytes:.1f} GB. Libere espacio y repita la misma orden.",
            en=f"The disk is full: about {gigabytes:.1f} GB are needed. Free some space and repeat the same command.",
        )
    )
