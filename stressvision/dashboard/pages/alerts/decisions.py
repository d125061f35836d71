"""Decisions on alerts: acknowledge, resolve and take back, one or several at once, with their confirmation."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user
from stressvision.dashboard.alert_card import name_subject
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.pages.alerts import requests
from stressvision.domain.alerts import Outcome
from stressvision.wire.alerts import Alert

OUTCOME_SPAN = timedelta(seconds=30)
"""How long a confirmation stands above the list, with its button that takes the decision back."""

# Keys of the session state.
OUTCOME = "inbox_outcome"
STORED = "inbox_stored_draft"
NEEDS_PAGE = "inbox_needs_page"
"""A callback changed what is outside the refreshing list: the whole page has to run."""


@dataclass(frozen=True)
class DecisionOutcome:
    """The confirmation or refusal of the last decision. `undoable`: the alerts as the decision left them."""

    at: datetime
    done: bool
    sentence: str
    undoable: tuple[Alert, ...] = ()


def current_outcome(context: PageContext) -> DecisionOutcome | None:
    """Return the outcome of the last decision, while it is shown."""
    outcome = st.session_state.get(OUTCOME)
    if isinstance(outcome, DecisionOutcome) and context.clock() - outcome.at < OUTCOME_SPAN:
        return outcome
    return None


def store_outcome(context: PageContext, done: bool, sentence: str, undoable: Sequence[Alert] = ()) -> None:
    """Show the confirmation or refusal of a decision above the list."""
    st.session_state[OUTCOME] = DecisionOutcome(context.clock(), done, sentence, tuple(undoable))


def store_refusal(context: PageContext, alert: Alert, error: StressVisionError) -> None:
    """Show why a decision on the alert was refused."""
    reason = error.message.text(context.language)
    subject = name_subject(context, alert)
    store_outcome(context, False, context.text(texts.alerts.REFUSED, id=alert.id, subject=subject, reason=reason))


def forget_draft(name: str) -> None:
    """Report to the page's script that the text of a field is stored, so that it keeps no draft of it."""
    st.session_state[STORED] = f"draft_{name}:{secrets.token_hex(4)}"


def show_stored_draft() -> None:
    """Render the signal of forget_draft."""
    if STORED in st.session_state:
        st.html(html.signal("stored", st.session_state[STORED]))


def acknowledge(context: PageContext, alerts: Sequence[Alert]) -> None:
    """Acknowledge alerts in the name of the acting user, each in the version that is on the screen."""
    _change(
        context,
        alerts,
        lambda alert: context.backend.acknowledge(alert.id, acting_user(), alert.version).alert,
        lambda alert: context.text(texts.alerts.ACKNOWLEDGED, id=alert.id, subject=name_subject(context, alert)),
    )


def resolve(context: PageContext, alerts: Sequence[Alert], notes: str, outcome: Outcome | None) -> None:
    """Resolve several alerts with the same notes and outcome."""
    _change(
        context,
        alerts,
        lambda alert: requests.resolve(context.backend, alert, acting_user(), notes, outcome),
        lambda alert: context.text(texts.alerts.RESOLVED, id=alert.id, subject=name_subject(context, alert)),
    )


def undo(context: PageContext) -> None:
    """Take back the decision that the confirmation above the list names."""
    outcome = current_outcome(context)
    if outcome is None:
        return
    st.session_state.pop(OUTCOME)
    _change(
        context,
        outcome.undoable,
        lambda alert: requests.undo(context.backend, alert, acting_user()),
        lambda alert: context.text(texts.inbox.UNDONE, subject=name_subject(context, alert)),
        is_undoable=False,
    )


def _change(
    context: PageContext,
    alerts: Sequence[Alert],
    change: Callable[[Alert], Alert],
    confirm: Callable[[Alert], str],
    *,
    is_undoable: bool = True,
) -> None:
    """Change each alert; one that is refused does not stop the others."""
    changed: list[Alert] = []
    refused: list[tuple[Alert, StressVisionError]] = []
    for alert in alerts:
        try:
            changed.append(change(alert))
        except StressVisionError as error:
            refused.append((alert, error))
    undoable = changed if is_undoable else []
    if len(alerts) == 1 and changed:
        store_outcome(context, True, confirm(changed[0]), undoable)
    elif len(alerts) == 1 and refused:
        store_refusal(context, *refused[0])
    elif refused:
        names = "; ".join(
            f"{name_subject(context, alert)}: {error.message.text(context.language)}" for alert, error in refused
        )
        sentence = context.text(texts.inbox.BULK_REFUSED, count=len(changed), refused=len(refused), reason=names)
        store_outcome(context, False, sentence, undoable)
    elif changed:
        store_outcome(context, True, context.text(texts.inbox.BULK_DONE, count=len(changed)), undoable)
