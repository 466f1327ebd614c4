"""A laboratory's genes are called and its rules found, beside everything that the release says."""

from __future__ import annotations

import msgspec
import pytest

import laboratory
import pgx
from cases import one_test
from cli.support import PATIENT
from laboratory import GENE_VCF, TPMT_SITE, add, vcf
from pgx.engine.annotate import annotate
from pgx.engine.reinterpret import Reinterpreter, result_changes
from pgx.errors import OverlayError, UnknownDrugError, UnknownGeneError
from pgx.inputs.release import knowledge_of
from pgx.inputs.settings import SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.records.calls import CallStatus
from pgx.records.notes import NoteCode
from pgx.records.patient import Medicine, Patient
from pgx.reports.result_json import parse_result, render_json

EXAMPLE = laboratory.EXAMPLE
SOURCE = "lab1-validation"


@pytest.fixture(scope="module")
def plain():
    [result] = pgx.annotate(PATIENT)
    return result


@pytest.fixture(scope="module")
def local():
    [result] = pgx.annotate([PATIENT, GENE_VCF], kb_overlay=EXAMPLE)
    return result


def of_source(result, *, is_local):
    return tuple(r for r in result.recommendations if (r.source == "LOCAL") is is_local)


def test_everything_that_the_release_says_stays_as_it_is(plain, local):
    assert of_source(local, is_local=False) == plain.recommendations
    calls = {c.gene: c for c in local.calls}
    assert calls.keys() - {c.gene for c in plain.calls} == {"LAB1"}
    # the second file has no depth, and every call says so
    bare = [msgspec.structs.replace(calls[c.gene], notes=c.notes) for c in plain.calls]
    assert tuple(bare) == plain.calls
    assert not plain.overrides
    assert plain.provenance.overlay is None


def test_local_advice_stands_beside_it(local):
    rows = {row.drug: row for row in of_source(local, is_local=True)}
    assert sorted(rows) == ["clopidogrel", "examplol"]
    assert rows["clopidogrel"].action == ("alternative",)
    assert "choose ticagrelor. Call the antiplatelet service" in rows["clopidogrel"].text
    assert {r.source for r in local.recommendations if r.drug == "clopidogrel"} > {"CPIC", "LOCAL"}
    facts = rows["clopidogrel"].facts
    assert (facts.source, facts.reviewer, facts.reviewed) == (
        "pathway-2025", "Dr. A. Example", "2025-10-01",
    )  # fmt: skip


def test_the_provenance_names_the_folder(local):
    made = local.provenance
    assert made.overlay == knowledge_of(EXAMPLE).overlay.info
    assert made.knowledge_digest == KnowledgeBase().manifest.digest


@one_test(sample=3)
@pytest.mark.parametrize(
    ("first", "second", "diplotype", "phenotype", "action"),
    [
        ("0/0", "0/0", "*1/*1", "Normal Metabolizer", "use_as_directed"),
        ("0/1", "0/0", "*1/*2", "Intermediate Metabolizer", "reduce_dose"),
        ("1/1", "0/0", "*2/*2", "Poor Metabolizer", "avoid"),
        ("0/0", "0/1", "*1/*3", "Normal Metabolizer", "use_as_directed"),
        ("0|1", "1|0", "*2/*3", "Poor Metabolizer", "avoid"),
    ],
)  # fmt: skip
def test_a_custom_gene_is_called_by_its_own_alleles(
    tmp_path, first, second, diplotype, phenotype, action
):
    path = vcf(tmp_path / "a.vcf", f"5000100 G A {first}", f"5000160 CT C {second}")
    [result] = pgx.annotate(path, kb_overlay=EXAMPLE, genes=["LAB1"], drugs=["examplol"])
    [call], [row] = result.calls, result.recommendations
    assert (call.status, call.diplotype) == (CallStatus.CALLED, diplotype)
    assert call.phenotype == phenotype
    assert NoteCode.LOCAL_DEFINITIONS in call.notes
    assert (row.source, row.action[0], row.certainty) == ("LOCAL", action, "certain")


def test_a_missing_position_of_a_custom_gene_leaves_its_alleles_open(tmp_path):
    path = vcf(tmp_path / "a.vcf", "5000160 CT C 0/1")
    [result] = pgx.annotate(path, kb_overlay=EXAMPLE, genes=["LAB1"], drugs=["examplol"])
    [call], [row] = result.calls, result.recommendations
    assert call.status is CallStatus.AMBIGUOUS
    assert {c.diplotype for c in call.candidates} >= {"*1/*3", "*2/*3"}
    assert call.missing == ("chr20:5000100",)
    assert row.certainty == "depends"
    assert row.depends_on == ("chr20:5000100",)


def test_a_file_without_the_gene_gives_rows_and_no_call(tmp_path):
    [result] = pgx.annotate(PATIENT, kb_overlay=EXAMPLE, genes=["LAB1"], drugs=["examplol"])
    [call], [row] = result.calls, result.recommendations
    assert call.status is CallStatus.NOT_ASSESSED
    assert row.certainty == "unknown"


def test_an_allele_added_to_a_gene_of_the_release_is_called(tmp_path):
    folder = laboratory.folder_in(tmp_path)
    add(folder, "variants", gene="TPMT", position_grch38=str(TPMT_SITE),
        position_grch37=str(TPMT_SITE + 231), ref_grch38="C", alts="T", source=SOURCE)  # fmt: skip
    add(folder, "alleles", gene="TPMT", allele="*LAB", definition=f"{TPMT_SITE}=T",
        function="No function", source=SOURCE)  # fmt: skip
    positions = KnowledgeBase().genes["TPMT"].variants
    records = [f"{v.position} {v.ref} {v.alts[0]} 0/0" for v in positions]
    with_it = [*records, f"{TPMT_SITE} C T 0/1"]
    path = vcf(tmp_path / "a.vcf", *sorted(with_it, key=lambda r: int(r.split()[0])), contig="chr6")
    [result] = pgx.annotate(path, kb_overlay=folder, genes=["TPMT"], drugs=["azathioprine"])
    [call] = result.calls
    assert (call.diplotype, call.phenotype) == ("*1/*LAB", "Intermediate Metabolizer")
    assert call.n_positions == len(positions) + 1
    assert NoteCode.LOCAL_DEFINITIONS in call.notes
    [before] = pgx.annotate(path, genes=["TPMT"], drugs=["azathioprine"])
    assert before.calls[0].diplotype == "*1/*1"
    assert NoteCode.LOCAL_DEFINITIONS not in before.calls[0].notes


def test_frames_know_the_folder_too():
    calls = pgx.call(GENE_VCF, genes=["LAB1"], kb_overlay=EXAMPLE)
    assert calls["diplotype"].to_list() == ["*1/*2"]
    rows = pgx.recommend(calls, drugs=["examplol"], kb_overlay=EXAMPLE)
    assert rows["action"].to_list() == [["reduce_dose"]]
    assert rows["source"].to_list() == ["LOCAL"]


def test_without_the_folder_its_names_are_unknown():
    with pytest.raises(UnknownGeneError):
        pgx.annotate(GENE_VCF, genes=["LAB1"])
    with pytest.raises(UnknownDrugError):
        pgx.annotate(GENE_VCF, drugs=["examplol"])


def test_python_refuses_a_bad_folder(tmp_path):
    with pytest.raises(OverlayError):
        pgx.annotate(GENE_VCF, kb_overlay=tmp_path)


def test_a_saved_result_is_read_again_with_and_without_the_folder(plain, local):
    saved = parse_result(render_json(local))
    assert Reinterpreter(knowledge_of(EXAMPLE)).again(saved) == saved
    bare = Reinterpreter(KnowledgeBase()).again(saved)
    assert bare.provenance.overlay is None
    assert of_source(bare, is_local=True) == ()
    gone = {c.subject for c in result_changes(saved, bare) if not c.after}
    assert gone == {"clopidogrel", "examplol"}
    laid = Reinterpreter(knowledge_of(EXAMPLE)).again(parse_result(render_json(plain)))
    changes = result_changes(plain, laid)
    assert {(c.subject, c.source, c.before) for c in changes} == {
        ("LAB1", "", ""), ("clopidogrel", "LOCAL", ""), ("examplol", "LOCAL", ""),
    }  # fmt: skip


def test_a_file_with_other_bases_than_the_folder_is_refused_with_a_hint(tmp_path):
    path = vcf(tmp_path / "a.vcf", "5000100 C A 0/1")
    run = annotate([path], knowledge=knowledge_of(EXAMPLE))
    [error] = run.refused
    assert "chr20:5000100" in error.line()
    assert any("segments.tsv" in hint for hint in run.hints)
    assert not any("segments.tsv" in hint for hint in annotate([path]).hints)


def edited(folder, **cells):
    """Return the folder with its gene changed, and all rules for one copy."""
    laboratory.change(folder, "genes", 0, **cells)
    names = {"No function": "Poor", "Decreased function": "Normal", "Normal function": "Normal"}
    for function, name in names.items():
        add(folder, "phenotype_rules", gene="LAB1", function_1=function,
            phenotype=f"{name} Metabolizer", source=SOURCE)  # fmt: skip
    return folder


def test_a_custom_gene_may_lie_on_chrx(tmp_path):
    folder = edited(laboratory.folder_in(tmp_path), contig="chrX", ploidy="x_linked")
    path = vcf(tmp_path / "a.vcf", "5000100 G A 1", "5000160 CT C 0", contig="chrX")
    info = {"S1": SampleInfo(sample="S1", sex="male")}
    words = {"kb_overlay": folder, "genes": ["LAB1"], "drugs": ["examplol"], "sample_info": info}
    [result] = pgx.annotate(path, **words)
    assert result.calls[0].diplotype == "*2"
    assert result.recommendations[0].action == ("avoid",)


def test_a_custom_gene_may_list_variants(tmp_path):
    order = "No function;Decreased function;Uncertain function;Normal function"
    folder = laboratory.folder_in(tmp_path)
    laboratory.change(folder, "genes", 0, strategy="variant_list", function_order=order)
    path = vcf(tmp_path / "a.vcf", "5000100 G A 1|0", "5000160 CT C 1|0")
    [result] = pgx.annotate(path, kb_overlay=folder, genes=["LAB1"], drugs=["examplol"])
    [call], [row] = result.calls, result.recommendations
    assert call.diplotype == "*1/[*2 + *3]"
    assert row.action == ("reduce_dose",)


def test_a_custom_gene_may_be_answered_by_outside_calls(tmp_path):
    folder = laboratory.folder_in(tmp_path)
    for name in ("variants", "alleles", "segments", "phenotype_rules"):
        (folder / f"{name}.tsv").unlink()
    laboratory.change(folder, "genes", 0, gene="HLA-DRB1", contig="chr6", strategy="outside",
                      default_allele="")  # fmt: skip
    laboratory.change(folder, "drugs", 1, genes="HLA-DRB1")
    for _ in range(2):
        laboratory.drop(folder, "statements", 2)
    laboratory.change(folder, "statements", 1, genes="HLA-DRB1", lookup="HLA-DRB1=*15:01 positive")
    typed = [OutsideCall(gene="HLA-DRB1", diplotype="*15:01/*07:01")]
    [result] = pgx.annotate(GENE_VCF, kb_overlay=folder, genes=["HLA-DRB1"], drugs=["examplol"],
                            outside=typed)  # fmt: skip
    assert result.calls[0].phenotypes == ("*15:01 positive",)
    assert result.recommendations[0].action == ("avoid",)


def test_a_patient_may_take_a_local_drug():
    patient = Patient(date="2025-11-01", medicines=(Medicine(name="Examplol 10 mg"),))
    [result] = pgx.annotate([PATIENT, GENE_VCF], kb_overlay=EXAMPLE, patient=patient)
    assert result.recommendations[0].drug == "examplol"
    assert [m.drugs for m in result.context.medicines] == [("examplol",)]
