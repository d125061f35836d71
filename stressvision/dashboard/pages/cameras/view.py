"""What a camera watches: masks and zones as rectangles over the picture, hours, and the smallest face."""

from datetime import time

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import USER_LIMIT, acting_user, remember_acting_user
from stressvision.dashboard.actions import show_refusal
from stressvision.dashboard.api_calls import camera_requests
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.pages.cameras import drawing
from stressvision.dashboard.pages.cameras.pausing import DONE
from stressvision.domain.auth import Role
from stressvision.wire.cameras import CameraSettings, CameraViewRequest, WatchHours

MOST_PIXELS = 2000
_DRAFT = "camera_draft"
_OPENING, _CLOSING = time(7, 0), time(19, 0)


def show_view(context: PageContext, device_id: str) -> None:
    """Render the button that opens the dialog, for roles that may change a camera."""
    if context.role not in {None, Role.ADMIN}:
        return
    label = context.text(texts.camera.ADJUST, name=device_id)
    if st.button(label, icon=":material/crop:", key="camera_adjust"):
        st.session_state[_DRAFT] = camera_requests.read_settings(context.backend, device_id)
        st.dialog(label, width="large")(show_view_form)(context, device_id)


def show_view_form(context: PageContext, device_id: str) -> None:
    """Render the content of the dialog; the draft is in the session until it is saved."""
    draft: CameraSettings = st.session_state[_DRAFT]
    left, right = st.columns([3, 2], gap="medium")
    with right:
        kind, corners = _read_rectangle(context)
        target = draft.masks if kind == "mask" else draft.zones
        st.button(
            context.text(texts.camera.ADD_RECTANGLE),
            icon=":material/add:",
            key="camera_add",
            on_click=target.append,
            args=(corners,),
        )
        _show_rectangles(context, draft)
    with left:
        picture = _fetch(context, device_id)
        st.html(drawing.view(picture, draft.masks, draft.zones, corners if kind else []))
        if not context.sees_persons:
            st.html(html.small(context.text(texts.camera.VIEW_WITHHELD)))
        st.html(html.small(context.text(texts.camera.VIEW_ABOUT)))
    _edit_schedule(context, draft)
    pixels = st.number_input(
        context.text(texts.camera.MIN_FACE), 0, MOST_PIXELS, value=draft.min_face_pixels or 0, key="camera_min_face"
    )
    known = acting_user()
    user_id = known or st.text_input(context.text(texts.camera.YOUR_NAME), max_chars=USER_LIMIT, key="camera_user")
    if st.button(context.text(texts.camera.SAVE_VIEW), type="primary", disabled=not user_id.strip(), key="camera_save"):
        if not known:
            remember_acting_user(user_id.strip())
        _save(context, device_id, draft, int(pixels) or None, user_id.strip())


def _read_rectangle(context: PageContext) -> tuple[str, list[list[float]]]:
    kind = st.segmented_control(
        context.text(texts.camera.RECTANGLE),
        list(texts.camera.RECTANGLES),
        default="mask",
        required=True,
        format_func=lambda name: context.text(texts.camera.RECTANGLES[name]),
        key="camera_kind",
    )
    across = st.slider(context.text(texts.camera.ACROSS), 0, 100, (0, 30), format="%d %%", key="camera_across")
    down = st.slider(context.text(texts.camera.DOWN), 0, 100, (0, 30), format="%d %%", key="camera_down")
    return str(kind), rectangle(across, down)


def rectangle(across: tuple[int, int], down: tuple[int, int]) -> list[list[float]]:
    """Return the corners of a rectangle, as shares of the picture; `across` and `down` in percent."""
    (left, right), (top, bottom) = ((low / 100, high / 100) for low, high in (across, down))
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def _show_rectangles(context: PageContext, draft: CameraSettings) -> None:
    for name, polygons in (("mask", draft.masks), ("zone", draft.zones)):
        for index in range(len(polygons)):
            title = context.text(texts.camera.RECTANGLES[name])
            label = context.text(texts.camera.REMOVE, what=f"{title} {index + 1}")
            key = f"camera_remove_{name}_{index}"
            st.button(
                label, type="tertiary", icon=":material/delete:", key=key, on_click=_remove, args=(polygons, index)
            )


def _remove(items: list[object], index: int) -> None:
    del items[index]


def _edit_schedule(context: PageContext, draft: CameraSettings) -> None:
    st.html(html.subheading(context.text(texts.camera.SCHEDULE)))
    if not draft.schedule:
        st.html(html.small(context.text(texts.camera.ALWAYS)))
    for index, hours in enumerate(draft.schedule):
        named = ", ".join(context.text(texts.camera.DAYS[day]) for day in hours.days)
        label = context.text(texts.camera.REMOVE, what=f"{named} {hours.start}-{hours.end}")
        st.button(
            label,
            type="tertiary",
            icon=":material/delete:",
            key=f"camera_hours_{index}",
            on_click=_remove,
            args=(draft.schedule, index),
        )
    first, second, third, fourth = st.columns([3, 1, 1, 1], vertical_alignment="bottom")
    days = first.multiselect(
        context.text(texts.camera.ON_DAYS),
        list(texts.camera.DAYS),
        default=[1, 2, 3, 4, 5],
        format_func=lambda day: context.text(texts.camera.DAYS[day]),
        key="camera_days",
    )
    start = second.time_input(context.text(texts.camera.START), _OPENING, key="camera_start")
    end = third.time_input(context.text(texts.camera.END), _CLOSING, key="camera_end")
    wanted = WatchHours.model_construct(days=sorted(days), start=f"{start:%H:%M}", end=f"{end:%H:%M}")
    fourth.button(
        context.text(texts.camera.ADD_HOURS),
        key="camera_add_hours",
        disabled=not days,
        on_click=draft.schedule.append,
        args=(wanted,),
    )


def _fetch(context: PageContext, device_id: str) -> str:
    """Return the present picture as a data address, or an empty text where there is none for this role."""
    if not context.sees_persons:
        return ""
    try:
        jpeg = camera_requests.fetch_picture(context.backend, device_id)
    except StressVisionError:
        return ""
    return drawing.data_address(jpeg)


def _save(context: PageContext, device_id: str, draft: CameraSettings, pixels: int | None, user_id: str) -> None:
    wanted = CameraViewRequest(
        masks=draft.masks,
        zones=draft.zones,
        schedule=draft.schedule,
        min_face_pixels=pixels,
        max_face_pixels=draft.max_face_pixels,
        revision=draft.revision,
        user_id=user_id,
    )
    with show_refusal(context):
        camera_requests.change_view(context.backend, device_id, wanted)
        st.session_state.pop(_DRAFT, None)
        st.session_state[DONE] = context.text(texts.camera.VIEW_SAVED)
        st.rerun()
