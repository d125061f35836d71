"""Checks of this system's own services: the certificate, the running reporter, the tokens of devices."""

import time
from dataclasses import replace

from stressvision.core.config import Settings
from stressvision.core.errors import Message
from stressvision.core.heartbeat import read_heartbeat
from stressvision.core.program import build_command
from stressvision.launcher.certificates import find_own_fault
from stressvision.launcher.doctor.checks import CheckResult, Level, run_own_command
from stressvision.launcher.health import FRESH_SECONDS, judge_heartbeat


def check_certificate(settings: Settings) -> CheckResult:
    """Whether programs of this machine accept the servers' own certificate."""
    subject = Message(es="Certificado", en="Certificate")
    if settings.tls_certificate is None:
        return CheckResult(subject, Level.GOOD, Message(es="sin certificado propio", en="no certificate of its own"))
    fault = find_own_fault(settings)
    if fault is not None:
        return CheckResult(subject, Level.PROBLEM, fault)
    shown = str(settings.tls_certificate)
    return CheckResult(subject, Level.GOOD, Message(es=shown, en=shown))


def check_reporter(settings: Settings) -> CheckResult:
    """Whether a running reporter does its jobs in time."""
    subject = Message(es="Reportes", en="Reports")
    beat, now = read_heartbeat(settings.run_dir, "reporter"), time.monotonic()
    if beat is None or not 0 <= now - beat.at <= FRESH_SECONDS:
        return CheckResult(subject, Level.GOOD, Message(es="no están en marcha aquí", en="not running here"))
    health = judge_heartbeat(beat, now)
    return CheckResult(subject, Level.GOOD if health.ready else Level.PROBLEM, health.detail)


def check_tokens() -> CheckResult:
    """Whether tokens of devices or programs expire soon; the database is only read."""
    subject = Message(es="Tokens", en="Tokens")
    found = run_own_command(subject, (*build_command("stressvision"), "token", "list", "--expiring"))
    return replace(found, level=Level.WARNING) if found.level is Level.PROBLEM else found
