"""Requests to create, change and enrol employees, and their answers."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from stressvision.core.names import clean_name
from stressvision.core.validation import reject_unprintable
from stressvision.wire.backend import Employee
from stressvision.wire.values import Share, WireModel

CODE_PATTERN = r"^[A-Z0-9]{1,20}(-[A-Z0-9]{1,20}){0,3}$"
"""Employee codes look like EMP001; those of other systems too (T101, 12345, P-0012)."""

StillFault = Literal[
    "unreadable",
    "too_large",
    "no_face",
    "several_faces",
    "too_small",
    "blurred",
    "badly_lit",
    "turned_away",
    "somebody_else",
    "copy",
]
"""Reasons to reject a still."""


def _clean(value: object) -> object:
    return clean_name(value) if isinstance(value, str) else value


FullName = Annotated[
    str,
    BeforeValidator(_clean),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(reject_unprintable),
]
Word = Annotated[
    str,
    BeforeValidator(_clean),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(reject_unprintable),
]


class EmployeeNew(BaseModel):
    """A new employee. Recognition also needs enrolment and consent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    employee_code: str = Field(pattern=CODE_PATTERN)
    full_name: FullName
    department: Word | None = None
    shift: Word | None = None


class EmployeeChange(BaseModel):
    """Fields to change; missing ones stay as they are, null clears the department or the shift."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    full_name: FullName = Field(default_factory=str)
    department: Word | None = None
    shift: Word | None = None


class EnrolmentStatement(BaseModel):
    """Form fields sent with the stills: `consent_version` of the signed text, and the recorder's name.

    `consent_sha256`, of docs/consentimiento.md, is optional; if sent, it must be that of the text in force.
    `consent_method`: `paper`, signed on paper that is kept; `electronic`: read and signed by the person on the screen.
    `allow_similar`: enrol although another enrolled person resembles the stills. `replace_face`: enrol although the
    stills show another face than the one enrolled under this employee.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    consent_version: str = Field(max_length=40)
    consent_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    recorded_by: Word
    consent_method: Literal["paper", "electronic"] = "paper"
    allow_similar: bool = False
    replace_face: bool = False


class StillVerdict(WireModel):
    """Result of one still. `quality` from 0 to 1, null if no face was measured. `fault` null: the still is used."""

    name: str
    quality: Share | None
    fault: StillFault | None
    message: str


class StillsJudged(WireModel):
    """Verdicts on pictures that were measured and not stored. `enough`: as many are usable as an enrolment needs."""

    stills: list[StillVerdict]
    enough: bool


class ConsentText(WireModel):
    """The consent text in force. `sha256`: hash of its file, which a recorded consent names."""

    version: str
    sha256: str
    text: str


class WithdrawalRequest(BaseModel):
    """Body of a withdrawal. `method`: how the person asked for it; spoken words are enough."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["paper", "electronic", "spoken"] = "spoken"


class EnrolmentResult(WireModel):
    """Answer to an enrolment. `stills`: every picture sent, in order.

    `relaxed_stills`: stills with a relaxed face, from which the person's own neutral expression is known; with none,
    the general model judges alone. `warning`: with `allow_similar`, that the two similar people may not be recognised.
    """

    status: Literal["ok"] = "ok"
    employee: Employee
    stills: list[StillVerdict]
    relaxed_stills: int
    warning: str | None = None
