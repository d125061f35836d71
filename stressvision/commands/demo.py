"""The demonstration's synthetic people: enrolled from the bundled stills, never beside real ones."""

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

from stressvision.commands.arguments import Commands, Say
from stressvision.commands.enrolment import read_stills, stored_samples
from stressvision.commands.texts import TEXTS
from stressvision.core.config import Settings
from stressvision.domain.consent import ConsentMethod
from stressvision.services.backup.backups import restart_chain
from stressvision.services.context import Actor, Context, opened_context
from stressvision.services.people.employees import list_employees
from stressvision.services.people.enrolment import (
    Enrolment,
    consent_text_sha256,
    enrol_employee,
    read_population,
    refuse_mixture,
    remove_demo,
)
from stressvision.vision.enrolment import measure_stills

DEPARTMENT = "Demostración"
ACTOR = Actor(user_id="demo")


@dataclass(frozen=True)
class DemoPerson:
    code: str
    name: str


def add_commands(commands: Commands, say: Say) -> None:
    people = commands.add_parser("demo", help=say("demo"), description=say("demo"))
    choice = people.add_mutually_exclusive_group(required=True)
    choice.add_argument("--enrol", action="store_true", help=say("demo_enrol"))
    choice.add_argument("--remove", action="store_true", help=say("demo_remove"))
    people.set_defaults(command=change_demo)


def change_demo(settings: Settings, arguments: argparse.Namespace) -> int:
    with opened_context(settings) as context:
        if arguments.remove:
            count = remove_demo(context)
            restart_chain(context)
            print(TEXTS["demo_removed"].text(settings.lang).format(count=count))
        else:
            enrol_demo(context)
    return 0


def enrol_demo(context: Context) -> None:
    """Enrols whoever of them is not yet. Raises Conflict where the database holds real people."""
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
        samples = measure_stills(read_stills(settings.demo_dir / "enrol" / person.code))
        enrolment = Enrolment(
            employee_code=person.code,
            full_name=person.name,
            department=DEPARTMENT,
            shift="morning",
            samples=stored_samples(samples),
            consent_sha256=consent_text_sha256(),
            is_demo=True,
            consent_method=ConsentMethod.DEMONSTRATION,
        )
        enrol_employee(context, enrolment, ACTOR)
    print(TEXTS["demo_ready"].text(settings.lang).format(count=len(people)), flush=True)


def read_demo_people(demo_dir: Path) -> list[DemoPerson]:
    """Those of labels.csv who are enrolled, by code."""
    with (demo_dir / "labels.csv").open(encoding="utf-8", newline="") as labels:
        rows = [row for row in csv.DictReader(labels) if row["enrolled"] == "yes"]
    return [DemoPerson(code, name) for code, name in sorted({(row["employee_code"], row["full_name"]) for row in rows})]
