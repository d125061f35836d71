"""Every sentence of the dashboard, in both languages, by page.

Words in braces are filled in where the sentence is used.
"""

from stressvision.dashboard.texts import access, alerts, camera, common, employees, overview, program, reports

__all__ = ["access", "alerts", "camera", "common", "employees", "overview", "program", "reports"]
