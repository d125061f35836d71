"""The texts of the dashboard in both languages, one module per page.

Names in braces are filled in where the text is used.
"""

from stressvision.dashboard.texts import (
    access,
    alerts,
    camera,
    common,
    employees,
    enrolment,
    inbox,
    navigation,
    overview,
    person,
    plant,
    reports,
    shell,
)

__all__ = [
    "access",
    "alerts",
    "camera",
    "common",
    "employees",
    "enrolment",
    "inbox",
    "navigation",
    "overview",
    "person",
    "plant",
    "reports",
    "shell",
]
