"""Verdicts on stills and their texts: which pictures are usable, and whether they show the right person."""

from collections.abc import Sequence
from dataclasses import dataclass

from stressvision.core.errors import Conflict, InvalidInput, Language, Message
from stressvision.db.queries.people.employees import EmployeeRow
from stressvision.wire.people import StillFault, StillVerdict
from stressvision.wire.stills import Likeness, Measurement

FEWEST_STILLS = 3
"""With fewer stills, one of another person cannot be identified among them."""
MOST_STILLS = 10
LONGEST_DISTANCE = 0.58
"""Median distance to a person's enrolled stills above which new ones show another face (vision/enrolment.py)."""

_USED = Message(es="sirve", en="used")
SIMILAR = Message(
    es="Se parece a {code}: mientras ambos estén inscritos, la cámara puede no reconocer a ninguno de los dos.",
    en="Resembles {code}: while both are enrolled, the camera may recognise neither of them.",
)
_FAULTS: dict[StillFault, Message] = {
    "unreadable": Message(
        es="no es una imagen que se pueda leer: envíe jpg o png.", en="is not a readable picture: send jpg or png."
    ),
    "too_large": Message(
        es="es demasiado grande: envíe una de hasta 50 megapíxeles.",
        en="is too large: send one of up to 50 megapixels.",
    ),
    "no_face": Message(
        es="no se ve ninguna cara: use una foto de frente, con la cabeza entera.",
        en="no face is visible: use a frontal photo with the whole head in it.",
    ),
    "several_faces": Message(
        es="se ve más de una cara: use una foto en la que esté sola la persona.",
        en="more than one face is visible: use a photo of the person alone.",
    ),
    "too_small": Message(es="la cara es muy pequeña: acérquese.", en="the face is too small: come closer."),
    "blurred": Message(
        es="la cara está borrosa: no mueva la cámara y limpie el lente.",
        en="the face is blurred: hold the camera still and clean its lens.",
    ),
    "badly_lit": Message(
        es="la cara tiene poca luz, o demasiada: ponga la luz de frente.",
        en="the face has too little or too much light: place the light in front.",
    ),
    "turned_away": Message(es="la cara está de lado: mire a la cámara.", en="the face is turned: look at the camera."),
    "somebody_else": Message(
        es="parece de otra persona que las demás fotos.", en="seems to show a different person than the other stills."
    ),
    "copy": Message(es="es copia de otra foto: cuenta una vez.", en="is a copy of another still: it counts once."),
}


@dataclass(frozen=True)
class UploadedStill:
    """An uploaded picture. `content`: the encoded bytes, kept in memory only. `name`: file name, for fault messages."""

    name: str
    content: bytes


def to_verdicts(stills: Sequence[UploadedStill], measurement: Measurement, language: Language) -> list[StillVerdict]:
    """Return the verdict on each picture, in the reader's language."""
    return [
        StillVerdict(
            name=still.name,
            quality=measured.quality,
            fault=measured.fault,
            message=(_FAULTS[measured.fault] if measured.fault else _USED).text(language),
        )
        for still, measured in zip(stills, measurement.stills, strict=True)
    ]


def require_number(stills: Sequence[UploadedStill], fewest: int) -> None:
    """Raise InvalidInput unless there are `fewest` to MOST_STILLS pictures."""
    if not fewest <= len(stills) <= MOST_STILLS:
        raise InvalidInput(
            Message(
                es=f"Hay {len(stills)} fotos: se necesitan de {fewest} a {MOST_STILLS}.",
                en=f"There are {len(stills)} stills: {fewest} to {MOST_STILLS} are required.",
            ),
            field="stills",
        )


def require_samples(stills: Sequence[UploadedStill], measurement: Measurement, *, strict: bool) -> None:
    """Raise InvalidInput, with each fault, where too few are usable; `strict`: or any is faulty, except a copy."""
    faults = {
        still.name: _FAULTS[measured.fault]
        for still, measured in zip(stills, measurement.stills, strict=True)
        if measured.fault
    }
    good = len(stills) - len(faults)
    refused = [measured.fault for measured in measurement.stills if measured.fault not in (None, "copy")]
    if good < FEWEST_STILLS:
        raise InvalidInput(
            Message(
                es=f"Sirven {good} fotos y hacen falta {FEWEST_STILLS}. No se guardó nada.",
                en=f"{good} stills are usable and {FEWEST_STILLS} are needed. Nothing was stored.",
            ),
            faults=faults,
        )
    if strict and refused:
        raise InvalidInput(
            Message(
                es="Hay fotos que no sirven: quítelas o cámbielas y repita. No se guardó nada.",
                en="Some stills are not usable: remove or replace them and repeat. Nothing was stored.",
            ),
            faults=faults,
        )


def require_same_face(row: EmployeeRow, measurement: Measurement) -> None:
    """Raise Conflict where the stills seem to show another person than the enrolled one."""
    if measurement.own_distance is not None and measurement.own_distance > LONGEST_DISTANCE:
        raise Conflict(
            Message(
                es=f"Las fotos no parecen de la persona inscrita como {row.employee_code} "
                f"(distancia {measurement.own_distance:.2f}). Si el rostro debe reemplazarse, repita con "
                "replace_face=true (en la terminal: --replace).",
                en=f"The stills do not seem to show the person enrolled as {row.employee_code} "
                f"(distance {measurement.own_distance:.2f}). If the face is to be replaced, repeat with "
                "replace_face=true (in the terminal: --replace).",
            ),
            field="replace_face",
        )


def build_double_conflict(likeness: Likeness) -> Conflict:
    """Return the error for a person who seems to be enrolled under another code."""
    return Conflict(
        Message(
            es=f"Esta persona parece estar ya inscrita como {likeness.employee_code} "
            f"(distancia {likeness.distance:.2f}). Si es otra, repita con allow_similar=true (en la terminal: "
            "--allow-similar).",
            en=f"This person seems to be enrolled already as {likeness.employee_code} "
            f"(distance {likeness.distance:.2f}). If it is another person, repeat with allow_similar=true (in the "
            "terminal: --allow-similar).",
        ),
        field="allow_similar",
    )
