"""The texts of the dashboard in both languages, one module per page.

Names in braces are filled in where the text is used.
"""

from stressvision.dashboard.texts import (
    access,
    accounts,
    alert_links,
    alerts,
    camera,
    common,
    employees,
    enrolment,
    inbox,
    kiosk,
    navigation,
    overview,
    own,
    person,
    plant,
    reports,
    routes,
    settings,
    shell,
    system,
)

__all__ = [
    "access",
    "accounts",
    "alert_links",
    "alerts",
    "camera",
    "common",
    "employees",
    "enrolment",
    "inbox",
    "kiosk",
    "navigation",
    "overview",
    "own",
    "person",
    "plant",
    "reports",
    "routes",
    "settings",
    "shell",
    "system",
]
