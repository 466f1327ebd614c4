"""A bundle read back: the same calls and the same advice, and nothing from a damaged one."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import msgspec
import pytest

from cases import one_test
from pgx.cli import main
from pgx.engine.annotate import annotate
from pgx.errors import ResultFileError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import AdviceFacts, DrugCode, OverlayInfo, Override
from pgx.records.tables import CALL_COLUMNS, RECOMMENDATION_COLUMNS
from pgx.reports.content.release_facts import NO_FACTS, facts_of
from pgx.reports.fhir.read_bundle import parse_fhir, read_fhir
from pgx.reports.fhir.write_bundle import fhir_bundle, render_fhir
from pgx.reports.tables.tsv_tables import call_lines, override_lines, recommendation_lines
from reports import factory

ROOT = Path(__file__).parents[3]
FACTS = facts_of(KnowledgeBase())
OVERRIDE = Override(
    sample="S1", drug="clopidogrel", says="ok", by="N.N.", date="2026-01-02", reason="x"
)


def back(result, facts=FACTS):
    return parse_fhir(render_fhir(result, facts, is_full=True))


def assert_same(read, result):
    assert read.sample == result.sample
    for mine, other in zip(read.calls, sorted(result.calls, key=lambda c: c.gene), strict=True):
        for name in CALL_COLUMNS:
            assert getattr(mine, name) == getattr(other, name), name
    key = msgspec.json.encode
    assert sorted(map(key, read.recommendations)) == sorted(map(key, result.recommendations))
    assert call_lines(read) == call_lines(result)
    assert read.provenance == result.provenance


@pytest.mark.parametrize("facts", [FACTS, NO_FACTS], ids=["facts", "text"])
def test_every_kind_of_call_and_advice_comes_back(facts):
    assert_same(back(factory.result(), facts), factory.result())


def test_facts_of_a_statement_come_back():
    said = AdviceFacts(
        statement="CPIC-1", dose_when=("a", "b"), standard_dose="1 mg", instead=(
            DrugCode("prasugrel", "613391", "B01AC22"), DrugCode("statins", "", "C10AA"),
            DrugCode("other"),
        ), reviewer="N.N.", reviewed="2026-01-02",
    )  # fmt: skip
    result = factory.result(recommendations=(factory.advice(facts=said),))
    assert back(result).recommendations == result.recommendations


def test_provenance_and_overrides_come_back():
    overlay = OverlayInfo(laboratory="L", version="1", date="2026-01-02", digest="c" * 64)
    made = factory.provenance(overlay=overlay, settings={}, input=({"name": "a"}, {"name": "b"}))
    result = factory.result(provenance=made, overrides=(OVERRIDE,))
    read = back(result)
    assert read.provenance == made
    assert read.overrides == (OVERRIDE,)
    assert override_lines(read) == override_lines(result)


def test_rows_without_population_text_or_guideline_come_back():
    row = factory.advice(population="", text="", guideline_id="", lookup="", pmids=())
    result = factory.result(recommendations=(row, row))
    assert back(result).recommendations == (row, row)


@one_test
@pytest.mark.parametrize("text", [t for t in factory.HOSTILE if not set(t) & {"\x00", "\x1b"}])
def test_hostile_names_come_back(text):
    call = factory.called(text, gene=text, diplotype=text, phenotype=text, notes=(text,))
    row = factory.advice(text, drug=text, text=text, lookup=text, population=text)
    result = factory.result(text, calls=(call,), recommendations=(row,))
    assert_same(back(result), result)


def test_control_characters_come_back_as_the_tables_show_them():
    text = "S\x001\x1b[31m"
    result = factory.result(text, calls=(factory.called(text),), recommendations=())
    read = back(result)
    assert read.sample == "S⟨U+0000⟩1⟨U+001B⟩[31m"
    assert call_lines(read) == call_lines(result)


@one_test(sample=1)
@pytest.mark.parametrize("name", ["patient.g.vcf", "patient.grch37.vcf", "cohort.vcf"])
def test_examples_come_back(name):
    for result in annotate([ROOT / "examples" / name]).results():
        read = back(result)
        assert_same(read, result)
        assert recommendation_lines(read) == recommendation_lines(result)
        assert read.recommendations == result.recommendations


def test_columns_that_come_back_are_all_there_are():
    read = back(factory.result())
    assert all(hasattr(read.calls[0], name) for name in CALL_COLUMNS)
    assert all(hasattr(read.recommendations[0], name) for name in RECOMMENDATION_COLUMNS)


def test_a_file_is_read(tmp_path):
    path = tmp_path / "S1.fhir.json"
    path.write_bytes(render_fhir(factory.result(), FACTS, is_full=True))
    assert_same(read_fhir(path), factory.result())
    with pytest.raises(ResultFileError, match="cannot be read"):
        read_fhir(tmp_path / "other.fhir.json")


def resource(bundle, kind):
    return next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind)


def _no_bundle(bundle):
    bundle["resourceType"] = "Parameters"


def _no_report(bundle):
    del bundle["entry"][0]


def _two_patients(bundle):
    bundle["entry"].append(
        {"fullUrl": "urn:x", "resource": {"resourceType": "Patient", "identifier": []}}
    )


def _one_address(bundle):
    bundle["entry"].append(bundle["entry"][-1])


def _other_subject(bundle):
    resource(bundle, "Observation")["subject"]["reference"] = "Patient/42"


def _no_status(bundle):
    parts = resource(bundle, "Observation")
    genotype = next(r for r in (e["resource"] for e in bundle["entry"]) if _is_call(r))
    assert parts
    genotype["extension"][0]["extension"] = genotype["extension"][0]["extension"][1:]


def _wrong_status(bundle):
    genotype = next(r for r in (e["resource"] for e in bundle["entry"]) if _is_call(r))
    genotype["extension"][0]["extension"][0]["valueCode"] = "guessed"


def _text_for_number(bundle):
    genotype = next(r for r in (e["resource"] for e in bundle["entry"]) if _is_call(r))
    [part] = [p for p in genotype["extension"][0]["extension"] if p["url"] == "n_positions"]
    part.pop("valueInteger")
    part["valueString"] = "two"


def _result_nowhere(bundle):
    bundle["entry"][0]["resource"]["result"][0]["reference"] = "urn:uuid:x"


def _call_twice(bundle):
    results = bundle["entry"][0]["resource"]["result"]
    results.append(results[0])


def _no_provenance(bundle):
    report = bundle["entry"][0]["resource"]
    report["extension"] = [e for e in report["extension"] if "provenance" not in e["url"]]


def _another_diplotype(bundle):
    genotype = next(r for r in (e["resource"] for e in bundle["entry"]) if _is_call(r))
    genotype["valueCodeableConcept"]["text"] = "CYP2C19 *1/*1"


def _taken_back(bundle):
    resource(bundle, "Observation")["status"] = "entered-in-error"


def _modified(bundle):
    resource(bundle, "Task")["modifierExtension"] = [{"url": "urn:not", "valueBoolean": True}]


def _is_call(found):
    return any(e["url"].endswith(":call") for e in found.get("extension", ()))


@one_test
@pytest.mark.parametrize(
    "damage",
    [
        _no_bundle, _no_report, _two_patients, _one_address, _other_subject, _no_status,
        _wrong_status, _text_for_number, _result_nowhere, _call_twice, _no_provenance,
        _another_diplotype, _taken_back, _modified,
    ],
)  # fmt: skip
def test_a_damaged_bundle_is_refused(damage):
    bundle = fhir_bundle(factory.result(), FACTS)
    tree = json.loads(json.dumps(bundle))
    damage(tree)
    assert tree != copy.deepcopy(json.loads(json.dumps(bundle)))
    with pytest.raises(ResultFileError, match="not a bundle of pgx"):
        parse_fhir(json.dumps(tree).encode())


@one_test
@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b"\xff", b'{"resourceType": "Bundle"}']
)
def test_what_is_no_bundle_is_refused(data):
    with pytest.raises(ResultFileError):
        parse_fhir(data)


def test_a_probability_above_one_is_refused():
    result = factory.result(calls=(factory.called(probability=1.5),))
    with pytest.raises(ResultFileError, match="probability"):
        parse_fhir(render_fhir(result, FACTS))


def test_commands_write_it(tmp_path):
    example = str(ROOT / "examples" / "patient.g.vcf")
    folder = tmp_path / "out"
    words = ["annotate", example, "-o", str(folder), "--format", "json,fhir", "--quiet"]
    assert main.main(words) == 0
    saved, bundle = folder / "EXAMPLE_1.pgx.json", folder / "EXAMPLE_1.fhir.json"
    again = tmp_path / "again.fhir.json"
    assert main.main(["report", str(saved), "-o", str(again)]) == 0
    assert again.read_bytes() == bundle.read_bytes()
    assert call_lines(read_fhir(again)) == (folder / "calls.tsv").read_text().partition("\n")[2]
