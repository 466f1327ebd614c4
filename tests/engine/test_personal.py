"""One result and one patient: what medicines change stands beside the genotype's own advice."""

from __future__ import annotations

import json

import msgspec
import pytest

from cases import one_test
from pgx.engine.annotate import annotate
from pgx.engine.personal import with_patient
from pgx.errors import (
    InputConflictError,
    InputError,
    PatientFileError,
    SampleNotFoundError,
    UsageError,
)
from pgx.inputs.settings import RunSettings, SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.records.patient import Condition, Medicine, MedicineUse, Patient, Reaction
from pgx.records.tables import RECOMMENDATION_COLUMNS
from pgx.reports.content.document import build_document
from pgx.reports.content.drug_ranking import in_order
from pgx.reports.files.output_folder import write_results
from pgx.reports.html_page import render_html
from pgx.reports.result_json import parse_result, render_json
from pgx.reports.tables.tsv_tables import recommendation_lines
from reports.factory import HOSTILE
from simulated import cohort_file, vcf_file

GENES = ("CYP2C19", "CYP2D6", "HLA-B")
DRUGS = ("amitriptyline", "carbamazepine", "clopidogrel", "codeine", "escitalopram", "paroxetine")
NORMAL = OutsideCall(gene="CYP2D6", diplotype="*1/*2", activity_score="2.0", where="o line 2")
HLA = OutsideCall(gene="HLA-B", diplotype="*15:02/*07:02", where="o line 3")


@pytest.fixture(scope="module")
def vcf(tmp_path_factory):
    return vcf_file(tmp_path_factory.mktemp("vcf"), {"CYP2C19": "*1/*2", "CYP2D6": "*1/*4"})


def result_of(vcf, patient=None, outside=(NORMAL, HLA), drugs=DRUGS, genes=GENES, **fields):
    settings = RunSettings(genes=genes, drugs=drugs)
    run = annotate([vcf], settings, outside=outside, patient=patient, **fields)
    [result] = run.results()
    return result


def taking(*names, **fields):
    return Patient(medicines=tuple(Medicine(name=name) for name in names), **fields)


def order(rows):
    return list(dict.fromkeys(row.drug for row in rows))


def said(rows, drug, source="CPIC"):
    return [(r.lookup, r.action[0]) for r in rows if (r.drug, r.source) == (drug, source)]


def test_without_a_patient_nothing_is_added(vcf):
    assert result_of(vcf).context is None


def test_an_empty_record_changes_nothing(vcf):
    plain, empty = result_of(vcf), result_of(vcf, Patient())
    assert msgspec.structs.replace(empty, context=None) == plain
    assert (empty.context.conversions, empty.phenoconverted) == ((), ())


def test_calls_and_advice_of_the_genotype_are_never_changed(vcf):
    plain, with_medicines = (
        result_of(vcf),
        result_of(vcf, taking("paroxetine", "Prozac", "codeine")),
    )
    assert with_medicines.calls == plain.calls
    assert sorted(with_medicines.by_genotype, key=repr) == sorted(plain.recommendations, key=repr)


def test_current_medicines_come_first_in_every_format(vcf, tmp_path):
    result = result_of(vcf, taking("paroxetine", "Codeine 30 mg"))
    expected = ["codeine", "paroxetine", "amitriptyline", "carbamazepine", "clopidogrel",
                "escitalopram"]  # fmt: skip
    assert order(result.recommendations) == expected
    write_results([result], tmp_path)
    lines = (tmp_path / "recommendations.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert list(dict.fromkeys(line.split("\t")[1] for line in lines)) == expected
    tree = json.loads((tmp_path / "S1.pgx.json").read_bytes())
    assert list(dict.fromkeys(r["drug"] for r in tree["recommendations"])) == expected
    for group in build_document(result).groups:
        taken = [drug.is_taken for drug in group.drugs]
        assert taken == sorted(taken, reverse=True)


@one_test(sample=2)
@pytest.mark.parametrize("use", [use for use in MedicineUse if use is not MedicineUse.CURRENT])
def test_what_is_not_taken_now_neither_leads_nor_acts(vcf, use):
    patient = Patient(medicines=(Medicine(name="paroxetine", use=use),))
    result = result_of(vcf, patient)
    assert order(result.recommendations) == list(DRUGS)
    assert (result.context.conversions, result.phenoconverted) == ((), ())
    assert result.context.medicines[0].use is use


def test_adjusted_advice_stands_beside_that_of_the_genotype(vcf):
    result = result_of(vcf, taking("codeine", "bupropion"))
    assert said(result.by_genotype, "codeine") == [("CYP2D6=2.0", "use_as_directed")]
    assert said(result.phenoconverted, "codeine") == [("CYP2D6=0.0", "avoid")]
    [conversion] = [c for c in result.context.conversions if c.gene == "CYP2D6"]
    assert (conversion.predicted_phenotype, conversion.predicted_score) == (
        "Normal Metabolizer", "2.0",
    )  # fmt: skip
    assert (conversion.phenotype, conversion.activity_score) == ("Poor Metabolizer", "0.0")
    assert not said(result.phenoconverted, "clopidogrel")


def test_adjusted_advice_is_written_beside(vcf, tmp_path):
    result = result_of(vcf, taking("codeine", "bupropion"))
    names = {path.name for path in write_results([result], tmp_path, ())}
    assert names == {
        "calls.tsv", "recommendations.tsv", "phenoconversion.tsv", "adjusted_recommendations.tsv",
        "doses.tsv",
    }  # fmt: skip
    header, line = (tmp_path / "phenoconversion.tsv").read_text(encoding="utf-8").splitlines()
    row = dict(zip(header.split("\t"), line.split("\t"), strict=True))
    assert row["medicines"] == "bupropion (strong inhibitor)"
    assert (row["predicted_score"], row["activity_score"]) == ("2.0", "0.0")
    assert row["evidence"] == "established"
    advice = (tmp_path / "adjusted_recommendations.tsv").read_text(encoding="utf-8")
    assert "\tCYP2D6=0.0\t" in advice
    assert "\tCYP2D6=2.0\t" not in advice


def test_files_of_an_earlier_patient_do_not_stay(vcf, tmp_path):
    write_results([result_of(vcf, taking("bupropion"))], tmp_path)
    write_results([result_of(vcf)], tmp_path, force=True)
    names = {path.name for path in tmp_path.iterdir()}
    assert not names & {"phenoconversion.tsv", "adjusted_recommendations.tsv"}


def test_a_medicine_does_not_count_against_itself(vcf):
    result = result_of(vcf, taking("Paxil"))
    assert said(result.recommendations, "paroxetine") == [("CYP2D6=2.0", "use_as_directed")]
    assert not said(result.phenoconverted, "paroxetine")
    assert said(result.phenoconverted, "codeine") == [("CYP2D6=0.0", "avoid")]


@pytest.mark.parametrize("names", [("paroxetine", "Paxil 20 mg"), ("Paxil", "Seroxat")])
def test_nor_does_its_second_entry(vcf, names):
    assert not said(result_of(vcf, taking(*names)).phenoconverted, "paroxetine")


def test_another_inhibitor_counts_for_it_and_the_report_says_which(vcf):
    result = result_of(vcf, taking("paroxetine", "duloxetine"))
    assert said(result.phenoconverted, "paroxetine") == [("CYP2D6=1.0", "reduce_dose")]
    [apart] = [c for c in result.context.without_own if c.drug == "paroxetine"]
    assert (apart.activity_score, apart.medicines) == ("1.0", ("duloxetine (moderate inhibitor)",))
    drugs = {d.drug: d for g in build_document(result).groups for d in g.drugs}
    [basis] = drugs["paroxetine"].adjusted.basis
    assert "Intermediate Metabolizer (activity score 1.0)" in basis
    assert drugs["paroxetine"].adjusted.medicines == "duloxetine (moderate inhibitor)"
    [basis] = drugs["codeine"].adjusted.basis
    assert "Poor Metabolizer (activity score 0.0)" in basis


def test_nor_does_a_part_of_a_combination_against_the_whole(vcf):
    drugs = ("codeine", "dextromethorphan / quinidine")
    result = result_of(vcf, taking("Nuedexta"), drugs=drugs)
    assert order(result.recommendations)[0] == "dextromethorphan / quinidine"
    assert order(result.phenoconverted) == ["codeine"]
    assert order(result_of(vcf, taking("bupropion"), drugs=drugs).phenoconverted) == list(drugs)


def test_a_cream_does_not_act(vcf):
    result = result_of(vcf, taking("Terbinafine 1% cream"))
    assert result.context.conversions == ()
    assert result_of(vcf, taking("Terbinafine 250 mg")).context.conversions != ()
    assert "effect on enzymes not considered" in render_html(result)


def test_a_strong_inhibitor_needs_no_genotype(vcf):
    result = result_of(vcf, taking("quinidine"), outside=(), genes=("CYP2D6", "HLA-B"))
    call = next(c for c in result.calls if c.gene == "CYP2D6")
    assert "copy_number_not_assessed" in call.notes
    [row] = [r for r in result.phenoconverted if (r.drug, r.source) == ("codeine", "CPIC")]
    assert (row.action[0], row.certainty.value) == ("avoid", "certain")


def test_without_copy_number_half_a_score_stays_open(tmp_path):
    path = vcf_file(tmp_path, {"CYP2D6": "*1/*1"})
    result = result_of(path, taking("duloxetine"), outside=(), genes=("CYP2D6",))
    rows = [r for r in result.phenoconverted if r.drug == "codeine"]
    assert rows
    for row in rows:
        changes = row.source in ("CPIC", "DPWG")  # the FDA names advice for no score from 0.5 to 2
        assert ("CYP2D6:copy_number" in row.depends_on) is changes
        assert (row.certainty.value == "depends") is changes
    drugs = {d.drug: d for g in build_document(result).groups for d in g.drugs}
    entry = drugs["paroxetine"]
    assert entry.adjusted.rows[0].certainty == "depends"
    assert entry.adjusted.rows[0].headline.casefold() in entry.brief.casefold()
    assert "provisional" in entry.brief.casefold()


def test_a_score_that_is_unknown_stays_unknown(vcf):
    unknown = OutsideCall(gene="CYP2D6", phenotype="Indeterminate", activity_score="n/a",
                          where="o line 2")  # fmt: skip
    result = result_of(vcf, taking("duloxetine"), outside=(unknown,))
    [conversion] = result.context.conversions
    assert conversion.reason == "no_change"
    assert result.phenoconverted == ()


def test_weak_evidence_moves_no_drug_to_another_group(vcf):
    genes, drugs = ("CYP2C19",), ("escitalopram",)
    plain = build_document(result_of(vcf, outside=(), genes=genes, drugs=drugs))
    result = result_of(vcf, taking("fluvoxamine"), outside=(), genes=genes, drugs=drugs)
    assert said(result.phenoconverted, "escitalopram")
    document = build_document(result)
    assert [g.key for g in document.groups] == [g.key for g in plain.groups]
    [entry] = document.groups[0].drugs
    assert "weak evidence" in entry.adjusted.basis[0]


def test_a_genotype_that_is_worse_keeps_its_group(vcf):
    poor = OutsideCall(gene="CYP2D6", diplotype="*4/*4", activity_score="0.0", where="o line 2")
    result = result_of(vcf, taking("quinidine"), outside=(poor,), drugs=("codeine",))
    [group] = build_document(result).groups
    assert group.key == "avoid"
    assert result.phenoconverted == ()


def test_drugs_that_were_not_asked_for_are_not_adjusted(vcf):
    result = result_of(vcf, taking("quinidine"), drugs=("codeine",))
    assert order(result.phenoconverted) == ["codeine"]


@pytest.mark.parametrize("since", ["2026-01-20", ""])
def test_the_first_weeks_of_carbamazepine_are_not_silent(vcf, since):
    patient = Patient(date="2026-01-31", medicines=(Medicine(name="carbamazepine", since=since),))
    result = result_of(vcf, patient)
    groups = {d.drug: g.key for g in build_document(result).groups for d in g.drugs}
    assert groups["carbamazepine"] == "avoid"
    fits = {f.population: f.applies.value for f in result.context.fits}
    assert fits["first_use"] == "unknown"


def test_populations_that_are_not_the_patients_are_folded(vcf):
    result = result_of(vcf, Patient(age_years=40.0), drugs=("voriconazole",))
    [group] = build_document(result).groups
    [entry] = group.drugs
    assert entry.folded
    assert all("40 years" in folded.why for folded in entry.folded)
    whole = {r.population for r in result.recommendations}
    assert {"adults", "pediatrics"} <= whole


def test_unrecognised_medicines_are_said_first(vcf):
    document = build_document(result_of(vcf, taking("Zzzz", "codeine")))
    assert any("Zzzz" in alert for alert in document.alerts)
    assert document.patient.unrecognised == ("Zzzz",)


def test_hostile_words_do_no_harm(vcf, tmp_path):
    words = [text for text in HOSTILE if len(text) < 2000 and text.strip()]
    patient = Patient(
        medicines=tuple(Medicine(name=text, dose=text, form=text) for text in words),
        conditions=tuple(Condition(name=text) for text in words),
        reactions=tuple(Reaction(medicine=text, reaction=text) for text in words),
    )
    result = result_of(vcf, patient)
    html = render_html(result)
    assert html.count("<script") == 1  # the page's own
    assert "<img" not in html
    assert not {"\u202e", "\x00", "\x1b", "\u2028"} & set(html)
    assert parse_result(render_json(result)) == result
    for path in write_results([result], tmp_path):
        text = path.read_text(encoding="utf-8")
        assert not {"\u202e", "\x00", "\x1b"} & set(text)


def test_a_result_with_its_patient_is_written_and_read_again(vcf):
    result = result_of(vcf, taking("paroxetine", "duloxetine", age_years=40.0))
    again = parse_result(render_json(result))
    assert again == result
    assert render_json(again) == render_json(result)


def test_a_patient_that_cannot_be_is_refused_by_the_interface_too(vcf):
    with pytest.raises(PatientFileError):
        result_of(vcf, Patient(weight_kg=-1.0))


# whose file it is


def cohort(tmp_path):
    return cohort_file(tmp_path, {"A": {"CYP2C19": "*1/*2"}, "B": {"CYP2C19": "*1/*1"}})


def run(path, patient, **settings):
    return annotate([path], RunSettings(genes=("CYP2C19",), **settings), patient=patient)


def test_one_patient_and_several_samples(tmp_path):
    path = cohort(tmp_path)
    with pytest.raises(UsageError, match="2 samples"):
        run(path, Patient())
    with pytest.raises(SampleNotFoundError):
        run(path, Patient(sample="C"))
    found = {r.sample: r.context is not None for r in run(path, Patient(sample="B")).results()}
    assert found == {"A": False, "B": True}
    [only] = run(path, Patient(), samples=("A",)).results()
    assert only.context is not None
    with pytest.raises(InputError):
        run(path, Patient(sample="B"), samples=("A",))


def test_a_refused_input_does_not_give_its_patient_to_another_sample(tmp_path, vcf):
    broken = tmp_path / "broken.vcf"
    broken.write_text("no vcf\n", encoding="utf-8")
    inputs, settings = [vcf, broken], RunSettings(genes=("CYP2C19",))
    with pytest.raises(InputError, match=r"broken\.vcf"):
        annotate(inputs, settings, patient=Patient())
    found = annotate(inputs, settings, patient=Patient(sample="S2"))
    assert [r.context for r in found.results()] == [None]
    assert len(found.refused) == 1
    found = annotate(inputs, settings, patient=Patient(sample="S1"))
    assert next(iter(found.results())).context is not None


def test_sexes_that_differ_are_refused(vcf):
    info = {"S1": SampleInfo(sample="S1", sex="female")}
    for patient in (Patient(sex="male"), Patient(sex="male", sample="S1")):
        with pytest.raises(InputConflictError):
            annotate([vcf], RunSettings(genes=("G6PD",)), patient=patient, sample_info=info)


@one_test(sample=2)
@pytest.mark.parametrize(("sex", "diplotype"), [("male", "A"), ("female", "A/A"), ("", "A/A")])
def test_the_patients_sex_decides_ploidy(tmp_path, sex, diplotype):
    path = vcf_file(tmp_path, {"G6PD": "A/A"})
    [result] = annotate([path], RunSettings(genes=("G6PD",)), patient=Patient(sex=sex)).results()
    [call] = result.calls
    assert call.diplotype == diplotype
    assert ("sex_unknown" in call.notes) == (not sex)


def test_two_alleles_of_a_man_are_no_answer(tmp_path):
    path = vcf_file(tmp_path, {"G6PD": "A/B (reference)"})
    patient = Patient(sex="male")
    [result] = annotate([path], RunSettings(genes=("G6PD",)), patient=patient).results()
    [call] = result.calls
    assert call.status.value != "called"


def test_both_bases_are_in_one_table_the_genotypes_first(vcf):
    result = result_of(vcf, taking("paroxetine"))
    rows = [r for r in result.recommendations if (r.drug, r.source) == ("codeine", "CPIC")]
    assert [(r.basis, r.lookup, r.action[0]) for r in rows] == [
        ("genotype", "CYP2D6=2.0", "use_as_directed"),
        ("phenoconverted", "CYP2D6=0.0", "avoid"),
    ]
    lines = recommendation_lines(result).splitlines()
    at = RECOMMENDATION_COLUMNS.index("basis")
    found = [line.split("\t")[at] for line in lines if "\tcodeine\tCPIC\t" in line]
    assert found == ["genotype", "phenoconverted"]
    assert parse_result(render_json(result)) == msgspec.structs.replace(
        result, recommendations=in_order(result)
    )


def test_a_result_of_an_older_version_gets_both_bases(vcf):
    result = result_of(vcf, taking("paroxetine"))
    tree = msgspec.json.decode(render_json(result))
    rows = tree["recommendations"]
    tree["recommendations"] = [r for r in rows if r["basis"] == "genotype"]
    tree["context"]["adjusted"] = [r for r in rows if r["basis"] != "genotype"]
    for row in rows:
        for name in ("condition", "basis", "residual", "updated"):
            del row[name]
    tree["schema_version"] = "1.2"
    old = parse_result(msgspec.json.encode(tree))
    assert said(old.phenoconverted, "codeine") == said(result.phenoconverted, "codeine")
    assert said(old.by_genotype, "codeine") == said(result.by_genotype, "codeine")
    assert with_patient(old, taking(), KnowledgeBase()).phenoconverted == ()
