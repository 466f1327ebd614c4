"""``pgx dose``: a dose from genotype, patient data and other medicines."""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from pgx.cli.console import say
from pgx.cli.options import Overlay, Release, run_app, single
from pgx.errors import UsageError

if TYPE_CHECKING:
    from pgx_dosing.answers import DoseAnswer, Dosing
    from pgx_dosing.feedback.course import Course

__all__ = ["run"]

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Values = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="set an input; repeatable"),
]
Unapproved = Annotated[
    bool, typer.Option("--allow-unapproved", help="use MODEL even if not approved")
]


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(dose, "dose"), words, "pgx dose")


def dose(
    drug: Annotated[str, typer.Argument(metavar="DRUG", help="name of a drug")],
    patient: Annotated[
        Path | None, typer.Option(metavar="FILE", help="patient file: JSON or a FHIR Bundle")
    ] = None,
    result: Annotated[
        Path | None, typer.Option(metavar="RESULT.json", help="saved result with the genotype")
    ] = None,
    values: Values = None,
    course: Annotated[
        Path | None, typer.Option(metavar="FILE", help="doses taken and INRs measured: JSON")
    ] = None,
    model: Annotated[
        str, typer.Option(metavar="MODEL", help="the model to list first; see pgx model list")
    ] = "",
    allow_unapproved: Unapproved = False,  # noqa: FBT002
    json_lines: Annotated[bool, typer.Option("--json-lines", help="one JSON object")] = False,  # noqa: FBT002
    log: Annotated[
        Path | None,
        typer.Option(
            "--log", metavar="FILE", help="append the first model's prediction, without names"
        ),
    ] = None,
    kb: Release = None,
    kb_overlay: Overlay = None,
) -> int:
    """Show the doses of dosing models and label rules for one patient.

    Shows the dose with its prediction interval, the contribution of each input, unknown inputs and
    their substitutes, the population of the equation, and whether genotype helps in this patient's
    group. Values outside a model's range are rejected.

    Examples:
      pgx dose warfarin --patient patient.json --result results/S1.pgx.json

      pgx dose warfarin --set age_years=62 --set weight_kg=80 --set vkorc1=A/G --set cyp2c9=*1/*3

      pgx dose warfarin --patient patient.json --course course.json

      pgx dose siponimod --result results/S1.pgx.json --json-lines
    """
    from pgx.inputs.release import knowledge_of
    from pgx.patients.read import read_patient
    from pgx.reports.result_json import read_result
    from pgx_dosing.answers import Dosing, drug_meant, person_of
    from pgx_dosing.report.text import answer_json, answer_text

    taken = _read_course(course) if course else None
    knowledge = knowledge_of(kb_overlay, kb)
    named = drug_meant(drug, knowledge)
    asked = Dosing(named, model, allow_unapproved=allow_unapproved)
    told = read_patient(patient) if patient else None
    saved = read_result(result) if result else None
    person = person_of(knowledge, saved, told)
    found = asked.answer(person, _stated(values or []))
    refined = _refined(found, taken, as_json=json_lines) if taken else ""
    if log:
        _log(asked, found, log, told.date if told else "")
    if json_lines:
        sys.stdout.write(answer_json(found) + "\n" + refined)
    else:
        sys.stdout.write("\n".join(filter(None, [refined, answer_text(found)])))
    sys.stdout.flush()
    return 0


def _read_course(path: Path) -> Course:
    from pgx_dosing.feedback.course import read_course

    return read_course(path)


def _refined(found: DoseAnswer, taken: Course, *, as_json: bool) -> str:
    """Return the dose refined by a course, as a line of JSON or as text."""
    from pgx_dosing.feedback.update import refine_answer
    from pgx_dosing.report.text import refinement_json, refinement_text

    refined = refine_answer(found, taken)
    return refinement_json(refined) + "\n" if as_json else refinement_text(refined)


def _log(dosing: Dosing, found: DoseAnswer, path: Path, date: str) -> None:
    """Append a dose to a log, dated by the patient file or, without one, today."""
    from pgx_dosing.monitoring.log import log_dose

    day = date if _DAY.fullmatch(date) else dt.datetime.now(dt.UTC).date().isoformat()
    say(f"logged; the outcome is added under the key {log_dose(dosing, found, path, day)}")


def _stated(values: list[str]) -> dict[str, str]:
    """Return NAME=VALUE pairs.

    Raises
    ------
    UsageError
        An entry without ``=``, or a repeated name.
    """
    found: dict[str, str] = {}
    for word in values:
        name, sign, value = word.partition("=")
        if not sign or not name or not value:
            raise UsageError(f"--set {word!r} is not NAME=VALUE")
        if name in found:
            raise UsageError(f"--set {name} is given twice")
        found[name] = value
    return found
