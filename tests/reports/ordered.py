"""The example patient with an order, a laboratory and eight current medicines."""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path

import msgspec

import pgx
from pgx.inputs.laboratory_file import read_laboratory
from pgx.inputs.order_file import read_orders
from pgx.inputs.side_files import read_outside_calls
from pgx.records.calls import PatientResult
from pgx.reports.content.release_facts import ReportFacts, facts_for

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MEDICINES = (
    *("Plavix", "Paroxetine 20 mg tablet", "Metoprolol succinate ER 47.5 mg", "atorvastatin"),
    *("acetaminophen 300 mg / codeine 30 mg", "mercaptopurine", "warfarin", "amitriptyline"),
)


@functools.cache
def ordered_example(language: str = "en") -> tuple[PatientResult, ReportFacts]:
    result, knowledge = _annotated()
    return result, msgspec.structs.replace(
        facts_for(result, knowledge),
        language=language,
        laboratory=read_laboratory(EXAMPLES / "laboratory.toml"),
        orders=read_orders(EXAMPLES / "order.toml"),
    )


def write_patient(path: Path, sample: str = "EXAMPLE_1") -> Path:
    """Write the example's patient file with eight current medicines."""
    patient = json.loads((EXAMPLES / "patient.json").read_bytes())
    patient["sample"] = sample
    patient["medicines"] = [{"name": name, "dose": "once daily"} for name in MEDICINES]
    path.write_text(json.dumps(patient), encoding="utf-8")
    return path


@functools.cache
def _annotated() -> tuple[PatientResult, pgx.KnowledgeBase]:
    calls = read_outside_calls(EXAMPLES / "patient-outside-calls.tsv")
    with tempfile.TemporaryDirectory() as folder:
        patient = write_patient(Path(folder) / "patient.json")
        [result] = pgx.annotate(EXAMPLES / "patient.g.vcf", patient=patient, outside=calls)
    return result, pgx.KnowledgeBase()
