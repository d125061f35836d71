"""Inscribir: details, consent and pictures of a person; then the face is recognised."""

import streamlit as st

from stressvision.core.errors import Conflict, StressVisionError, Unauthenticated
from stressvision.dashboard import html, texts
from stressvision.dashboard.api_calls import people_requests
from stressvision.dashboard.page_context import PageContext, escape_markdown, restart_login, show_errors
from stressvision.dashboard.pages.enrolment.details import CHOSEN, Details, Signature, show_consent, show_details
from stressvision.dashboard.pages.enrolment.pictures import (
    FEWEST,
    forget_pictures,
    show_pictures,
    usable_pictures,
)
from stressvision.dashboard.pages.enrolment.rights import show_rights
from stressvision.wire.backend import EmployeeList
from stressvision.wire.people import ConsentText, EmployeeNew, EnrolmentResult, EnrolmentStatement

_RESULT = "enrol_result"
_CREATED = "enrol_created"
_FIELDS = ("enrol_code", "enrol_name", "enrol_department", "enrol_shift", "enrol_signature", "enrol_paper")
_CONFIRMATIONS = ("allow_similar", "replace_face")
MODE = "enrol_mode"


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.enrolment.TITLE)))
    modes = {"new": texts.enrolment.NEW_TAB, "rights": texts.enrolment.RIGHTS_TAB}
    mode = st.segmented_control(
        context.text(texts.enrolment.MODE),
        list(modes),
        default="new",
        required=True,
        format_func=lambda name: context.text(modes[name]),
        label_visibility="collapsed",
        key=MODE,
    )
    with show_errors(context):
        people = context.backend.employee_page(1, 0, {})
        if mode == "rights":
            show_rights(context)
        elif isinstance(result := st.session_state.get(_RESULT), EnrolmentResult):
            _show_result(context, result)
        elif any(employee.is_demo for employee in people.employees):  # a database holds no mixture
            st.html(html.notice(context.text(texts.enrolment.DEMO), context.text(texts.enrolment.DEMO_REMEDY)))
        else:
            _show_steps(context, people, people_requests.read_consent(context.backend))


def _show_steps(context: PageContext, people: EmployeeList, consent: ConsentText) -> None:
    with st.container(border=True):
        st.html(html.subheading(context.text(texts.enrolment.DETAILS)))
        details = show_details(context, people)
    with st.container(border=True):
        st.html(html.subheading(context.text(texts.enrolment.CONSENT)))
        signature = show_consent(context, consent, details)
    with st.container(border=True):
        st.html(html.subheading(context.text(texts.enrolment.PICTURES)))
        show_pictures(context)
    missing = _list_missing(context, details, signature)
    confirmed = _show_confirmations(context)
    label = (
        context.markdown(texts.enrolment.ENROL, name=details.name)
        if details.name
        else context.text(texts.enrolment.ENROL_NOBODY)
    )
    if missing:
        st.html(html.small(context.text(texts.enrolment.MISSING, what=", ".join(missing))))
    if st.button(label, type="primary", disabled=bool(missing), icon=":material/how_to_reg:"):
        statement = EnrolmentStatement(
            consent_version=consent.version,
            consent_sha256=consent.sha256,
            recorded_by=details.recorder,
            consent_method=signature.method,
            **confirmed,
        )
        _enrol(context, details, statement)


def _list_missing(context: PageContext, details: Details, signature: Signature) -> list[str]:
    lacking = FEWEST - len(usable_pictures())
    checks = (
        (texts.enrolment.MISSING_CODE, not details.code),
        (texts.enrolment.MISSING_NAME, not details.name),
        (texts.enrolment.MISSING_RECORDER, not details.recorder),
        (texts.enrolment.MISSING_SIGNATURE, not signature.is_complete),
    )
    missing = [context.text(message) for message, is_missing in checks if is_missing]
    if lacking > 0:
        missing.append(context.count(lacking, texts.enrolment.MISSING_PICTURE, texts.enrolment.MISSING_PICTURES))
    return missing


def _show_confirmations(context: PageContext) -> dict[str, bool]:
    """Render what the last attempt asked to confirm, and return the confirmations."""
    asked = st.session_state.get("enrol_asked")
    if asked not in _CONFIRMATIONS:
        return {}
    sentence, label = (
        (texts.enrolment.SIMILAR, texts.enrolment.ALLOW_SIMILAR)
        if asked == "allow_similar"
        else (texts.enrolment.OTHER_FACE, texts.enrolment.REPLACE_FACE)
    )
    st.warning(context.text(sentence))
    return {str(asked): st.checkbox(context.text(label), key=f"enrol_{asked}")}


def _enrol(context: PageContext, details: Details, statement: EnrolmentStatement) -> None:
    """Create the person where needed and enrol; a person created by a failed attempt is used by the next one."""
    stills = [(picture.name, picture.content) for picture in usable_pictures()]
    try:
        with st.spinner(context.text(texts.enrolment.ENROLLING)):
            employee_id = details.employee_id or _create(context, details)
            result = people_requests.enrol(context.backend, employee_id, stills, statement)
    except Unauthenticated:
        restart_login()
    except Conflict as error:
        asked = next((name for name in _CONFIRMATIONS if name in error.faults), None)
        if asked is not None and not getattr(statement, asked):
            st.session_state["enrol_asked"] = asked
            st.rerun()
        _show_refusal(context, error)
    except StressVisionError as error:
        _show_refusal(context, error)
    else:
        st.session_state[_RESULT] = result
        forget_pictures()
        for key in (*_FIELDS, _CREATED, CHOSEN, "enrol_asked", "enrol_allow_similar", "enrol_replace_face"):
            st.session_state.pop(key, None)
        st.rerun()


def _create(context: PageContext, details: Details) -> int:
    created: tuple[str, int] | None = st.session_state.get(_CREATED)
    if created is not None and created[0] == details.code:
        return created[1]
    new = EmployeeNew.model_construct(
        employee_code=details.code, full_name=details.name, department=details.department, shift=details.shift
    )
    employee = people_requests.create(context.backend, new, details.recorder)
    st.session_state[_CREATED] = (details.code, employee.id)
    return employee.id


def _show_refusal(context: PageContext, error: StressVisionError) -> None:
    sentences = [error.message.text(context.language)]
    faults = ((name, fault.text(context.language)) for name, fault in error.faults.items())
    sentences += [f"{name}: {fault}" for name, fault in faults if fault not in sentences[0]]
    st.html(html.notice(context.text(texts.enrolment.NOT_ENROLLED), *sentences))


def _show_result(context: PageContext, result: EnrolmentResult) -> None:
    person = result.employee
    detail = context.text(
        texts.enrolment.DONE_DETAIL,
        count=person.face_samples,
        quality=context.percent(person.face_encoding_quality),
    )
    st.success(f"**{context.markdown(texts.enrolment.DONE, name=person.full_name)}** {detail}")
    if not result.relaxed_stills:
        st.warning(context.text(texts.enrolment.NOT_RELAXED))
    if result.warning:
        st.warning(escape_markdown(result.warning))
    if st.button(context.text(texts.enrolment.ANOTHER), type="primary", icon=":material/person_add:"):
        del st.session_state[_RESULT]
        st.rerun()
