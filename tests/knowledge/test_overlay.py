"""A laboratory's folder is read whole, laid over the release, or refused with one line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import laboratory
from cases import sampled
from laboratory import add, change, drop
from pgx.errors import OverlayError
from pgx.inputs.release import knowledge_of
from pgx.knowledge.overlay import read_overlay
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.index import guidance_of
from pgx.records.advice import LOCAL, LocalStatement

BASE = KnowledgeBase()
SITE = laboratory.TPMT_SITE
SOURCE = "lab1-validation"
POSITION = {
    "gene": "TPMT", "position_grch38": str(SITE), "position_grch37": str(SITE + 231),
    "ref_grch38": "C", "alts": "G", "source": SOURCE,
}  # fmt: skip
ALLELE = {
    "gene": "TPMT", "allele": "*LAB", "definition": f"{SITE}=G", "function": "No function",
    "source": SOURCE,
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return laboratory.folder_in(tmp_path)


def refusal(folder) -> str:
    with pytest.raises(OverlayError) as error:
        knowledge_of(folder, BASE)
    line = error.value.line()
    assert error.value.exit_status == 4
    assert line.isprintable()
    return line


def test_the_example_is_laid_over_the_release():
    local = knowledge_of(laboratory.EXAMPLE, BASE)
    assert local.release == BASE.release
    assert local.manifest.digest == BASE.manifest.digest
    assert local.overlay.info.laboratory == "Example Hospital Laboratory"
    assert local.overlay.info.date == "2025-10-15"
    assert re.fullmatch("[0-9a-f]{64}", local.overlay.info.digest)
    assert local.local_genes == {"LAB1"}
    assert set(local.genes) - set(BASE.genes) == {"LAB1"}
    assert [v.position for v in local.genes["LAB1"].variants] == [5000100, 5000160]


def test_nothing_of_the_release_changes():
    local = knowledge_of(laboratory.EXAMPLE, BASE)
    for name in BASE.manifest.tables:
        table = name.removesuffix(".tsv")
        rows, own = local.table(table), BASE.table(table)
        assert [row for row in rows if row in own] == own, table
    assert local.statements[: len(BASE.statements)] == BASE.statements
    added = local.statements[len(BASE.statements) :]
    assert {type(s) for s in added} == {LocalStatement}
    assert {s.authority for s in added} == {LOCAL}
    assert all(s.reviewer and s.reviewed and s.source for s in added)
    assert all(local.genes[name] == gene for name, gene in BASE.genes.items())


def test_a_new_drug_is_a_medicine_that_a_patient_file_may_name():
    local = knowledge_of(laboratory.EXAMPLE, BASE)
    assert BASE.vocabulary.drugs_of("examplol") == ()
    assert local.vocabulary.drugs_of("Examplol") == ("examplol",)
    [known], unknown = local.vocabulary.find(name="Examplol 20 mg tablet")
    assert (known.substance, unknown) == ("examplol", ())


def test_the_digest_tells_any_change_of_the_tables_and_no_other_file(folder):
    before = read_overlay(folder).info.digest
    (folder / "README.md").write_text("for us")
    assert read_overlay(folder).info.digest == before
    change(folder, "statements", 0, reviewer="Dr. C. Example")
    assert read_overlay(folder).info.digest != before


def test_columns_may_come_in_any_order_and_from_a_spreadsheet(folder):
    rows = [dict(reversed(row.items())) for row in laboratory.rows_of(folder, "statements")]
    laboratory.write(folder, "statements", rows)
    path = folder / "statements.tsv"
    text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert knowledge_of(folder, BASE).statements == knowledge_of(laboratory.EXAMPLE).statements


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('version = "1"\ndate = "2025-10-15"\n', "no laboratory"),
        ('laboratory = "L"\ndate = "2025-10-15"\n', "no version"),
        ('laboratory = "L"\nversion = "1"\n', "no date"),
        ('laboratory = "L"\nversion = "1"\ndate = "15 October"\n', "date is no day"),
        ('laboratory = "L"\nversion = "1"\ndate = "2025-10-15"\nx = 1\n', "unknown key 'x'"),
        ('laboratory = "L\\u202e"\nversion = "1"\ndate = "2025-10-15"\n', "cannot be shown"),
        ("laboratory", "no TOML"),
        ("\x00", "no TOML"),
    ],
)  # fmt: skip
def test_a_manifest_without_name_version_and_day_is_refused(folder, text, said):
    (folder / "overlay.toml").write_text(text, encoding="utf-8")
    assert said in refusal(folder)


def test_a_folder_that_is_none_is_refused(folder, tmp_path):
    assert "no folder with overlay.toml" in refusal(tmp_path / "absent")
    assert "no folder with overlay.toml" in refusal(tmp_path)
    assert "cannot be read" in refusal(folder / "sources.tsv")
    for path in folder.glob("*.tsv"):
        path.unlink()
    assert "has no rules" in refusal(folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"source\tname\tlicense\n", "column 'license' is none"),
        (b"source\tname\tname\n", "stands twice"),
        (b"source\n", "column name is missing"),
        (b"source\tname\nx\n", "1 columns, the header has 2"),
        (b"source\tname\nx\ty\nX\tz\n", "X: the folder has it already"),
        ("source\tname\nx\ta\u202eb\n".encode(), "cannot be seen"),
        (b"source\tname\nx\ta\x1b[31m\n", "cannot be seen"),
        (b"source\tname\nx\t\n", "no name"),
        (b"source\tname\nx\t" + b"y" * 2001 + b"\n", "longer than 2000"),
        (b"source\tname\nclinpgx-2025-11\tmine\n", "the knowledge base has it already"),
    ],
)
def test_a_table_that_breaks_the_schema_is_refused(folder, content, said):
    (folder / "sources.tsv").write_bytes(content)
    for path in folder.glob("*.tsv"):
        if path.name not in ("sources.tsv", "overlay.toml"):
            path.unlink()
    assert said in refusal(folder)


def test_a_table_that_no_overlay_has_is_refused(folder):
    (folder / "statement.tsv").write_text("id\n")
    assert "statement.tsv is no table" in refusal(folder)
    (folder / "statement.tsv").unlink()
    (folder / "haplotype_counts.tsv").write_text("gene\n")
    assert "haplotype_counts.tsv is no table" in refusal(folder)


@pytest.mark.parametrize("name", ["source", "reviewer", "reviewed"])
def test_a_statement_without_source_reviewer_or_day_is_refused(folder, name):
    change(folder, "statements", 1, **{name: ""})
    assert f"statements.tsv line 3: no {name}" in refusal(folder)
    rows = laboratory.rows_of(folder, "statements")
    laboratory.write(
        folder, "statements", [{k: v for k, v in r.items() if k != name} for r in rows]
    )
    assert f"column {name} is missing" in refusal(folder)


@pytest.mark.parametrize(
    ("table", "number", "cells", "said"),
    sampled([
        ("statements", 0, {"reviewed": "2025-13-01"}, "reviewed is no day"),
        ("statements", 0, {"reviewed": "2025-10-16"}, "reviewed after the day of the folder"),
        ("statements", 0, {"source": "gossip"}, "source 'gossip' is not in sources.tsv"),
        ("statements", 0, {"source": "clinpgx-2025-11"}, "is not in sources.tsv of the folder"),
        ("statements", 0, {"authority": "CPIC"}, "authority is 'CPIC', not LOCAL"),
        ("statements", 0, {"id": "CPIC-16eda2883d10"}, "the knowledge base has it already"),
        ("statements", 0, {"id": "LAB-2"}, "the folder has it already"),
        ("drugs", 0, {"authority": "DPWG"}, "authority is 'DPWG', not LOCAL"),
        ("drugs", 0, {"drug": "Clopidogrel"}, "Clopidogrel is clopidogrel in the knowledge base"),
        ("drugs", 0, {"drug": "Plavix"}, "Plavix is clopidogrel in the knowledge base"),
        ("drugs", 1, {"rxnorm": "32968"}, "rxnorm 32968 is clopidogrel in the knowledge base"),
        ("drugs", 0, {"atc": "N02AA08"}, "atc N02AA08 is dihydrocodeine in the knowledge base"),
        ("drugs", 1, {"status": "pending"}, "status is 'pending', not covered"),
        ("genes", 0, {"gene": "cyp2c19"}, "cyp2c19: the knowledge base has it already"),
        ("genes", 0, {"gene": "LAB 1"}, "is no name of a gene"),
        ("genes", 0, {"contig": "20"}, "contig '20' is none of"),
        ("genes", 0, {"contig": "chrY"}, "contig 'chrY' is none of"),
        ("genes", 0, {"contig": "chrX"}, "ploidy autosome does not fit chrX"),
        ("genes", 0, {"contig": "chrX", "ploidy": "x_linked"}, "no rule for one copy"),
        ("genes", 0, {"strategy": "variant_list"}, "needs function_order"),
        ("genes", 0, {"strategy": "variant_list", "function_order": "Uncertain function"},
         "*1: its function is not in function_order"),
        ("genes", 0, {"proxies": "5000100<1"}, "proxies name positions"),
        ("genes", 0, {"strategy": "guess"}, "'guess'"),
        ("genes", 0, {"ploidy": "triploid"}, "'triploid'"),
        ("genes", 0, {"default_allele": "*9"}, "default_allele is not the one allele"),
        ("genes", 0, {"default_allele": "*2"}, "not the one allele with reference yes"),
        ("genes", 0, {"strategy": "outside"}, "outside calls has no positions"),
        ("variants", 0, {"gene": "LAB2"}, "no gene 'LAB2'"),
        ("variants", 0, {"position_grch38": "x"}, "position_grch38 'x' is no position"),
        ("variants", 0, {"position_grch38": "٣"}, "is no position"),
        ("variants", 0, {"position_grch38": "-1"}, "is no position"),
        ("variants", 0, {"position_grch37": "4980747"}, "more than one offset between"),
        ("variants", 0, {"ref_grch38": "C"}, "is not the base of its segment"),
        ("variants", 0, {"ref_grch37": "T"}, "the GRCh37 base is no allele"),
        ("variants", 0, {"alts": "A,a"}, "other letters than A, C, G, T"),
        ("variants", 0, {"alts": "A,<DEL>"}, "other letters than A, C, G, T"),
        ("variants", 0, {"alts": "A,A"}, "has an allele twice"),
        ("variants", 1, {"position_grch38": "5000100"}, "the position stands twice"),
        ("alleles", 1, {"allele": "*1"}, "the folder has it already"),
        ("alleles", 1, {"allele": "*1/*2"}, "holds one of ; = / |"),
        ("alleles", 1, {"allele": "*3.002"}, "is a spelling or suballele of another allele"),
        ("alleles", 1, {"definition": "5000100=T"}, "is no allele of the gene's variants"),
        ("alleles", 1, {"definition": "5000101=A"}, "in the definition of no allele"),
        ("alleles", 1, {"definition": "5000100"}, "cannot be read"),
        ("alleles", 1, {"definition": "5000160=C"}, "in the definition of no allele"),
        ("alleles", 1, {"definition": "5000160=C;5000100=A", "allele": "*3x"}, ""),
        ("alleles", 1, {"definition": ""}, "in the definition of no allele"),
        ("alleles", 1, {"function": "no function"}, "has function 'no function'"),
        ("alleles", 1, {"reference": "perhaps"}, "reference is 'perhaps', not no or yes"),
        ("segments", 0, {"start": "0x10"}, "start '0x10' is no position"),
        ("segments", 0, {"start": "5000001"}, "is not the base of its segment"),
        ("segments", 0, {"sequence": "ACGU"}, "other letters than A, C, G, T"),
        ("phenotype_rules", 0, {"phenotype": "A;B"}, "holds one of ; = |"),
        ("phenotype_rules", 0, {"function_1": "Normal function"}, "two rules answer"),
        ("phenotype_rules", 0, {"activity_score": "0.0"}, "the gene is not scored"),
    ], 16),
)  # fmt: skip
def test_a_row_that_cannot_be_is_refused(folder, table, number, cells, said):
    change(folder, table, number, **cells)
    if said:
        assert said in refusal(folder)
    else:
        knowledge_of(folder, BASE)


def test_a_definition_that_another_allele_has_is_refused(folder):
    add(folder, "alleles", gene="LAB1", allele="*4", reference="no", definition="5000100=A",
        function="No function", source=SOURCE)  # fmt: skip
    assert "*2 is defined like another allele" in refusal(folder)


def test_a_drug_without_statement_is_refused(folder):
    add(folder, "drugs", drug="codeine", authority=LOCAL, genes="CYP2D6", source="pathway-2025")
    assert "codeine has no statement" in refusal(folder)


class TestAnAlleleOfAGeneOfTheRelease:
    @pytest.fixture(autouse=True)
    def _added(self, folder):
        add(folder, "variants", **POSITION)
        add(folder, "alleles", **ALLELE)

    def test_is_added_to_the_gene(self, folder):
        gene, before = knowledge_of(folder, BASE).genes["TPMT"], BASE.genes["TPMT"]
        assert {a.name for a in gene.alleles} - {a.name for a in before.alleles} == {"*LAB"}
        assert [v for v in gene.variants if v.position != SITE] == list(before.variants)
        positions = [v.position for v in gene.variants]
        assert positions == sorted(positions)
        assert gene.rules == before.rules

    @pytest.mark.parametrize(
        ("cells", "said"),
        [
            ({"allele": "*2"}, "TPMT *2: the knowledge base has it already"),
            ({"allele": "*3a"}, "TPMT *3a: the knowledge base has it already"),
            ({"allele": "*2.001"}, "is a spelling or suballele of another allele"),
            ({"reference": "yes", "definition": ""}, "in the definition of no allele"),
            ({"reference": "yes"}, "has a reference allele already"),
            ({"function": "Good function"}, "has function 'Good function'"),
            ({"activity_value": "0.5"}, "the gene is not scored"),
        ],
    )
    def test_that_is_not_new_is_refused(self, folder, cells, said):
        change(folder, "alleles", -1, **cells)
        assert said in refusal(folder)

    def test_a_position_of_the_release_may_get_a_base_and_nothing_else(self, folder):
        old = BASE.genes["TPMT"].variants[0]
        bases = {"A", "C", "G", "T"} - set(old.alleles)
        new = min(bases)
        cells = {
            "position_grch38": str(old.position), "position_grch37": str(old.position_grch37),
            "ref_grch38": old.ref, "ref_grch37": old.ref_grch37, "alts": new,
        }  # fmt: skip
        change(folder, "variants", -1, **cells)
        change(folder, "alleles", -1, definition=f"{old.position}={new}")
        found = knowledge_of(folder, BASE).genes["TPMT"].variants[0]
        assert found.alts == (*old.alts, new)
        change(folder, "variants", -1, position_grch37="1")
        assert "is another in the knowledge base" in refusal(folder)

    def test_a_segment_may_lengthen_one_of_the_release_if_it_agrees(self, folder):
        [segment] = [s for s in BASE.genes["TPMT"].segments if s.start <= SITE <= s.end]
        tail = segment.sequence[-20:]
        add(folder, "segments", gene="TPMT", start=str(segment.end - 19), sequence=tail + "ACGT",
            source=SOURCE)  # fmt: skip
        found = knowledge_of(folder, BASE).genes["TPMT"].segments
        assert segment.sequence + "ACGT" in {s.sequence for s in found}
        assert len(found) == len(BASE.genes["TPMT"].segments)
        change(folder, "segments", -1, start=str(segment.end - 18))
        assert "hold different bases" in refusal(folder)

    def test_a_rule_of_the_release_is_not_changed(self, folder):
        rule = {"function_1": "No function", "function_2": "Normal function"}
        add(folder, "phenotype_rules", gene="TPMT", phenotype="Fine", source=SOURCE, **rule)
        assert "two rules answer" in refusal(folder)


def test_a_scored_gene_keeps_one_meaning_a_score(folder):
    rules = laboratory.rows_of(folder, "phenotype_rules")
    values = {"No function": "0.0", "Decreased function": "0.5", "Normal function": "1.0"}
    for row in rules:
        one, two = values[row["function_1"]], values[row["function_2"]]
        total = str(float(one) + float(two))
        row.update(function_1=one, function_2=two, activity_score=total, lookup_key=total)
        row["phenotype"] = f"Score {total}"
    laboratory.write(folder, "phenotype_rules", rules)
    change(folder, "genes", 0, scored="yes", uncertain_function="n/a")
    for number, row in enumerate(laboratory.rows_of(folder, "alleles")):
        value = values[row["function"]]
        change(folder, "alleles", number, function=value, activity_value=value)
    for number, key in ((3, "2.0"), (2, "1.5|1.0"), (1, "0.5|0.0")):
        change(folder, "statements", number, lookup=f"LAB1={key}")
    assert knowledge_of(folder, BASE).genes["LAB1"].scored
    change(folder, "phenotype_rules", 1, phenotype="Another", activity_score="1.0")
    assert "more than one, meaning" in refusal(folder)
    change(folder, "alleles", 1, function="1.0")
    assert "is the activity value" in refusal(folder)
    change(folder, "genes", 0, uncertain_function="Uncertain function")
    assert "the uncertain function of a scored gene is n/a" in refusal(folder)


def test_a_second_folder_over_the_first_is_refused():
    with pytest.raises(OverlayError, match="laid over this knowledge base already"):
        knowledge_of(laboratory.EXAMPLE, knowledge_of(laboratory.EXAMPLE, BASE))


def test_a_folder_of_statements_alone_is_enough(folder):
    for name in ("genes", "variants", "alleles", "segments", "phenotype_rules"):
        (folder / f"{name}.tsv").unlink()
    drop(folder, "drugs", 1)
    for _ in range(3):
        drop(folder, "statements", 1)
    local = knowledge_of(folder, BASE)
    assert local.local_genes == set()
    assert len(local.statements) == len(BASE.statements) + 1


JUNK = [
    b"", b"\t", b"\n", b"=", b"|", b";", b"<", b"{0}", b"-1", b"A", b"\xff", b"\xc2\xb2", b"e9",
    b" || ", b"any",
]  # fmt: skip


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_change_is_read_or_refused_and_no_bug(tmp_path_factory, data):
    folder = laboratory.folder_in(tmp_path_factory.mktemp("any"))
    path = data.draw(st.sampled_from(sorted(folder.iterdir())))
    text = path.read_bytes()
    at = data.draw(st.integers(0, len(text)))
    junk = data.draw(st.sampled_from(JUNK))
    path.write_bytes(text[:at] + junk + text[at + data.draw(st.integers(0, 3)) :])
    try:
        local = knowledge_of(folder, BASE)
    except OverlayError:
        return
    guidance_of(local)
    assert local.statements[: len(BASE.statements)] == BASE.statements
