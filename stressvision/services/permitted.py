"""What the policy in force allows to answer, also of rows stored under an earlier policy."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from stressvision.core.config import Policy
from stressvision.core.errors import InvalidInput, Message
from stressvision.domain.alerts import PROLONGED_FATIGUE
from stressvision.domain.consent import permitted_emotion, permitted_vector
from stressvision.domain.emotions import Emotion
from stressvision.services.context import Context
from stressvision.wire.alerts import Alert
from stressvision.wire.backend import StoredDetection
from stressvision.wire.events import AlertEvent
from stressvision.wire.own import OwnAlert
from stressvision.wire.person import PersonEvent
from stressvision.wire.values import OfEmotion, WireModel

Answer = TypeVar("Answer", bound=WireModel)

INFERS = "infers_emotions"
"""The field in which an answer states that emotions are withheld."""
_ALERTS = (Alert, AlertEvent, OwnAlert, PersonEvent)
_OF_EVIDENCE = frozenset(
    {
        "description",
        "evidence_events",
        "evidence_total",
        "evidence_confidence",
        "evidence_start",
        "evidence_minutes",
        "evidence_share",
        "above_usual",
        "usual_share",
        "usual_days",
        "error_chance",
        "alert_type",
    }
)


def infers_emotions(context: Context) -> bool:
    """Return whether the policy in force allows emotions; under `eu` only fatigue, which is none."""
    return context.settings.policy is not Policy.EU


def withhold_emotions(context: Context, answer: Answer) -> Answer:
    """Return the answer without what the policy in force does not allow, which it then states.

    Fields marked OfEmotion are null, or hold fatigue alone; of a detection and an alert, what rests on an emotion is
    null.
    """
    return answer if infers_emotions(context) else _reduce(answer)


def require_permitted(context: Context, emotion: str | None) -> None:
    """Raise InvalidInput where rows are to be chosen by an emotion that the policy does not allow."""
    if emotion and not infers_emotions(context) and emotion != Emotion.FATIGUE:
        raise InvalidInput(
            Message(
                es="Esta instalación no infiere emociones (política UE): solo se elige por fatiga.",
                en="This installation infers no emotions (EU policy): only fatigue can be chosen.",
            ),
            field="kind",
        )


def permit_detection(detection: StoredDetection, policy: Policy) -> StoredDetection:
    """Return the detection without an emotion that the policy does not allow."""
    if policy is not Policy.EU:
        return detection
    emotion = Emotion(detection.emotion) if detection.emotion in set(Emotion) else None
    is_permitted = permitted_emotion(policy, emotion) is not None
    vector = {Emotion(name): share for name, share in (detection.emotion_vector or {}).items() if name in set(Emotion)}
    return detection.model_copy(
        update={
            "emotion": detection.emotion if is_permitted else None,
            "emotion_confidence": detection.emotion_confidence if is_permitted else None,
            "emotion_vector": permitted_vector(policy, vector) if is_permitted else None,
        }
    )


def _reduce(answer: Answer) -> Answer:
    if isinstance(answer, StoredDetection):
        return cast(Answer, permit_detection(answer, Policy.EU))
    fields = type(answer).model_fields
    changes: dict[str, Any] = {
        name: _withhold(getattr(answer, name))
        if any(mark is OfEmotion for mark in field.metadata)
        else _reduce_value(getattr(answer, name))
        for name, field in fields.items()
    }
    if isinstance(answer, _ALERTS) and rests_on_emotion(answer):
        changes.update(dict.fromkeys(_OF_EVIDENCE & set(fields)))
    if INFERS in fields:
        changes[INFERS] = False
    return answer.model_copy(update=changes)


def rests_on_emotion(alert: WireModel) -> bool:
    """Return whether an alert, or an event of one, concerns a person and an emotion."""
    kind = getattr(alert, "alert_type", None)
    return kind is not None and kind != PROLONGED_FATIGUE and getattr(alert, "device_id", None) is None


def _reduce_value(value: Any) -> Any:
    if isinstance(value, WireModel):
        return _reduce(value)
    if isinstance(value, list):
        return [_reduce_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _reduce_value(item) for key, item in value.items()}
    return value


def _withhold(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: own for name, own in value.items() if name == Emotion.FATIGUE}
    return None
