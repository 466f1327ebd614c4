"""A laboratory's statement is one that a result can reach and a report can word, or refused."""

from __future__ import annotations

import pytest

import laboratory
from cases import sampled
from laboratory import add, change
from pgx.errors import OverlayError
from pgx.inputs.release import knowledge_of
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.index import guidance_of

BASE = KnowledgeBase()
STATEMENT = {
    "authority": "LOCAL", "action": "caution", "source": "pathway-2025",
    "reviewer": "Dr. A. Example", "reviewed": "2025-10-01",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return laboratory.folder_in(tmp_path)


def refusal(folder) -> str:
    with pytest.raises(OverlayError) as error:
        knowledge_of(folder, BASE)
    assert error.value.exit_status == 4
    return error.value.line()


def add_drug(folder, drug, genes, lookup, **cells):
    add(folder, "drugs", drug=drug, authority="LOCAL", genes=genes, source="pathway-2025")
    add(folder, "statements", id=f"LAB-{drug}", drug=drug, genes=genes, lookup=lookup,
        **(STATEMENT | cells))  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "said"),
    sampled(
        [
            ({"drug": "codeine"}, "codeine is not in drugs.tsv of the folder"),
            ({"guideline_id": "PA166104948"}, "is not in guidelines.tsv of the folder"),
            ({"genes": "CYP2C19;GENE9"}, "no gene 'GENE9'"),
            ({"genes": "CYP2C19;CYP2D6"}, "does not name each of its genes once"),
            ({"genes": "CYP2D6"}, "does not name each of its genes once"),
            ({"lookup": "CYP2C19=Poor Metabolizer;CYP2C19=any"}, "does not name each"),
            ({"lookup": "CYP2C19"}, "key '' of CYP2C19 is none of"),
            (
                {"lookup": "CYP2C19=poor metabolizer"},
                "key 'poor metabolizer' of CYP2C19 is none of",
            ),
            ({"lookup": "CYP2C19=diplotype *2/*1"}, "is printed *1/*2"),
            ({"lookup": "CYP2C19=diplotype *1/*999"}, "no allele *999"),
            ({"lookup": "CYP2C19=diplotype *1/*2/*3"}, "is no diplotype"),
            ({"population": "left-handers"}, "no population 'left-handers'"),
            ({"action": "perhaps"}, "unknown action perhaps"),
            ({"action": "use_as_directed;reduce"}, "unknown action reduce"),
            ({"action": "reduce_dose"}, "reduce_dose without a dose"),
            ({"dose_factor_max": "half"}, "cannot be read"),
            ({"dose_factor_max": "nan"}, "is no finite number"),
            ({"dose_factor_max": "inf"}, "is no finite number"),
            ({"dose_factor_min": "-0.5"}, "not above 0 and in order"),
            ({"dose_factor_min": "0.8", "dose_factor_max": "0.5"}, "not above 0 and in order"),
            ({"pmids": "12;x"}, "a PubMed identifier is no number"),
            (
                {"notes": "lcal_note=x"},
                "no wording for notes 'lcal_note'; nearest codes: local_note",
            ),
            ({"notes": "local_note"}, "wording of notes 'local_note' lacks"),
            ({"implications": "CYP2C19:nonsense"}, "no wording for implications 'nonsense'"),
            (
                {"dose_of": "starting", "dose_as": "fold_lower", "dose_factor_min": "0"},
                "not above 0 and in order",
            ),
            ({"reason": "because"}, "no wording for reason 'because'"),
        ],
        6,
    ),
)
def test_a_statement_that_cannot_be_used_is_refused(folder, cells, said):
    number = 1 if "reason" in cells else 0
    change(folder, "statements", number, **cells)
    assert said in refusal(folder)


def test_two_statements_on_one_key_are_refused(folder):
    key = {"drug": "clopidogrel", "genes": "CYP2C19", "lookup": "CYP2C19=Poor Metabolizer"}
    add(folder, "statements", id="LAB-9", **(STATEMENT | key))
    assert "statements LAB-1 and LAB-9 disagree" in refusal(folder)
    same = {"action": "alternative", "alternatives": "ticagrelor"}
    note = laboratory.rows_of(folder, "statements")[0]["notes"]
    change(folder, "statements", -1, notes=note, **same)
    assert "LAB-9: its keys are answered by other statements already" in refusal(folder)


def test_a_statement_behind_one_on_any_result_is_refused(folder):
    key = {"drug": "clopidogrel", "genes": "CYP2C19", "lookup": "CYP2C19=any"}
    add(folder, "statements", id="LAB-9", **(STATEMENT | key))
    assert "LAB-1: its keys are answered by other statements already" in refusal(folder)


@pytest.mark.parametrize(
    ("genes", "lookup"),
    sampled(
        [
            ("HLA-B", "HLA-B=*15:02 positive"),
            ("HLA-A", "HLA-A=*33:03 positive"),
            ("CYP2C9", "CYP2C9=0.5|n/a"),
            ("CYP2D6", "CYP2D6=≥3.0|0.25"),
            ("CYP4F2", "CYP4F2=any"),
            ("VKORC1", "VKORC1=-1639 AA"),
            ("UGT1A1", "UGT1A1=diplotype *1/*28"),
            ("F5", "F5=rs6025 reference (C)/rs6025 Factor V Leiden (T)"),
            (
                "CYP2C19;CYP2D6",
                "CYP2C19=Poor Metabolizer;CYP2D6=0.0 || CYP2C19=No Result;CYP2D6=0.0",
            ),
            ("CYP2C19", "CYP2C19=Indeterminate"),
        ],
        4,
    ),
)
def test_every_kind_of_key_may_be_used(folder, genes, lookup):
    add_drug(folder, "newdrug", genes, lookup)
    local = knowledge_of(folder, BASE)
    index = guidance_of(local)
    assert {t.drug.authority for t in index.select(["newdrug"])} == {"LOCAL"}


@pytest.mark.parametrize(
    ("genes", "lookup", "said"),
    [
        ("HLA-B", "HLA-B=*15:02", "is not like '*57:01 positive'"),
        ("F5", "F5=rs6025 Factor V Leiden (T)/rs6025 reference (C)", "is printed rs6025 reference"),
        ("CYP2C9", "CYP2C9=Poor Metabolizer", "is none of 0.0, 0.5"),
        ("CYP2D6", "CYP2D6=xN combinations", "is none of 0.0, 0.25"),
    ],
)
def test_a_key_that_no_result_has_is_refused(folder, genes, lookup, said):
    add_drug(folder, "newdrug", genes, lookup)
    assert said in refusal(folder)


def test_guidelines_of_the_folder_may_be_named(folder):
    laboratory.write(
        folder,
        "guidelines",
        [{"guideline_id": "SOP-12", "authority": "LOCAL", "url": "https://lab.example/sop-12",
          "source": "pathway-2025"}],
    )  # fmt: skip
    change(folder, "statements", 0, guideline_id="SOP-12")
    change(folder, "drugs", 0, guidelines="SOP-12")
    assert knowledge_of(folder, BASE).statements[-4].guideline_id == "SOP-12"
    change(folder, "drugs", 0, guidelines="SOP-13")
    assert "names a guideline that is not in guidelines.tsv" in refusal(folder)
    change(folder, "guidelines", 0, guideline_id="PA166104948")
    assert "the knowledge base has it already" in refusal(folder)


def test_a_drug_of_an_unknown_gene_is_refused(folder):
    change(folder, "drugs", 0, genes="CYP2C19;GENE9")
    assert "clopidogrel names a gene that nobody knows: GENE9" in refusal(folder)
