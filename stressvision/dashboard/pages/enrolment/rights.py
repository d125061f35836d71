"""What an enrolled person may ask for, each as a dialog: correction, withdrawal of consent, erasure."""

from collections.abc import Callable

import streamlit as st

from stressvision.core.texts import Message
from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user, remember_acting_user
from stressvision.dashboard.actions import run_action
from stressvision.dashboard.api_calls import people_requests
from stressvision.dashboard.elements.people import name_person, offer_people
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.palette import QUIET, STATES
from stressvision.wire.backend import Employee
from stressvision.wire.people import EmployeeChange
from stressvision.wire.rights import ErasureCertificate

_CERTIFICATE = "rights_certificate"
_DONE = "rights_done"
_CHOSEN = "rights_person"


def show_rights(context: PageContext) -> None:
    """Render the choice of a person and the actions."""
    certificate = st.session_state.get(_CERTIFICATE)
    if isinstance(certificate, ErasureCertificate):
        _show_certificate(context, certificate)
        return
    st.html(html.small(context.text(texts.enrolment.RIGHTS_ABOUT)))
    if sentence := st.session_state.pop(_DONE, None):
        st.success(sentence)
    offered = offer_people(context, _CHOSEN, st.session_state.get(_CHOSEN))
    if not offered and not st.session_state.get(f"{_CHOSEN}_search"):
        st.html(html.empty(context.text(texts.employees.NO_EMPLOYEES)))
        return
    chosen = st.selectbox(
        context.text(texts.enrolment.PERSON),
        list(offered),
        index=None,
        format_func=lambda employee_id: name_person(offered[employee_id]),
        placeholder=context.text(texts.enrolment.CHOOSE),
        key=_CHOSEN,
    )
    if chosen is not None:
        _show_actions(context, offered[chosen])


def _show_actions(context: PageContext, person: Employee) -> None:
    name = person.full_name
    st.html(html.chip_line(_state(context, person)))
    if not acting_user():
        typed = st.text_input(context.text(texts.enrolment.RECORDER), key="rights_recorder").strip()
        if not typed:
            return
        remember_acting_user(typed)
    active = texts.enrolment.DEACTIVATE if person.is_active else texts.enrolment.ACTIVATE
    with st.container(horizontal=True):
        if st.button(context.markdown(texts.enrolment.CORRECT, name=name), icon=":material/edit:"):
            _open(context, texts.enrolment.CORRECT, _correct, person)
        if st.button(context.markdown(active, name=name), icon=":material/toggle_off:"):
            run_action(
                context,
                lambda: people_requests.set_active(
                    context.backend, person.id, acting_user(), active=not person.is_active
                ),
                context.text(texts.enrolment.SAVED),
                _DONE,
            )
        if person.consent_given and st.button(
            context.markdown(texts.enrolment.WITHDRAW, name=name), icon=":material/person_off:"
        ):
            _open(context, texts.enrolment.WITHDRAW, show_withdrawal, person)
        if st.button(context.markdown(texts.enrolment.ERASE, name=name), icon=":material/delete_forever:"):
            _open(context, texts.enrolment.ERASE, show_erasure, person)


def _state(context: PageContext, person: Employee) -> html.Chip:
    if not person.is_active:
        key, colour = "inactive", QUIET
    elif not person.consent_given and person.consent_date is not None:
        key, colour = "withdrawn", QUIET
    elif person.enrolment_status != "enrolled" or not person.consent_given:
        key, colour = "pending", STATES["no_camera"]
    else:
        key, colour = "enrolled", STATES["watching"]
    return html.Chip(colour, context.text(texts.enrolment.STATES[key]))


def _open(
    context: PageContext, title: Message, show: Callable[[PageContext, Employee], None], person: Employee
) -> None:
    st.dialog(context.markdown(title, name=person.full_name))(show)(context, person)


def _correct(context: PageContext, person: Employee) -> None:
    with st.form("correct", border=False):
        name = st.text_input(context.text(texts.enrolment.FULL_NAME), person.full_name, max_chars=200)
        department = st.text_input(context.text(texts.enrolment.DEPARTMENT), person.department or "", max_chars=100)
        shift = st.text_input(context.text(texts.enrolment.SHIFT), person.shift or "", max_chars=100)
        submitted = st.form_submit_button(context.text(texts.enrolment.SAVE), type="primary")
    if submitted:
        change = EmployeeChange.model_construct(
            _fields_set={"full_name", "department", "shift"},
            full_name=name,
            department=department.strip() or None,
            shift=shift.strip() or None,
        )
        run_action(
            context,
            lambda: people_requests.correct(context.backend, person.id, change, acting_user()),
            context.text(texts.enrolment.SAVED),
            _DONE,
        )


def show_withdrawal(context: PageContext, person: Employee) -> None:
    """Render the content of the dialog that records a withdrawal."""
    st.write(context.markdown(texts.enrolment.WITHDRAW_ABOUT, name=person.full_name))
    if _is_confirmed(context, person, texts.enrolment.WITHDRAW_BUTTON, "withdraw"):
        run_action(
            context,
            lambda: people_requests.withdraw(context.backend, person.id, acting_user()),
            context.markdown(texts.enrolment.WITHDRAWN, name=person.full_name),
            _DONE,
        )


def show_erasure(context: PageContext, person: Employee) -> None:
    """Render the content of the dialog that erases a person."""
    st.write(context.text(texts.enrolment.ERASE_ABOUT))
    if _is_confirmed(context, person, texts.enrolment.ERASE_BUTTON, "erase"):
        with st.spinner(context.text(texts.enrolment.ERASING)):
            run_action(
                context,
                lambda: _keep_certificate(people_requests.erase(context.backend, person.id, acting_user())),
                None,
                _DONE,
            )


def _keep_certificate(certificate: ErasureCertificate) -> None:
    st.session_state[_CERTIFICATE] = certificate


def _is_confirmed(context: PageContext, person: Employee, button: Message, key: str) -> bool:
    """Render the typed confirmation, and return whether it was sent with the right code."""
    with st.form(key, border=False):
        typed = st.text_input(context.text(texts.enrolment.TYPE_CODE, code=person.employee_code), max_chars=80)
        submitted = st.form_submit_button(context.text(button), type="primary")
    if submitted and typed.strip().upper() != person.employee_code:
        st.warning(context.text(texts.enrolment.WRONG_CODE))
        return False
    return submitted


def _show_certificate(context: PageContext, certificate: ErasureCertificate) -> None:
    verdict = texts.enrolment.ERASED_CLEAN if certificate.is_complete else texts.enrolment.ERASED_TRACES
    st.html(html.notice(context.text(texts.enrolment.ERASED), context.text(verdict)))
    colours = {True: STATES["watching"], False: STATES["silent"], None: QUIET}
    rows = [
        (html.Chip(colours[place.is_clean], context.text(texts.enrolment.PLACES[place.is_clean])), place.place)
        for place in certificate.places
    ]
    header = [context.text(texts.enrolment.RESULT), context.text(texts.enrolment.PLACE)]
    st.html(html.table(header, rows, numbers=frozenset()))
    with st.container(horizontal=True):
        st.download_button(
            context.text(texts.enrolment.CERTIFICATE),
            format_certificate(context, certificate),
            file_name=f"certificado-{certificate.certificate_id}.txt",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
        )
        if st.button(context.text(texts.enrolment.CLOSE)):
            del st.session_state[_CERTIFICATE]
            st.rerun()


def format_certificate(context: PageContext, certificate: ErasureCertificate) -> str:
    """Return the certificate as text."""
    verdict = texts.enrolment.ERASED_CLEAN if certificate.is_complete else texts.enrolment.ERASED_TRACES
    places = [
        f"  [{context.text(texts.enrolment.PLACES[place.is_clean])}] {place.place}: {place.action}"
        for place in certificate.places
    ]
    return context.text(
        texts.enrolment.CERTIFICATE_TEXT,
        id=certificate.certificate_id,
        at=context.date_and_time(certificate.erased_at),
        by=certificate.erased_by or "-",
        rows="\n".join(f"  {name}: {count}" for name, count in certificate.row_counts.items()),
        places="\n".join(places),
        verdict=context.text(verdict),
    )
