"""The first two steps of an enrolment: the person's details, and the consent with its signature."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import USER_LIMIT, acting_user, remember_acting_user
from stressvision.dashboard.elements.people import name_person, offer_people
from stressvision.dashboard.page_context import PageContext
from stressvision.wire.backend import EmployeeList
from stressvision.wire.people import ConsentText

TEXT_HEIGHT = 280
CHOSEN = "enrol_person"
"""Key of the session state: id of the registered person to enrol, NEW for another one."""
NEW = 0
"""Not None, for which the field would show its own text in place of an option's."""


@dataclass(frozen=True)
class Details:
    """The person to enrol. `employee_id`: None for a new one."""

    employee_id: int | None
    code: str
    name: str
    department: str | None
    shift: str | None
    recorder: str


@dataclass(frozen=True)
class Signature:
    """Whether and how the person signed."""

    is_complete: bool
    method: Literal["paper", "electronic"]


def show_details(context: PageContext, people: EmployeeList) -> Details:
    """Render the fields of the person, and return what they hold. `people`: whose areas and shifts are offered."""
    wanted = st.session_state.get(CHOSEN) or None
    offered = offer_people(context, CHOSEN, wanted)

    def label(employee_id: int) -> str:
        return context.text(texts.enrolment.NEW_PERSON) if employee_id == NEW else name_person(offered[employee_id])

    if wanted not in offered:
        st.session_state[CHOSEN] = NEW
    chosen = st.selectbox(context.text(texts.enrolment.PERSON), [NEW, *offered], format_func=label, key=CHOSEN)
    recorder = acting_user()
    if chosen != NEW:
        person = offered[chosen]
        recorder = recorder or _ask_recorder(context)
        return Details(person.id, person.employee_code, person.full_name, person.department, person.shift, recorder)
    left, right = st.columns(2)
    code = left.text_input(
        context.text(texts.enrolment.CODE), max_chars=80, help=context.text(texts.enrolment.CODE_HELP), key="enrol_code"
    )
    name = right.text_input(context.text(texts.enrolment.FULL_NAME), max_chars=200, key="enrol_name")
    left, right = st.columns(2)  # a row of its own: a phone shows the fields in this order
    with left:
        department = _choose_department(context, people.departments)
    with right:
        shift = _choose_shift(context, people.shifts)
    recorder = recorder or _ask_recorder(context)
    wanted = Details(None, code.strip().upper(), " ".join(name.split()), department, shift, recorder)
    return _match_registered(context, wanted)


def _match_registered(context: PageContext, wanted: Details) -> Details:
    """Return the registered person with the typed code and name, as a failed attempt leaves one; else the new one."""
    if not wanted.code:
        return wanted
    person = next(iter(context.backend.employee_page(1, 0, {"code": wanted.code}).employees), None)
    if person is None:
        return wanted
    st.html(html.small(context.text(texts.enrolment.CODE_TAKEN, code=wanted.code, name=person.full_name)))
    if _comparable(person.full_name) != _comparable(wanted.name):
        return replace(wanted, code="")
    return replace(wanted, employee_id=person.id)


def _choose_department(context: PageContext, known: Sequence[str]) -> str | None:
    chosen = st.selectbox(
        context.text(texts.enrolment.DEPARTMENT),
        list(known),
        index=None,
        accept_new_options=True,
        placeholder=context.text(texts.enrolment.CHOOSE_OR_TYPE),
        key="enrol_department",
    )
    return match_area(chosen, known) if chosen else None


def match_area(typed: str, known: Sequence[str]) -> str:
    """Return the known area of that name, whatever its case and accents, or else the typed one."""
    return next((name for name in known if _comparable(name) == _comparable(typed)), typed)


def _choose_shift(context: PageContext, known: Sequence[str]) -> str | None:
    """Return the chosen shift, of those known."""
    named = texts.employees.SHIFTS
    names = {_comparable(name) for message in named.values() for name in (message.es, message.en)}
    options = [*named, *(shift for shift in known if _comparable(shift) not in names)]
    return st.segmented_control(
        context.text(texts.enrolment.SHIFT),
        options,
        format_func=lambda value: context.text(named[value]) if value in named else value,
        key="enrol_shift",
    )


def _ask_recorder(context: PageContext) -> str:
    typed = st.text_input(context.text(texts.enrolment.RECORDER), max_chars=USER_LIMIT, key="enrol_recorder").strip()
    if typed:
        remember_acting_user(typed)
    return typed


def show_consent(context: PageContext, consent: ConsentText, details: Details) -> Signature:
    """Render the consent text and the signature, and return whether it is complete."""
    st.html(html.small(context.text(texts.enrolment.CONSENT_ABOUT)))
    with st.container(height=TEXT_HEIGHT, border=True, key="scroll_consent"):
        st.markdown(consent.text.partition("\n")[2])
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    method = left.segmented_control(
        context.text(texts.enrolment.HOW_SIGNED),
        list(texts.enrolment.METHODS),
        default="electronic",
        required=True,
        format_func=lambda name: context.text(texts.enrolment.METHODS[name]),
        key="enrol_method",
    )
    right.download_button(
        context.text(texts.enrolment.CONSENT_FILE),
        consent.text,
        file_name=f"consentimiento-{consent.version}.txt",
        icon=":material/print:",
        on_click="ignore",
    )
    if method == "paper":
        return Signature(st.checkbox(context.text(texts.enrolment.SIGNED_PAPER), key="enrol_paper"), "paper")
    signature = st.text_input(context.text(texts.enrolment.SIGNATURE), max_chars=200, key="enrol_signature")
    is_equal = bool(details.name) and _comparable(signature) == _comparable(details.name)
    if signature.strip() and not is_equal:
        st.warning(context.markdown(texts.enrolment.SIGNATURE_DIFFERS, name=details.name))
    return Signature(is_equal, "electronic")


def _comparable(name: str) -> str:
    """Return a name without case, accents and repeated spaces: the keyboard of a kiosk may lack them."""
    plain = unicodedata.normalize("NFD", " ".join(name.split()).casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
