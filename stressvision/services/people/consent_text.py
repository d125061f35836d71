"""The consent text in force, with the plant's name, address, contact and periods from the settings."""

import hashlib

from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.domain.consent import CONSENT_VERSION
from stressvision.domain.retention import describe_period
from stressvision.wire.people import ConsentText

CONSENT_TEMPLATE = PROJECT_ROOT / "docs" / "consentimiento.md"
MISSING = "(por completar)"
"""Stands for a fact that the settings lack. The text is Spanish, as its signatories read it."""


def read_consent_text(settings: Settings) -> ConsentText:
    """Return the consent text in force with its version and its SHA-256 in hex."""
    text = CONSENT_TEMPLATE.read_text(encoding="utf-8").format_map(
        {
            "empresa": settings.company,
            "direccion": settings.company_address or MISSING,
            "contacto": settings.privacy_contact or MISSING,
            "banco_de_datos": settings.data_bank or MISSING,
            "plazo_detecciones": describe_period(settings.retention_detections_days),
            "plazo_alertas": describe_period(settings.retention_alerts_days),
        }
    )
    return ConsentText(version=CONSENT_VERSION, sha256=hashlib.sha256(text.encode()).hexdigest(), text=text)
