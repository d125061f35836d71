"""One field of the settings page, by the kind of its setting."""

import streamlit as st

from stressvision.dashboard import texts
from stressvision.dashboard.page_context import PageContext
from stressvision.wire.settings import SettingState, SettingValue


def read_field(context: PageContext, setting: SettingState, *, is_disabled: bool) -> SettingValue:
    """Render the field of a setting, and return what it holds in the setting's form."""
    known = texts.settings.LABELS.get(setting.name)
    label = context.text(known) if known else setting.variable
    disabled = is_disabled or setting.source == "environment"
    key, help_text = f"setting_{setting.name}", _help(context, setting)
    value = setting.value
    match setting.kind:
        case "integer":
            low, high = _whole(setting.minimum), _whole(setting.maximum)
            return int(
                st.number_input(label, low, high, value=_number(value), disabled=disabled, key=key, help=help_text)
            )
        case "number":
            return float(
                st.number_input(
                    label,
                    setting.minimum,
                    setting.maximum,
                    value=float(value) if isinstance(value, int | float) else 0.0,
                    disabled=disabled,
                    key=key,
                    help=help_text,
                )
            )
        case "choice":
            return _read_choice(context, setting, label, disabled=disabled, key=key, help_text=help_text)
        case "choices":
            picked = st.multiselect(
                label,
                setting.choices or [],
                default=value if isinstance(value, list) else [],
                format_func=lambda choice: _choice(context, str(choice)),
                disabled=disabled,
                key=key,
                help=help_text,
            )
            return [choice for choice in setting.choices or [] if choice in picked]
        case "integers":
            shown = ", ".join(str(item) for item in value) if isinstance(value, list) else ""
            typed = st.text_input(label, shown, disabled=disabled, key=key, help=help_text)
            return _numbers(context, typed, value)
        case _:
            return st.text_input(label, str(value or ""), disabled=disabled, key=key, help=help_text).strip()


def _read_choice(
    context: PageContext, setting: SettingState, label: str, *, disabled: bool, key: str, help_text: str | None
) -> str:
    choices = setting.choices or []
    chosen = st.selectbox(
        label,
        choices,
        index=choices.index(str(setting.value)) if str(setting.value) in choices else 0,
        format_func=lambda choice: _choice(context, choice),
        disabled=disabled,
        key=key,
        help=help_text,
    )
    return str(chosen)


def _help(context: PageContext, setting: SettingState) -> str:
    if setting.source == "environment":
        return context.text(texts.settings.FIXED, variable=setting.variable)
    sentences = [context.text(texts.settings.DEFAULT, value=_display(context, setting.default))]
    if setting.changed_at is not None:
        ago = context.ago(setting.changed_at)
        sentences.append(context.text(texts.settings.CHANGED, by=setting.changed_by or "-", ago=ago))
    if not setting.is_live:
        sentences.append(context.text(texts.settings.RESTART))
    return " ".join(sentences)


def _display(context: PageContext, value: SettingValue) -> str:
    items = value if isinstance(value, list) else [value]
    shown = ", ".join(_choice(context, str(item)) for item in items if item not in (None, ""))
    return shown or context.text(texts.common.NOT_SET)


def _choice(context: PageContext, choice: str) -> str:
    label = texts.settings.CHOICES.get(choice)
    return context.text(label) if label else choice


def _numbers(context: PageContext, typed: str, before: SettingValue) -> SettingValue:
    try:
        return [int(part) for part in typed.replace(";", ",").split(",") if part.strip()]
    except ValueError:
        st.warning(context.text(texts.settings.INVALID_NUMBERS))
        return before


def _number(value: SettingValue) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)
