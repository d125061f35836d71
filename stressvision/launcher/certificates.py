"""Faults of the servers' own certificate, as the programs of this machine meet them."""

import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from requests.certs import where  # type: ignore[attr-defined]  # missing in the stubs

from stressvision.core.certificates import load_certificate
from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError, Message

_UNKNOWN_ISSUER = Message(
    es="responde, pero no se reconoce quién firmó su certificado: indique STRESSVISION_TLS_CA=archivo.pem (el de la "
    "autoridad o, si es autofirmado, el propio certificado)",
    en="answers, but the signer of its certificate is not recognised: set STRESSVISION_TLS_CA=file.pem (the "
    "authority's or, where it is self-signed, the certificate itself)",
)
_OTHER_NAME = Message(
    es="responde, pero su certificado no vale para {name}: ponga en STRESSVISION_ALLOWED_HOSTS, el primero, un nombre "
    "que figure en él",
    en="answers, but its certificate is not valid for {name}: put a name that it contains first in "
    "STRESSVISION_ALLOWED_HOSTS",
)
_EXPIRED = Message(
    es="responde, pero su certificado está vencido, o el reloj de este equipo está mal: renuévelo (STRESSVISION_"
    "TLS_CERTIFICATE) o ajuste el reloj",
    en="answers, but its certificate has expired, or this machine's clock is wrong: renew it (STRESSVISION_"
    "TLS_CERTIFICATE) or set the clock",
)
_AUTHORITY = Message(
    es="no se puede leer la autoridad {authority} (STRESSVISION_TLS_CA): debe ser PEM y legible",
    en="the authority {authority} cannot be read (STRESSVISION_TLS_CA): it must be PEM, and readable",
)
_MALFORMED = Message(
    es="responde, pero su certificado o el de su autoridad no cumple lo que exige este Python ({reason}): hágalos de "
    "nuevo, como en docs/puesta-en-servicio.md, punto 3",
    en="answers, but its certificate or its authority's is not as this Python requires ({reason}): make them again, as "
    "in docs/commissioning.md, point 3",
)
# Codes of OpenSSL's x509_vfy.h. The last are of RFC 5280's rules, which Python requires from 3.13 on.
_EXPIRY_CODES = {9, 10}
_NAME_CODES = {62, 64}
_FORM_CODES = range(79, 95)


def find_certificate_fault(error: BaseException, name: str) -> Message | None:
    """Return the fault where a connection to `name` failed because its certificate was not accepted, else None."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _explain(cause, name)
    return None


def find_own_fault(settings: Settings) -> Message | None:
    """Return why programs of this machine would refuse the configured certificate; None where they accept it.

    The handshake runs in memory, so that it needs no running server.
    """
    authority = settings.tls_ca or where()
    try:
        server = load_certificate(settings)
        client = ssl.create_default_context(cafile=str(authority))
    except ConfigurationError as error:
        return error.message
    except (OSError, ValueError):
        values = {"authority": authority}
        return Message(es=_AUTHORITY.es.format(**values), en=_AUTHORITY.en.format(**values))
    if server is None:
        return None
    name = urlsplit(settings.served_at(settings.api_port)).hostname or ""
    try:
        _shake_hands(server, client, name)
    except ssl.SSLCertVerificationError as error:
        return _explain(error, name)
    return None


def _explain(error: ssl.SSLCertVerificationError, name: str) -> Message:
    if error.verify_code in _EXPIRY_CODES:
        return _EXPIRED
    if error.verify_code in _NAME_CODES:
        return Message(es=_OTHER_NAME.es.format(name=name), en=_OTHER_NAME.en.format(name=name))
    if error.verify_code in _FORM_CODES:
        reason = error.verify_message
        return Message(es=_MALFORMED.es.format(reason=reason), en=_MALFORMED.en.format(reason=reason))
    return _UNKNOWN_ISSUER


def _shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    while ends:
        for end in tuple(ends):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            ends.remove(end)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, what caused it, and the errors that libraries wrap as arguments or as `reason`."""
    seen: set[int] = set()
    pending = [error]
    while pending:
        cause = pending.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        wrapped = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        pending += [other for other in wrapped if isinstance(other, BaseException)]
