"""Texts for the placeholders of the papers, in Spanish, from settings, counts and the model's card."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from stressvision import VERSION
from stressvision.core.config import Policy, Settings
from stressvision.documents.document import Column, Table
from stressvision.documents.reader_profile import ReaderProfile
from stressvision.domain.retention import describe_period
from stressvision.wire.people import ConsentText
from stressvision.wire.rights import InstallationFacts

MISSING = "(por completar)"
_POLICIES = {
    Policy.PE: "pe: expresión y fatiga de personas que consintieron",
    Policy.EU: "eu: solo fatiga, como señal de seguridad; ninguna emoción",
    Policy.RESEARCH: "research: estudio con aprobación ética propia",
}


@dataclass(frozen=True)
class MeasuredModel:
    """Name and SHA-256 of the expression model, and the figures of its card."""

    name: str
    sha256: str
    figures: Table


_SPANISH = {
    "baseline": "con referencia propia",
    "same faces": "los mismos, sin ella",
    "validation": "validación",
    "women": "mujeres",
    "men": "hombres",
}
_FIGURE_COLUMNS = (("conjunto de imágenes", 4), ("personas", 2), ("acierto", 2), ("intervalo 95 %", 3), ("estrés", 2))


def read_model_card(path: Path) -> MeasuredModel:
    """Return the facts of a model's card, the worst set first. Raises OSError where the file cannot be read."""
    card = json.loads(path.read_text("utf-8"))
    rows = (_figure_row(figures) for figures in sorted(card["measured"], key=itemgetter("balanced_accuracy")))
    columns = tuple(Column(title=title, share=share) for title, share in _FIGURE_COLUMNS)
    return MeasuredModel(card["model"], card["sha256"], Table(columns=columns, rows=tuple(rows)))


def _figure_row(figures: Mapping[str, Any]) -> tuple[str, ...]:
    low, high = figures["interval"]
    stress = figures["recall"].get("stress")
    return (
        _translate(figures["set"]),
        str(figures["persons"]),
        f"{figures['balanced_accuracy']:.0%}",
        f"{low:.0%} a {high:.0%}",
        "–" if stress is None else f"{stress:.0%}",
    )


def build_facts(
    settings: Settings, counts: InstallationFacts, consent: ConsentText, model: MeasuredModel, reader: ReaderProfile
) -> Mapping[str, str]:
    """Return the text of every placeholder; what the settings lack is marked to be completed."""
    return {
        "empresa": settings.company,
        "direccion": settings.company_address or MISSING,
        "contacto": settings.privacy_contact or MISSING,
        "banco_de_datos": settings.data_bank or MISSING,
        "politica": _POLICIES[settings.policy],
        "fecha": reader.name_date(reader.local(reader.asked_at).date()),
        "version": VERSION,
        "consentimientos": str(counts.consents),
        "retiros": str(counts.withdrawals),
        "camaras": str(counts.devices),
        "detecciones": str(counts.detections),
        "primera_deteccion": reader.name_moment(counts.first_detection) if counts.first_detection else "ninguna",
        "ultima_deteccion": reader.name_moment(counts.last_detection) if counts.last_detection else "ninguna",
        "alertas": str(counts.alerts),
        "auditoria": str(counts.audit_entries),
        "borrados": str(counts.erasures),
        "cuentas": f"{counts.accounts} cuentas" if counts.accounts else "todavía sin cuentas: solo este equipo entra",
        "analisis_desconocidos": " (salvo el ajuste STRESSVISION_ANALYSE_UNKNOWN, que está activo)"
        if settings.analyse_unknown
        else "",
        "red": "los servidores se alcanzan desde otros equipos, con TLS" if settings.is_exposed else "solo este equipo",
        "cifrado": "cifradas con clave propia" if settings.backup_key_file else "sin cifrar: no hay clave configurada",
        "copias": str(settings.backup_keep),
        "umbral": f"{settings.min_stress_events} detecciones en {settings.alert_window_minutes} minutos, "
        f"confianza media mayor que {settings.alert_min_confidence:g}",
        "plazo_detecciones": describe_period(settings.retention_detections_days),
        "plazo_reportes": describe_period(settings.retention_rollups_days),
        "plazo_resumenes": describe_period(settings.retention_reports_days),
        "plazo_alertas": describe_period(settings.retention_alerts_days),
        "plazo_auditoria": describe_period(settings.retention_audit_days),
        "version_consentimiento": consent.version,
        "huella_consentimiento": consent.sha256,
        "modelo": model.name,
        "huella_modelo": model.sha256,
    }


def _translate(name: str) -> str:
    for english, spanish in _SPANISH.items():
        name = re.sub(rf"\b{english}\b", spanish, name)
    return name
