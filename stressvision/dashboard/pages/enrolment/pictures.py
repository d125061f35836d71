"""The pictures of an enrolment: taken or chosen in the browser, judged at once, kept in this session's memory only."""

from dataclasses import dataclass

import streamlit as st

from stressvision.core.errors import StressVisionError, Unauthenticated
from stressvision.dashboard import html, texts
from stressvision.dashboard.api_calls import people_requests
from stressvision.dashboard.page_context import PageContext, restart_login
from stressvision.dashboard.palette import STATES
from stressvision.wire.people import StillVerdict

FEWEST = 3
MOST = 10
COLUMNS = 4
_PICTURES = "enrol_pictures"
_REFUSED = "enrol_refused"
_ROUND = "enrol_round"
"""Keys of the session state. The round is part of the widgets' keys: a new one empties them for the next picture."""


@dataclass(frozen=True)
class UsablePicture:
    """A picture that may be sent. `quality`: 0 to 1."""

    name: str
    content: bytes
    quality: float


def usable_pictures() -> list[UsablePicture]:
    """Return the usable pictures of this session, the first one first."""
    found: list[UsablePicture] = st.session_state.setdefault(_PICTURES, [])
    return found


def forget_pictures() -> None:
    """Remove every picture from the memory of this session."""
    for key in (_PICTURES, _REFUSED):
        st.session_state.pop(key, None)
    _next_round()


def show_pictures(context: PageContext) -> None:
    """Render the camera or the choice of files, and the usable pictures; judge new ones."""
    st.html(html.small(context.text(texts.enrolment.PICTURES_ABOUT)))
    source = st.segmented_control(
        context.text(texts.enrolment.SOURCE),
        list(texts.enrolment.SOURCES),
        default="camera",
        required=True,
        format_func=lambda name: context.text(texts.enrolment.SOURCES[name]),
        key="enrol_source",
    )
    number = len(usable_pictures())
    left, right = st.columns([3, 2], gap="large")
    with left:
        if number >= MOST:
            st.html(html.small(context.text(texts.enrolment.ENOUGH, count=number)))
        elif source == "camera":
            _take(context, number)
        else:
            _choose(context)
        for sentence in st.session_state.get(_REFUSED, []):
            st.warning(sentence, icon=":material/replay:")
    with right:
        _show_usable(context)


def _take(context: PageContext, number: int) -> None:
    pose = context.text(texts.enrolment.POSES[min(number, len(texts.enrolment.POSES) - 1)])
    label = context.text(texts.enrolment.TAKE, number=number + 1, pose=pose)
    taken = st.camera_input(label, key=f"enrol_camera_{_round()}", help=context.text(texts.enrolment.CAMERA_HELP))
    if taken is not None:
        _judge(context, [(context.text(texts.enrolment.PICTURE, number=number + 1), taken.getvalue())])


def _choose(context: PageContext) -> None:
    chosen = st.file_uploader(
        context.text(texts.enrolment.CHOOSE_FILES),
        type=["jpg", "jpeg", "png"],
        accept_multiple_files=True,
        key=f"enrol_files_{_round()}",
    )
    if chosen:
        room = MOST - len(usable_pictures())
        _judge(context, [(file.name, file.getvalue()) for file in chosen[:room]])


def _judge(context: PageContext, stills: list[people_requests.Still]) -> None:
    """Judge new pictures beside the earlier ones, keep the usable ones, and begin a new round.

    Together, because a copy and a picture of another person are recognised by the other pictures.
    """
    stills = [*((picture.name, picture.content) for picture in usable_pictures()), *stills]
    try:
        with st.spinner(context.text(texts.enrolment.JUDGING)):
            judged = people_requests.judge(context.backend, stills)
    except Unauthenticated:
        restart_login()
    except StressVisionError as error:
        st.session_state[_REFUSED] = [error.message.text(context.language)]
    else:
        _keep(context, stills, judged.stills)
    _next_round()
    st.rerun()


def _keep(context: PageContext, stills: list[people_requests.Still], verdicts: list[StillVerdict]) -> None:
    refused = []
    usable_pictures().clear()
    for (name, content), verdict in zip(stills, verdicts, strict=True):
        if verdict.fault is None:
            usable_pictures().append(UsablePicture(name, content, verdict.quality or 0.0))
        else:
            reason = verdict.message.rstrip(".")
            refused.append(context.text(texts.enrolment.REFUSED, name=name, reason=f"{reason}."))
    st.session_state[_REFUSED] = refused


def _show_usable(context: PageContext) -> None:
    pictures = usable_pictures()
    columns = st.columns(2)
    for index, picture in enumerate(pictures):
        number = index + 1
        with columns[index % 2]:
            st.image(picture.content, width="stretch")
            quality = context.percent(picture.quality)
            st.html(
                html.chip_line(html.Chip(STATES["watching"], context.text(texts.enrolment.USABLE, quality=quality)))
            )
            label = context.text(texts.enrolment.REMOVE_PICTURE, number=number)
            if st.button(label, key=f"enrol_remove_{index}", type="tertiary", icon=":material/delete:"):
                del pictures[index]
                st.rerun()


def _round() -> int:
    return int(st.session_state.get(_ROUND, 0))


def _next_round() -> None:
    st.session_state[_ROUND] = _round() + 1
