"""What people may do with the link of their own page."""

from collections.abc import Callable

from stressvision.services.context import Context
from stressvision.services.people.links import LinkHolder
from stressvision.services.people.own import (
    pause_today,
    report_own_state,
    request_correction,
    resume_today,
    withdraw_own_consent,
)
from stressvision.wire.own import SelfReportNew

OwnAct = Callable[[Context, LinkHolder], object]


def report_sleepiness(context: Context, holder: LinkHolder) -> object:
    return report_own_state(context, holder, SelfReportNew(sleepiness=3))


def correct_area(context: Context, holder: LinkHolder) -> object:
    return request_correction(context, holder, "Mi área es Calidad")


OWN_ACTS: tuple[OwnAct, ...] = (pause_today, resume_today, withdraw_own_consent, report_sleepiness, correct_area)
