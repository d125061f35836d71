"""Creating, changing and enrolling employees: what is sent to the backend, and what it answers."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from stressvision.wire.backend import Employee
from stressvision.wire.values import Share, WireModel

CODE_PATTERN = r"^[A-Z]{2,10}[0-9]{1,8}$"
"""Employee codes look like EMP001."""

StillFault = Literal[
    "unreadable",
    "no_face",
    "several_faces",
    "too_small",
    "blurred",
    "badly_lit",
    "turned_away",
    "somebody_else",
]
"""Why a still cannot be enrolled from."""


def _refuse_unprintable(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("unprintable", "Text should not hold control characters")
    return text


FullName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_refuse_unprintable),
]
Word = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_refuse_unprintable),
]


class EmployeeNew(BaseModel):
    """Somebody of whom nothing is recognised yet: that takes enrolment, and consent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    employee_code: str = Field(pattern=CODE_PATTERN)
    full_name: FullName
    department: Word | None = None
    shift: Word | None = None


class EmployeeChange(BaseModel):
    """What is to change; what is left out stays as it is, null empties the department or the shift."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    full_name: FullName = Field(default_factory=str)
    department: Word | None = None
    shift: Word | None = None


class EnrolmentStatement(BaseModel):
    """What is stated with the stills: `consent_version` of the text that the person signed, and who records it.

    `consent_sha256`, of docs/consentimiento.md, may be stated too: it must then be that of the text in force.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    consent_version: str = Field(max_length=40)
    consent_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    recorded_by: Word
    allow_similar: bool = False


class StillVerdict(WireModel):
    """`quality` from 0 to 1, null where no face was measured. `fault` null: the person is enrolled from this still."""

    name: str
    quality: Share | None
    fault: StillFault | None
    message: str


class EnrolmentResult(WireModel):
    """`stills`: every picture that was sent, in order."""

    status: Literal["ok"] = "ok"
    employee: Employee
    stills: list[StillVerdict]
