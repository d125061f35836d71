"""Agreement between self-reports and the camera, over all people."""

from datetime import timedelta

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.people import own as rows
from stressvision.domain.agreement import (
    BEFORE,
    FEWEST_DETECTIONS,
    FEWEST_OF_EACH,
    FEWEST_PEOPLE,
    FEWEST_REPORTS,
    THRESHOLDS,
    Pair,
    Scale,
    compute_agreement,
)
from stressvision.domain.emotions import percent
from stressvision.domain.self_reports import Occasion
from stressvision.services.context import Context
from stressvision.services.permitted import infers_emotions
from stressvision.wire.own import AgreementFigures, ScaleAgreement

MOST_REPORTS = 2000
"""Newest reports that are compared, at most: each takes a query."""


def read_agreement(context: Context, days: int, occasion: Occasion | None = None) -> AgreementFigures:
    """Return how the self-reports of the last `days` agree with the camera in the half hour before each.

    A report counts where the camera had enough detections of the person; nothing is shown of few people.
    `occasion`: of the reports that are compared; None: all.
    """
    since = context.clock() - timedelta(days=days)
    with context.database.read() as connection:
        pairs = _read_pairs(connection, rows.select_self_reports(connection, since, occasion=occasion)[:MOST_REPORTS])
    return AgreementFigures(
        days=days,
        fewest_reports=FEWEST_REPORTS,
        fewest_of_each=FEWEST_OF_EACH,
        fewest_people=FEWEST_PEOPLE,
        scales=[
            ScaleAgreement.model_validate(
                {
                    **vars(found := compute_agreement(scale, pairs[scale])),
                    "scale": scale.value,
                    "threshold": THRESHOLDS[scale],
                    "correlation": vars(found.correlation) if found.correlation else None,
                    "area": vars(found.area) if found.area else None,
                }
            )
            for scale in Scale
            if scale is not Scale.TENSION or infers_emotions(context)
        ],
        infers_emotions=infers_emotions(context),
    )


def _read_pairs(connection: Connection, reports: list[rows.SelfReportRow]) -> dict[Scale, list[Pair]]:
    pairs: dict[Scale, list[Pair]] = {scale: [] for scale in Scale}
    for report in reports:
        seen = rows.count_before(connection, report.employee_id, report.reported_at, BEFORE)
        if seen.total < FEWEST_DETECTIONS:
            continue
        if report.sleepiness is not None:
            share = percent(seen.fatigue, seen.total)
            pairs[Scale.SLEEPINESS].append(Pair(report.employee_id, report.sleepiness, share))
        if report.tension is not None:
            share = percent(seen.stress, seen.total)
            pairs[Scale.TENSION].append(Pair(report.employee_id, report.tension, share))
    return pairs
