"""`python -m stressvision demo`: the synthetic people of the demo, never in one database with real people."""

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

from stressvision.commands.enrolment import read_stills
from stressvision.commands.subcommands import Subparsers, add_parser
from stressvision.core.config import Settings
from stressvision.core.errors import Language, Message
from stressvision.db.queries.people.faces import FaceSampleRow
from stressvision.domain.consent import ConsentMethod
from stressvision.services.backup.backups import restart_chain
from stressvision.services.context import Actor, Context, opened_context
from stressvision.services.people.consent_text import read_consent_text
from stressvision.services.people.employees import list_employees
from stressvision.services.people.enrolment import (
    Enrolment,
    enrol_employee,
    read_population,
    refuse_mixture,
    remove_demo,
)
from stressvision.services.people.measurement import measure_stills

DEPARTMENT = "Demostración"
ACTOR = Actor(user_id="demo")

DEMO = Message(es="personas sintéticas de la demostración", en="synthetic people of the demo")
DEMO_ENROL = Message(es="inscribirlas", en="enrol them")
DEMO_REMOVE = Message(es="vaciar la base de la demostración", en="empty the demo database")
DEMO_READY = Message(
    es="Demostración: {count} personas sintéticas inscritas (no existen; datos CC0).",
    en="Demo: {count} synthetic people enrolled (they do not exist; CC0 data).",
)
DEMO_REMOVED = Message(
    es="Se borró la demostración: {count} personas sintéticas y todo lo suyo.",
    en="Demo removed: {count} synthetic people and their data.",
)


@dataclass(frozen=True)
class DemoPerson:
    """A synthetic person of the demo recording."""

    code: str
    name: str


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    parser = add_parser(commands, "demo", language, DEMO)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--enrol", action="store_true", help=DEMO_ENROL.text(language))
    choice.add_argument("--remove", action="store_true", help=DEMO_REMOVE.text(language))
    parser.set_defaults(command=change_demo)


def change_demo(settings: Settings, arguments: argparse.Namespace) -> int:
    """Enrol or remove the synthetic people."""
    with opened_context(settings) as context:
        if arguments.remove:
            count = remove_demo(context)
            restart_chain(context)
            print(DEMO_REMOVED.text(settings.lang).format(count=count))
        else:
            enrol_demo(context)
    return 0


def enrol_demo(context: Context) -> None:
    """Enrol the synthetic people that are not enrolled yet.

    Raises:
        Conflict: If the database holds real people.
    """
    refuse_mixture(read_population(context), is_demo=True)
    settings = context.settings
    people = read_demo_people(settings.demo_dir)
    enrolled = {
        employee.employee_code
        for employee in list_employees(context).employees
        if employee.enrolment_status == "enrolled" and employee.consent_given
    }
    for person in people:
        if person.code in enrolled:
            continue
        stills = read_stills(settings.demo_dir / "enrol" / person.code)
        measured = measure_stills([still.content for still in stills], [], []).stills
        samples = [
            FaceSampleRow(tuple(still.embedding), still.quality or 0.0, still.expression)
            for still in measured
            if still.embedding
        ]
        enrolment = Enrolment(
            employee_code=person.code,
            full_name=person.name,
            department=DEPARTMENT,
            shift="morning",
            samples=tuple(samples),
            consent_sha256=read_consent_text(context.settings).sha256,
            is_demo=True,
            consent_method=ConsentMethod.DEMONSTRATION,
        )
        enrol_employee(context, enrolment, ACTOR)
    print(DEMO_READY.text(settings.lang).format(count=len(people)), flush=True)


def read_demo_people(demo_dir: Path) -> list[DemoPerson]:
    """Return the enrolled people of labels.csv, sorted by code."""
    with (demo_dir / "labels.csv").open(encoding="utf-8", newline="") as labels:
        rows = [row for row in csv.DictReader(labels) if row["enrolled"] == "yes"]
    return [DemoPerson(code, name) for code, name in sorted({(row["employee_code"], row["full_name"]) for row in rows})]
