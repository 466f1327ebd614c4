"""Bundles against the guide's profiles: ours and the guide's own pass, each mutant fails."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest
from validation.data import DATA
from validation.fhir import base_rules
from validation.fhir.__main__ import main
from validation.fhir.base_rules import empty_values, invariant_faults, primitive_fault
from validation.fhir.bundles import bundle_faults, own_faults, resource_faults
from validation.fhir.checker import matches
from validation.fhir.mutants import MUTANTS, mutated
from validation.fhir.profiles import Profiles

from cases import one_test
from pgx.engine.annotate import annotate
from pgx.inputs.settings import RunSettings
from pgx.inputs.side_files import read_outside_calls
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import PHENOCONVERTED, Override, PatientContext
from pgx.records.patient import Patient
from pgx.reports.content.release_facts import NO_FACTS, facts_of
from pgx.reports.fhir.write_bundle import render_fhir
from reports import factory

ROOT = Path(__file__).parents[2]
FOLDER = DATA / "fhir"
PUBLISHED = sorted((FOLDER / "examples" / "json").glob("*.json"))
GENOMES = sorted((DATA / "gvcf").glob("*.g.vcf.gz"))[:2]
FACTS = facts_of(KnowledgeBase())


@functools.cache
def profiles():
    return Profiles(FOLDER / "profiles_stu3")


def bundles(path, facts=FACTS):
    outside = ROOT / "examples" / "outside-calls.tsv"
    calls = read_outside_calls(outside) if path.name == "cohort.vcf" else ()
    for result in annotate([path], outside=calls).results():
        yield json.loads(render_fhir(result, facts))
        yield json.loads(render_fhir(result, facts, is_full=True))


def faults(bundle):
    return bundle_faults(profiles(), bundle) + own_faults(bundle)


@functools.cache
def example():
    settings = RunSettings(genes=("CYP2C19", "TPMT"), drugs=("clopidogrel", "azathioprine"))
    run = annotate([ROOT / "examples" / "patient.g.vcf"], settings)
    return json.loads(render_fhir(next(run.results()), FACTS, is_full=True))


@one_test
@pytest.mark.validation
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda p: p.stem)
def test_the_guides_own_examples_pass(path):
    tree = json.loads(path.read_text(encoding="utf-8"))
    check = bundle_faults if tree["resourceType"] == "Bundle" else resource_faults
    assert check(profiles(), tree) == []


@one_test(sample=1)
@pytest.mark.validation
@pytest.mark.parametrize("name", ["patient.g.vcf", "patient.grch37.vcf", "cohort.vcf"])
def test_bundles_of_the_examples_pass(name):
    for bundle in bundles(ROOT / "examples" / name):
        assert faults(bundle) == []


@pytest.mark.validation
@pytest.mark.parametrize("path", GENOMES, ids=lambda p: p.name)
def test_bundles_of_genomes_pass(path):
    for bundle in bundles(path):
        assert faults(bundle) == []


@pytest.mark.validation
@pytest.mark.parametrize("facts", [FACTS, NO_FACTS], ids=["facts", "text"])
@pytest.mark.parametrize("is_full", [False, True], ids=["default", "full"])
def test_a_bundle_of_every_kind_of_call_passes(facts, is_full):
    assert faults(json.loads(render_fhir(factory.result(), facts, is_full=is_full))) == []


@pytest.mark.validation
def test_a_bundle_with_decisions_and_a_patient_passes():
    made = {"sample": "S1", "by": "N.N.", "date": "2026-01-02", "reason": "x"}
    said = (Override(gene="CYP2C19", says="*1/*2", **made), Override(drug="x", says="no", **made))
    rows = (factory.advice(), factory.advice(basis=PHENOCONVERTED))
    result = factory.result(
        overrides=said, context=PatientContext(patient=Patient()), recommendations=rows
    )
    for is_full in (False, True):
        bundle = json.loads(render_fhir(result, FACTS, is_full=is_full))
        assert any("note" in entry["resource"] for entry in bundle["entry"])
        assert faults(bundle) == []


@one_test
@pytest.mark.validation
@pytest.mark.parametrize("text", factory.HOSTILE)
def test_hostile_strings_pass(text):
    call = factory.called(
        gene=text, diplotype=text, phenotype=text, notes=(text,), activity_score=text,
        sites=(factory.site(text, rsid=text, alleles=("G", text)),),
    )  # fmt: skip
    row = factory.advice(
        drug=text, text=text, lookup=f"{text}={text}", population=text, guideline_id=text,
        pmids=(text,), genes=(text,), classification=text,
    )  # fmt: skip
    result = factory.result(text, calls=(call,), recommendations=(row,))
    for is_full in (False, True):
        assert faults(json.loads(render_fhir(result, FACTS, is_full=is_full))) == []


@pytest.mark.exhaustive
@pytest.mark.validation
def test_the_profiles_see_what_own_rules_do_not():
    seen = [n for n in MUTANTS if bundle_faults(profiles(), mutated(example(), n))]
    assert len(seen) >= 40


@one_test(sample=12)
@pytest.mark.validation
@pytest.mark.parametrize("name", MUTANTS)
def test_each_mutant_fails(name):
    assert faults(example()) == []
    assert faults(mutated(example(), name))


@pytest.mark.validation
def test_the_command_names_faults_and_files(tmp_path, capsys):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(example()), encoding="utf-8")
    bad.write_text(json.dumps(mutated(example(), "unknown status")), encoding="utf-8")
    assert main([str(good)]) == 0
    assert main([str(good), str(bad)]) == 1
    assert "bad.json: Observation.status: no code of" in capsys.readouterr().out
    assert main(["--guide-only", str(PUBLISHED[0])]) == 0


def test_there_are_enough_mutants():
    assert len(MUTANTS) >= 20


OWN = {
    "observation without subject", "report without subject", "task without subject",
    "subject nowhere", "two patients", "no profile", "call of no status", "call without status",
    "probability above one", "patient with a birth date", "extension that nobody knows",
    "identifier with a blank",
}  # fmt: skip


@one_test
@pytest.mark.parametrize("name", sorted(OWN))
def test_own_rules_need_no_profiles(name):
    assert own_faults(example()) == []
    assert own_faults(mutated(example(), name))


@one_test
@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("decimal", 1, "1"),
        ("decimal", 0.5, True),
        ("integer", -3, 1.5),
        ("positiveInt", 1, 0),
        ("boolean", False, 0),
        ("code", "a b", "a  b"),
        ("id", "S-1.a", "S 1"),
        ("uri", "urn:x", "a b"),
        ("date", "2026-02", "2026-13"),
        ("dateTime", "2026-02-03T04:05:06Z", "2026-02-03T04:05"),
        ("instant", "2026-02-03T04:05:06.7+01:00", "2026-02-03"),
        ("string", "a\tb", "a\x00b"),
    ],
)
def test_primitive_values(kind, good, bad):
    assert primitive_fault(kind, good) == ""
    assert primitive_fault(kind, bad)


def test_patterns_ask_for_a_part_and_let_the_rest_be():
    value = {"coding": [{"system": "a", "code": "1"}, {"system": "b", "code": "2"}], "text": "x"}
    assert matches({"coding": [{"code": "2", "system": "b"}]}, value)
    assert not matches({"coding": [{"code": "2", "system": "a"}]}, value)


@one_test
@pytest.mark.parametrize(
    ("system", "good", "bad"),
    [
        ("http://loinc.org", "84413-4", "84431-4"),
        ("http://loinc.org", "LA9657-3", "LA9657"),
        ("http://www.genenames.org", "HGNC:3012", "1806"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "32968", "032968"),
        ("http://www.whocc.no/atc", "B01AC22", "B1AC22"),
    ],
)
def test_codes_look_like_their_system(system, good, bad):
    assert base_rules.coding_fault({"system": system, "code": good}) == ""
    assert base_rules.coding_fault({"system": system, "code": bad})


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Observation", "valueString": "x", "dataAbsentReason": {"text": "y"}},
        {
            "resourceType": "Observation",
            "valueString": "x",
            "code": {"coding": [{"system": "s", "code": "c"}]},
            "component": [{"code": {"coding": [{"system": "s", "code": "c"}]}}],
        },
        {"resourceType": "Task", "authoredOn": "2026-02", "lastModified": "2026-01"},
        {"resourceType": "Task", "contained": [{"meta": {"versionId": "1"}}]},
    ],
)
def test_rules_between_elements(resource):
    assert list(invariant_faults(resource))


def test_empty_values_are_found():
    assert list(empty_values({"a": [{"b": ""}], "c": {}, "d": None, "e": 0}, "R")) == [
        "R.a.b: is empty",
        "R.c: is empty",
        "R.d: is empty",
    ]
