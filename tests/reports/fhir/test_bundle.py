"""The bundle's own shape, which no folder of profiles is needed for."""

from __future__ import annotations

import json

import pytest
from validation.fhir.bundles import own_faults

from cases import one_test
from pgx.errors import InvariantError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import CallStatus, DrugCode, HaplotypeDetail, Override
from pgx.records.patient import Patient
from pgx.reports.content.release_facts import NO_FACTS, facts_of
from pgx.reports.fhir.genotype import ABSENT
from pgx.reports.fhir.vocabulary import HGNC, LOINC, RXNORM, fields_of, own_url, profile
from pgx.reports.fhir.write_bundle import fhir_bundle, render_fhir
from reports import factory
from work import steps

FACTS = facts_of(KnowledgeBase())


def resources(bundle, kind):
    return [
        r
        for r in (entry["resource"] for entry in bundle["entry"])
        if r["resourceType"] == kind or profile(kind) in r.get("meta", {}).get("profile", ())
    ]


def bundle_of(facts=FACTS, **changes):
    return fhir_bundle(factory.result(**changes), facts, is_full=True)


def components(resource, code):
    return [
        c for c in resource["component"] if c["code"].get("coding", [{}])[0].get("code") == code
    ]


def call_of(resource):
    [extension] = [e for e in resource["extension"] if e["url"] == own_url("call")]
    return fields_of(extension)


def genotype(call):
    [found] = resources(bundle_of(calls=(call,)), "genotype")
    return found


def implications(**changes):
    found = resources(bundle_of(**changes), "therapeutic-implication")
    return [r for r in found if r["identifier"][0]["value"].startswith("advice/")]


def test_a_bundle_keeps_its_promises():
    assert own_faults(bundle_of()) == []
    assert own_faults(bundle_of(NO_FACTS)) == []


def test_the_report_comes_first_and_names_everything():
    bundle = bundle_of()
    report = bundle["entry"][0]["resource"]
    assert report["resourceType"] == "DiagnosticReport"
    observations = resources(bundle, "Observation")
    assert [ref["reference"] for ref in report["result"]] == list(
        dict.fromkeys(ref["reference"] for ref in report["result"])
    )
    assert {ref["reference"] for ref in report["result"]} == {
        f"urn:uuid:{r['id']}" for r in observations
    }


def test_nothing_says_that_somebody_verified_it():
    bundle = bundle_of()
    found = resources(bundle, "Observation") + resources(bundle, "DiagnosticReport")
    assert {r["status"] for r in found} == {"preliminary"}


def test_equal_results_give_equal_bytes_and_another_sample_other_names():
    one = render_fhir(factory.result("S1"), FACTS)
    assert one == render_fhir(factory.result("S1"), FACTS)
    names = [{e["fullUrl"] for e in json.loads(d)["entry"]} for d in (
        one, render_fhir(factory.result("S2"), FACTS)
    )]  # fmt: skip
    assert not names[0] & names[1]


def test_another_advice_gives_the_row_another_name_and_leaves_the_calls_theirs():
    before = bundle_of(recommendations=(factory.advice(),))
    after = bundle_of(recommendations=(factory.advice(text="Use prasugrel."),))
    ids = [[r["id"] for r in resources(b, "genotype")] for b in (before, after)]
    assert ids[0] == ids[1]
    rows = [resources(b, "medication-recommendation")[0]["id"] for b in (before, after)]
    assert rows[0] != rows[1]


@pytest.mark.parametrize(
    ("gene", "code"), [("CYP2C19", "HGNC:2621"), ("DPYD", "HGNC:3012"), ("HLA-B", "HGNC:4932")]
)
def test_genes_have_their_code(gene, code):
    [value] = components(genotype(factory.called(gene=gene)), "48018-6")
    assert value["valueCodeableConcept"] == {
        "coding": [{"system": HGNC, "code": code, "display": gene}],
        "text": gene,
    }


@pytest.mark.parametrize("gene", ["CYP2C", "LAB1"])
def test_a_gene_without_a_code_is_text(gene):
    [value] = components(genotype(factory.called(gene=gene)), "48018-6")
    assert value["valueCodeableConcept"] == {"text": gene}


def test_without_facts_all_is_text():
    text = json.dumps(bundle_of(NO_FACTS))
    assert RXNORM not in text
    assert HGNC not in text
    assert RXNORM in json.dumps(bundle_of())


def test_a_call_shows_its_diplotype_and_alleles():
    bundle = bundle_of(calls=(factory.called(),))
    [found] = resources(bundle, "genotype")
    assert found["valueCodeableConcept"] == {"text": "CYP2C19 *2/*3"}
    assert call_of(found)["status"] == ["called"]
    alleles = resources(bundle, "haplotype")
    assert [a["valueCodeableConcept"]["text"] for a in alleles] == ["CYP2C19 *2", "CYP2C19 *3"]
    assert alleles[0]["valueCodeableConcept"]["coding"][0]["code"] == "PA165980635"
    effects = resources(bundle, "molecular-consequence")
    assert [e["derivedFrom"][0]["reference"] for e in effects] == [
        f"urn:uuid:{a['id']}" for a in alleles
    ]
    values = [components(e, "functional-effect")[0]["valueCodeableConcept"] for e in effects]
    assert values == [{"text": "No function"}] * 2


def test_a_function_that_is_a_number_is_said_to_be_one():
    detail = HaplotypeDetail(name="c.2846A>T", function="0.5", activity_value="0.5")
    bundle = bundle_of(calls=(factory.called(gene="DPYD", haplotypes=(detail,)),))
    [effect] = resources(bundle, "molecular-consequence")
    [part] = components(effect, "functional-effect")
    assert part["valueCodeableConcept"] == {"text": "Activity value 0.5"}


def test_two_equal_alleles_are_two_haplotypes():
    detail = HaplotypeDetail(name="*2", function="No function", activity_value=None)
    call = factory.called(diplotype="*2/*2", haplotypes=(detail, detail))
    assert len(resources(bundle_of(calls=(call,)), "haplotype")) == 2


def test_an_ambiguous_call_never_looks_like_a_sure_one():
    bundle = bundle_of(calls=(factory.ambiguous(),))
    [found] = resources(bundle, "genotype")
    assert found["valueCodeableConcept"]["text"] == "CYP2B6 ambiguous: *1/*6 or *4/*9"
    assert not resources(bundle, "haplotype")
    phenotype = resources(bundle, "therapeutic-implication")[0]
    assert components(phenotype, "conclusion-string")[0]["valueString"] == (
        "Of the best of several diplotypes of CYP2B6; others give: Indeterminate"
    )


def test_many_candidates_are_counted():
    names = tuple(factory.Candidate(f"*1/*{n}") for n in range(2, 9))
    value = genotype(factory.ambiguous(candidates=names, n_candidates=40))["valueCodeableConcept"]
    assert value["text"].endswith("*1/*6 or 35 others")


@pytest.mark.parametrize(
    ("status", "reason"),
    [(CallStatus.NO_CALL, "unknown"), (CallStatus.NOT_ASSESSED, "not-performed")],
)
def test_what_was_not_called_says_why(status, reason):
    call = factory.not_assessed(gene="CYP2D6")
    bundle = bundle_of(calls=(factory.GeneCall(sample="S1", gene=call.gene, status=status),))
    [found] = resources(bundle, "genotype")
    value = found["valueCodeableConcept"]
    assert value["extension"] == [{"url": ABSENT, "valueCode": reason}]
    assert "coding" not in value
    assert call_of(found)["status"] == [status.value]


def test_phenotype_and_score_stand_where_the_guide_wants_them():
    bundle = bundle_of(calls=(factory.called(activity_score="0.0"),), recommendations=())
    [found] = resources(bundle, "therapeutic-implication")
    [value] = components(found, "therapeutic-implication")
    assert value["valueCodeableConcept"]["coding"] == [
        {"system": LOINC, "code": "LA9657-3", "display": "Poor metabolizer"}
    ]
    assert components(found, "activity-score")[0]["valueString"] == "0.0"


def test_a_likely_phenotype_is_no_coded_one():
    call = factory.called(phenotype="Likely Poor Metabolizer")
    found = resources(bundle_of(calls=(call,), recommendations=()), "therapeutic-implication")[0]
    [value] = components(found, "therapeutic-implication")
    assert value["valueCodeableConcept"] == {"text": "Likely Poor Metabolizer"}


def test_variants_are_those_that_differ_from_the_reference():
    sites = (
        factory.site(),
        factory.site("chr10:94781859", alleles=("G", "G")),
        factory.site("chr10:94781860", alleles=(".", "."), evidence="none"),
        factory.site("chr10:94781861", alleles=("T", "T"), ref="C", rsid="", dp=None),
        factory.site("chr10:94781862", alleles=(".", "chr10:94781862:G>T")),
    )
    found = resources(bundle_of(calls=(factory.called(sites=sites),)), "variant")
    said = [
        {
            name: next(iter({k: v for k, v in c[0].items() if k != "code"}.values()))
            for name, c in ((n, components(v, n)) for n in ("69547-8", "69551-0", "53034-5"))
            if c
        }
        for v in found
    ]
    assert [s["69547-8"] + s["69551-0"] for s in said] == ["GA", "CT", "GT"]
    assert [s["53034-5"]["text"] for s in said[:2]] == ["heterozygous", "homozygous"]
    assert "53034-5" not in said[2]
    low = components(found[0], "81254-5")[0]["valueRange"]["low"]
    assert low == {"value": 94780653}
    assert components(found[0], "48013-7")[0]["valueCodeableConcept"]["coding"][0]["code"] == (
        "NC_000010.11"
    )


def test_advice_has_its_drug_population_strength_and_citations():
    [row] = implications(recommendations=(factory.advice(),))
    drug = components(row, "51963-7")[0]["valueCodeableConcept"]
    assert drug["coding"][0] == {"system": RXNORM, "code": "32968", "display": "clopidogrel"}
    assert components(row, "81259-4")[0]["valueCodeableConcept"]["text"] == "acs_or_pci"
    assert components(row, "93044-6")[0]["valueCodeableConcept"]["text"] == "Strong"
    labels = [e["valueRelatedArtifact"] for e in row["extension"][1:]]
    assert [(a["type"], a["label"]) for a in labels] == [
        ("documentation", "PA166104948"),
        ("citation", "35034351"),
    ]
    said = fields_of(row["extension"][0])
    assert said["action"] == ["avoid", "alternative"]
    assert said["certainty"] == ["certain"]


def test_advice_that_depends_says_on_what_and_what_else_it_may_be():
    [row] = implications(recommendations=(factory.depending(),))
    said = fields_of(row["extension"][0])
    assert said["dose_factor_min"] == [0.5]
    assert said["dose_factor_max"] == [2 / 3]
    assert said["depends_on"] == ["chr19:41004125"]
    [other] = said["alternatives"]
    assert fields_of(other)["action"] == ["no_recommendation"]


def test_drugs_to_use_instead_are_codes():
    from pgx.records.calls import AdviceFacts

    facts = AdviceFacts(statement="X", instead=(DrugCode("prasugrel", "613391", "B01AC22"),))
    [row] = implications(recommendations=(factory.advice(facts=facts),))
    [inner] = fields_of(row["extension"][0])["facts"]
    [drug] = fields_of(inner)["instead"]
    assert [c["code"] for c in drug["coding"]] == ["613391", "B01AC22"]


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (("avoid",), "LA26421-0"),
        (("reduce_dose", "monitor"), "LA26422-8"),
        (("increase_dose",), "LA26423-6"),
        (("monitor",), None),
    ],
)
def test_what_is_to_be_done_is_a_task(action, code):
    bundle = bundle_of(recommendations=(factory.advice(action=action),))
    [task] = resources(bundle, "Task")
    assert (task["code"]["coding"][0]["code"] if code else task.get("code")) == code
    assert task["description"] == "Avoid clopidogrel; use prasugrel or ticagrelor."
    [row] = implications(recommendations=(factory.advice(action=action),))
    assert task["reasonReference"]["reference"] == f"urn:uuid:{row['id']}"


def test_a_task_that_may_change_says_so():
    rows = (factory.advice(), factory.depending())
    tasks = resources(bundle_of(recommendations=rows), "Task")
    assert [t.get("businessStatus") for t in tasks] == [
        None,
        {"text": "Provisional: depends on chr19:41004125"},
    ]


def test_a_task_alone_says_whose_advice_it_is_and_for_whom():
    rows = (factory.advice(), factory.depending(source="DPWG"))
    tasks = resources(bundle_of(recommendations=rows), "Task")
    assert [t["note"] for t in tasks] == [
        [{"text": "Advice of CPIC, for this population alone: acs_or_pci"}],
        [{"text": "Advice of DPWG"}],
    ]


@pytest.mark.parametrize("row", [factory.usable(), factory.unknown()])
def test_where_nothing_is_to_be_done_there_is_no_task(row):
    bundle = bundle_of(recommendations=(row,))
    assert not resources(bundle, "Task")
    assert len(implications(recommendations=(row,))) == 1


def test_a_gene_that_was_not_asked_for_is_said_to_be_so():
    [row] = implications(recommendations=(factory.advice(genes=("CYP2C19", "CYP3A5")),))
    assert row["derivedFrom"][1] == {"display": "CYP3A5 was not among the genes of this run"}


def test_no_more_of_the_person_than_the_sample():
    from pgx.records.calls import PatientContext

    patient = Patient(birth_date="1961-05-17", weight_kg=71.5)
    bundle = bundle_of(context=PatientContext(patient=patient))
    [person] = resources(bundle, "Patient")
    assert set(person) == {"resourceType", "id", "identifier"}
    assert person["identifier"] == [{"system": "urn:pgx-therapy:fhir:sample", "value": "S1"}]
    assert "1961-05-17" not in json.dumps(bundle)
    assert "A patient file was given" in resources(bundle, "DiagnosticReport")[0]["conclusion"]


def test_what_a_laboratory_decided_is_in_the_report():
    said = Override(
        sample="S1", gene="CYP2C19", says="*1/*2", by="N.N.", date="2026-01-02", reason="Sanger"
    )
    report = resources(bundle_of(overrides=(said,)), "DiagnosticReport")[0]
    [extension] = [e for e in report["extension"] if e["url"] == own_url("override")]
    assert fields_of(extension)["says"] == ["*1/*2"]
    assert "decided otherwise" in report["conclusion"]


def test_decisions_stand_beside_what_they_are_about():
    said = [
        Override(
            sample="S1", gene="CYP2C19", says="*1/*2", by="N.N.", date="2026-01-02", reason="x"
        ),
        Override(
            sample="S1", drug="efavirenz", says="no", by="N.N.", date="2026-01-02", reason="y"
        ),
    ]
    bundle = bundle_of(overrides=tuple(said))
    noted = {r["identifier"][0]["value"]: r["note"] for r in resources(bundle, "Observation")
             if "note" in r}  # fmt: skip
    first = "A laboratory decided otherwise on CYP2C19: *1/*2 (N.N., 2026-01-02: x)"
    assert noted["CYP2C19"] == [{"text": first}]
    assert noted["phenotype/CYP2C19"] == [{"text": first}]
    tasks = resources(bundle, "Task")
    assert [t["note"][0]["text"].partition(":")[0] for t in tasks] == [
        "A laboratory decided otherwise on CYP2C19",
        "A laboratory decided otherwise on efavirenz",
    ]


def test_advice_by_genotype_and_with_medicines_tell_each_other_apart():
    from pgx.records.calls import PHENOCONVERTED, PatientContext

    rows = (factory.advice(), factory.advice(text="Other advice", basis=PHENOCONVERTED))
    bundle = bundle_of(context=PatientContext(patient=Patient()), recommendations=rows)
    every = resources(bundle, "Observation") + resources(bundle, "Task")
    notes = [r["note"][0]["text"].partition(" ")[0] for r in every if "note" in r]
    assert notes[:2] == ["By", "For"]  # implications: by the genotype, for what medicines leave
    [own, converted] = resources(bundle, "Task")
    assert own["note"][0]["text"].startswith("By the genotype alone")
    assert converted["note"][0]["text"].startswith("For the phenotype that current medicines")
    assert converted["description"] == "Other advice"


@one_test
@pytest.mark.parametrize("text", factory.HOSTILE)
def test_hostile_strings_stay_strings(text):
    call = factory.called(
        gene=text, diplotype=text, phenotype=text, notes=(text,), activity_score=text,
        sites=(factory.site(text, rsid=text, alleles=("G", text)),),
    )  # fmt: skip
    row = factory.advice(
        drug=text, text=text, action=(text,), lookup=f"{text}={text}", population=text,
        guideline_id=text, pmids=(text,), genes=(text,), classification=text,
    )  # fmt: skip
    result = factory.result(text, calls=(call,), recommendations=(row,))
    data = render_fhir(result, FACTS, is_full=True)
    assert not set(data.decode()) & set(map(chr, [*range(32), 0x202E, 0x2028, 0x7F])) - {"\n"}
    bundle = json.loads(data)
    assert [f for f in own_faults(bundle) if "no action" not in f] == []
    assert resources(bundle, "genotype")[0]["component"][0]["valueCodeableConcept"]["text"]


def test_a_lone_surrogate_is_refused():
    with pytest.raises(InvariantError):
        render_fhir(factory.result("\ud800"), NO_FACTS)


def test_a_bundle_of_400_rows_is_little_work():
    rows = tuple(factory.advice(drug=f"drug{n}") for n in range(400))
    result = factory.result(recommendations=rows)
    # two tenths of a second, where a step of a loop takes 30 ns
    assert steps(lambda: render_fhir(result, FACTS, is_full=True), tries=5) < 6_000_000
