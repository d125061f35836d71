"""Trials of a device's answers: the server, its certificate, the token, the camera. Each failure has its remedy."""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from stressvision.core.cameras import remove_credentials
from stressvision.core.config import LOOPBACK_HOSTS, Settings
from stressvision.core.errors import ConfigurationError, InvalidInput, Message, Unavailable
from stressvision.launcher.certificates import find_certificate_fault
from stressvision.launcher.device.answers import DeviceAnswers, Trials, known_answers
from stressvision.launcher.doctor.camera_checks import check_source
from stressvision.launcher.doctor.checks import CheckResult, Level

TRIAL_SECONDS = 8.0
_CAMERA = Message(es="Cámara", en="Camera")
_SETTINGS = Message(es="Ajustes", en="Settings")
CLOCK_SECONDS = 300.0
"""A larger difference to the server's clock is named: certificates and detections depend on the time."""


def make_trials() -> Trials:
    """Return the trials over the network and of the real camera."""
    return Trials(try_server, try_token, try_camera)


def try_server(answers: DeviceAnswers) -> None:
    """Raise InvalidInput or Unavailable unless an ingest server answers under the address."""
    address = urlsplit(answers.server)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise _refuse("--server", f"«{answers.server}» no es una dirección", f"“{answers.server}” is no address")
    if address.scheme == "http" and address.hostname not in LOOPBACK_HOSTS:
        raise _refuse(
            "--server",
            "el token y los datos viajarían sin cifrar: use https:// (deploy/README.md explica el certificado)",
            "token and data would travel unencrypted: use https:// (deploy/README.md explains the certificate)",
        )
    response = _get(answers, "/health")
    _compare_clocks(response)
    service = _json(response).get("service")
    if response.status_code == requests.codes.ok and service == "ingest":
        return
    if service:
        raise _refuse(
            "--server",
            f"ahí responde otro servicio ({service}): el de ingesta usa el puerto 5000, o /ingest tras el proxy",
            f"another service answers there ({service}): ingest uses port 5000, or /ingest behind the proxy",
        )
    detail = _json(response).get("detail") or f"HTTP {response.status_code}"
    raise _refuse(
        "--server",
        f"el servidor no atiende con ese nombre: {detail}. Revise STRESSVISION_ALLOWED_HOSTS en el servidor",
        f"the server does not answer to that name: {detail}. See STRESSVISION_ALLOWED_HOSTS on the server",
    )


def try_token(answers: DeviceAnswers) -> None:
    """Raise InvalidInput or Unavailable unless the server accepts the token for this device."""
    response = _get(answers, f"/camera?device_id={answers.device_id}")
    if response.status_code in {requests.codes.ok, requests.codes.not_found}:
        return  # 404: a server of an earlier version, which knows the token but not this address
    create = f"python -m stressvision token add --device {answers.device_id}"
    if response.status_code == requests.codes.unauthorized:
        raise _refuse(
            "--token-file",
            f"el servidor no acepta el token: falta, venció o fue revocado. Cree otro en el servidor: {create}",
            f"the server rejects the token: it is missing, expired or revoked. Create one on the server: {create}",
        )
    detail = _json(response).get("detail") or f"HTTP {response.status_code}"
    raise _refuse("--token-file", f"{detail}", f"{detail}")


def try_camera(answers: DeviceAnswers) -> None:
    """Raise Unavailable unless the camera returns a picture."""
    result = check_source(_CAMERA, answers.source, "--source")
    if result.level is not Level.GOOD:
        reason = result.message
        es, en = f"{_CAMERA.es}: {reason.es.rstrip('.')}.", f"{_CAMERA.en}: {reason.en.rstrip('.')}."
        raise Unavailable(Message(es=es, en=en), field="--source")


def check_server(settings: Settings) -> Iterator[CheckResult]:
    """Yield whether the settings are usable, the server answers, and it accepts this device's token."""
    try:
        answers = known_answers(settings, {})
    except ConfigurationError as error:
        yield CheckResult(_SETTINGS, Level.PROBLEM, error.message)
        return
    for subject, trial in (
        (Message(es="Servidor", en="Server"), try_server),
        (Message(es="Token", en="Token"), try_token),
    ):
        try:
            trial(answers)
        except (InvalidInput, Unavailable) as error:
            yield CheckResult(subject, Level.PROBLEM, error.message)
            return
        shown = remove_credentials(answers.server) if trial is try_server else answers.device_id
        yield CheckResult(subject, Level.GOOD, Message(es=shown, en=shown))


def _get(answers: DeviceAnswers, path: str) -> requests.Response:
    session = requests.Session()
    session.trust_env = False  # as the device itself: no proxy of the environment
    headers = {"Authorization": f"Bearer {answers.token}"} if answers.token else {}
    verify = str(answers.authority) if answers.authority else True
    try:
        return session.get(
            answers.server + path, headers=headers, verify=verify, timeout=TRIAL_SECONDS, allow_redirects=False
        )
    except (requests.RequestException, OSError) as error:
        raise _explain(answers.server, error) from None


def _explain(server: str, error: Exception) -> Unavailable:
    """Return the cause of a failed connection with its remedy."""
    address, shown = urlsplit(server), remove_credentials(server)
    fault = find_certificate_fault(error, address.hostname or "")
    text = str(error)
    if fault is not None:
        es, en = fault.es, fault.en
    elif "NameResolutionError" in text or "getaddrinfo" in text:
        es = f"no se encuentra el nombre {address.hostname}: revise el DNS, o añádalo a /etc/hosts con su dirección"
        en = f"the name {address.hostname} is not found: see the DNS, or add it to /etc/hosts with its address"
    elif "refused" in text:
        es = "nada escucha en ese puerto: vea si el servidor está en marcha y si STRESSVISION_HOST lo permite"
        en = "nothing listens on that port: see if the server runs and if STRESSVISION_HOST allows it"
    elif isinstance(error, requests.exceptions.SSLError):
        es, en = (
            "ese puerto no habla TLS: revise el puerto, o https://",
            "that port does not speak TLS: see port and https://",
        )
    else:
        es = f"sin respuesta ({type(error).__name__}): revise el cable, la red y el cortafuegos"
        en = f"no answer ({type(error).__name__}): see cable, network and firewall"
    return Unavailable(Message(es=f"{shown}: {es}.", en=f"{shown}: {en}."), field="--server")


def _compare_clocks(response: requests.Response) -> None:
    try:
        server = parsedate_to_datetime(response.headers.get("Date", "")).timestamp()
    except (ValueError, OverflowError):
        return
    apart = time.time() - server
    if abs(apart) > CLOCK_SECONDS:
        raise _refuse(
            "--server",
            f"el reloj de este equipo difiere {apart:+.0f} s del servidor: sudo timedatectl set-ntp true",
            f"this machine's clock differs by {apart:+.0f} s from the server's: sudo timedatectl set-ntp true",
        )


def _json(response: requests.Response) -> dict[str, Any]:
    try:
        value = response.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _refuse(field: str, es: str, en: str) -> InvalidInput:
    return InvalidInput(Message(es=f"{es[0].upper()}{es[1:]}.", en=f"{en[0].upper()}{en[1:]}."), field=field)
