"""The whole base is checked: it has no fault, and each kind of fault is found and named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cases import sampled
from pgx.errors import SnapshotIntegrityError, SnapshotSchemaError
from pgx.inputs.release_check import faults_of, refusal, verify_folder, verify_release
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import MANIFEST, read_manifest, write_manifest
from pgx.records.advice import FaultCode

RELEASE = Path(__file__).resolve().parents[2] / "data" / "knowledgebase"
TABLES = sorted(read_manifest(RELEASE).tables)
SEP = "\t"


@pytest.fixture
def copy(tmp_path) -> Path:
    for name in [MANIFEST, *TABLES]:
        shutil.copy(RELEASE / name, tmp_path / name)
    return tmp_path


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    header, *lines = (folder / f"{table}.tsv").read_text(encoding="utf-8").splitlines()
    names = header.split(SEP)
    return [dict(zip(names, line.split(SEP), strict=True)) for line in lines]


def write_rows(folder: Path, table: str, rows: list[dict[str, str]]) -> None:
    lines = [SEP.join(rows[0]), *(SEP.join(row.values()) for row in rows)]
    (folder / f"{table}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_manifest(folder, "changed", TABLES)


def change(folder: Path, table: str, which: dict[str, str], new: dict[str, str] | str) -> None:
    """Change the first row that is like ``which``; ``drop`` or ``double`` it."""
    rows = rows_of(folder, table)
    place = next(i for i, row in enumerate(rows) if which.items() <= row.items())
    if new == "drop":
        del rows[place]
    elif new == "double":
        rows.insert(place, rows[place])
    else:
        assert isinstance(new, dict)
        rows[place] = {**rows[place], **new}
    write_rows(folder, table, rows)


def faults(folder: Path) -> list[str]:
    return [finding.line() for finding in faults_of(KnowledgeBase(folder))]


def test_the_release_has_no_fault():
    assert faults(RELEASE) == []


HALF = {"dose_factor_max": "0.5"}
CASES = [
    # what a row says of others
    ("sources", {"source": "rcrs"}, "double", FaultCode.TWICE, "source rcrs"),
    ("sources", {"source": "rcrs"}, {"date": "soon"}, FaultCode.SOURCE, "'soon' is no date"),
    ("genes", {"gene": "F5"}, {"source": "nobody"}, FaultCode.SOURCE, "nobody"),
    ("genes", {"gene": "DPYD"}, {"preferred": "c.1A>T"}, FaultCode.DANGLING, "c.1A>T"),
    ("genes", {"gene": "DPYD"}, {"proxies": "1<97573863"}, FaultCode.DANGLING, "variant at 1"),
    ("genes", {"gene": "DPYD"}, {"function_order": "0.0"}, FaultCode.DANGLING, "order of"),
    ("genes", {"gene": "F5"}, {"strategy": "outside"}, FaultCode.CONTRADICTION, "strategy"),
    ("genes", {"gene": "F5"}, {"contig": "chr99"}, FaultCode.TERM, "no contig 'chr99'"),
    ("genes", {"gene": "F5"}, {"default_allele": "*1"}, FaultCode.DANGLING, "no allele *1"),
    # variants and alleles
    ("variants", {"gene": "F5"}, {"ref_grch38": "G"}, FaultCode.BASES, "base of its segment"),
    ("variants", {"gene": "F5"}, {"ref_grch37": "G"}, FaultCode.BASES, "GRCh37 base"),
    ("variants", {"gene": "F5"}, {"alts": "T,T"}, FaultCode.TWICE, "an allele stands twice"),
    ("variants", {"gene": "TPMT"}, {"position_grch37": "7"}, FaultCode.BASES, "one offset"),
    ("alleles", {"gene": "TPMT", "allele": "*2"}, "double", FaultCode.TWICE, "*2 stands twice"),
    ("alleles", {"gene": "TPMT", "allele": "*2"}, {"allele": "a/b"}, FaultCode.TERM, "'a/b'"),
    (
        "alleles",
        {"gene": "TPMT", "allele": "*2"},
        {"definition": "18138998=G"},
        FaultCode.DANGLING,
        "*2 is defined by G",
    ),
    (
        "alleles",
        {"gene": "TPMT", "allele": "*2"},
        {"function": "no such"},
        FaultCode.DANGLING,
        "no rule knows 'no such'",
    ),
    (
        "alleles",
        {"gene": "TPMT", "allele": "*2"},
        {"reference": "yes"},
        FaultCode.CONTRADICTION,
        "2 reference alleles",
    ),
    # rules
    ("phenotype_rules", {"gene": "TPMT"}, "double", FaultCode.TWICE, "two rules answer"),
    (
        "phenotype_rules",
        {"gene": "TPMT", "function_2": "Normal function"},
        {"function_2": "Some function"},
        FaultCode.DANGLING,
        "'Some function'",
    ),
    (
        "phenotype_rules",
        {"gene": "TPMT", "lookup_key": "Poor Metabolizer"},
        {"lookup_key": ""},
        FaultCode.TERM,
        "no phenotype or key",
    ),
    (
        "phenotype_rules",
        {"gene": "CYP2D6", "function_1": "0.25", "function_2": "0.5"},
        {"activity_score": "1.0"},
        FaultCode.CONTRADICTION,
        "add up to 0.75",
    ),
    (
        "phenotype_rules",
        {"gene": "CYP2D6", "function_1": "0.25", "function_2": "0.5"},
        {"lookup_key": "fast"},
        FaultCode.TERM,
        "'fast' is no score",
    ),
    (
        "phenotype_rules",
        {"gene": "CYP2D6", "function_1": "0.25", "function_2": "0.25"},
        {"phenotype": "Poor Metabolizer"},
        FaultCode.CONTRADICTION,
        "0.5 means two phenotypes",
    ),
    # populations
    ("haplotype_counts", {"gene": "F5"}, {"haplotype": "3=T"}, FaultCode.DANGLING, "variant at 3"),
    ("haplotype_counts", {"gene": "F5"}, {"allele": "*9"}, FaultCode.DANGLING, "allele *9"),
    ("untyped_sites", {"gene": "IFNL3"}, {"position": "3"}, FaultCode.DANGLING, "variant at 3"),
    ("core_alleles", {"allele": "*17"}, {"allele": "*0"}, FaultCode.DANGLING, "allele *0"),
    (
        "published_frequencies",
        {"gene": "CYP2B6", "group": "AFR"},
        {"frequency": "1.0"},
        FaultCode.RANGE,
        "shares of AFR",
    ),
    # drugs and guidelines
    ("drugs", {"drug": "codeine"}, "double", FaultCode.TWICE, "CPIC codeine"),
    ("drugs", {"drug": "codeine"}, "drop", FaultCode.DANGLING, "not among the drugs of CPIC"),
    ("drugs", {"drug": "codeine"}, {"rxnorm": "26 70"}, FaultCode.TERM, "'26 70'"),
    ("drugs", {"drug": "codeine"}, {"atc": "R05D"}, FaultCode.TERM, "'R05D'"),
    ("drugs", {"drug": "codeine"}, {"genes": "CYP2D6;TPMT"}, FaultCode.UNANSWERED, "on TPMT"),
    ("drugs", {"drug": "codeine"}, {"guidelines": "PA1"}, FaultCode.DANGLING, "guideline PA1"),
    ("drugs", {"drug": "methadone"}, {"reason": ""}, FaultCode.CONTRADICTION, "without a reason"),
    ("guidelines", {"drugs": "codeine"}, "double", FaultCode.TWICE, "stands 2 times"),
    ("guidelines", {"drugs": "codeine"}, "drop", FaultCode.DANGLING, "has no guideline"),
    ("guidelines", {"drugs": "codeine"}, {"drugs": "x"}, FaultCode.DANGLING, "x is not among"),
    ("guidelines", {"drugs": "codeine"}, {"url": ""}, FaultCode.SOURCE, "has no address"),
    ("guidelines", {"drugs": "codeine"}, {"years": "20"}, FaultCode.TERM, "'20' is no year"),
    ("guidelines", {"drugs": "codeine"}, {"pmids": "PMID"}, FaultCode.TERM, "'PMID'"),
    # statements
    ("statements", {"drug": "codeine"}, "double", FaultCode.TWICE, "stands 2 times"),
    ("statements", {"drug": "codeine"}, {"population": "x"}, FaultCode.DANGLING, "population x"),
    ("statements", {"drug": "codeine"}, {"genes": "TPMT"}, FaultCode.CONTRADICTION, "its genes"),
    ("statements", {"drug": "codeine"}, {"pmids": "x"}, FaultCode.TERM, "'x' is no PubMed"),
    ("statements", {"drug": "codeine"}, {"source": ""}, FaultCode.SOURCE, "source with a date"),
    ("statements", {"drug": "codeine"}, {"drug_codes": "a=x|"}, FaultCode.TERM, "'x' is no RxN"),
    ("statements", {"dose_factor_max": "0.5"}, {"dose_factor_max": "50"}, FaultCode.RANGE, "50"),
    (
        "statements",
        {"action": "reduce_dose", "dose_factor_max": "0.5"},
        {"dose_factor_max": "1.5"},
        FaultCode.RANGE,
        "other side of 1 than reduce_dose",
    ),
    (
        "statements",
        {"dose_as": "times", "dose_factor_min": "1.4"},
        {"dose_factor_min": "0.5"},
        FaultCode.RANGE,
        "other side of 1 than increase_dose",
    ),
    (
        "statements",
        {"action": "reduce_dose", "dose_factor_max": "0.5"},
        {"action": "avoid"},
        FaultCode.CONTRADICTION,
        "without an action on the dose",
    ),
    (
        "statements",
        {"drug": "codeine", "lookup": "CYP2D6=0.0"},
        {"lookup": "CYP2D6=0.0|0.3"},
        FaultCode.UNREACHABLE,
        "no result of CYP2D6 is 0.3",
    ),
    (
        "statements",
        {"drug": "codeine", "lookup": "CYP2D6=0.0"},
        {"lookup": "CYP2D6=0.0|1.0"},
        FaultCode.CONTRADICTION,
        "advises otherwise for 1.0",
    ),
    (
        "statements",
        {"authority": "CPIC", "drug": "codeine", "lookup": "CYP2D6=0.0"},
        "drop",
        FaultCode.UNANSWERED,
        "no statement for CYP2D6 0.0",
    ),
    (
        "statements",
        {"authority": "CPIC", "drug": "abacavir", "lookup": "HLA-B=*57:01 negative"},
        "drop",
        FaultCode.UNANSWERED,
        "no statement for HLA-B *57:01 negative",
    ),
    ("known_gaps", {"gene": "DPYD"}, "drop", FaultCode.UNANSWERED, "DPYD n/a"),
    (
        "known_gaps",
        {"drug": "ivacaftor"},
        {"keys": "Indeterminate;ivacaftor responsive in CF patients"},
        FaultCode.NO_GAP,
        "no gap is ivacaftor responsive in CF patients",
    ),
    # medicines
    ("substances", {"substance": "codeine"}, "drop", FaultCode.DANGLING, "codeine"),
    ("substances", {"substance": "codeine"}, {"rxnorm": "x1"}, FaultCode.TERM, "'x1'"),
    ("substances", {"substance": "codeine"}, {"atc": "R05"}, FaultCode.TERM, "'R05'"),
    ("substances", {"substance": "codeine"}, {"rxnorm": "7531"}, FaultCode.TWICE, "RxNorm 7531"),
    ("substances", {"substance": "codeine"}, {"atc": "N06AA10"}, FaultCode.TWICE, "ATC N06AA10"),
    ("substances", {"substance": "codeine"}, {"brands": "Plavix"}, FaultCode.TWICE, "plavix"),
    ("substances", {"substance": "codeine"}, {"ingredients": "x"}, FaultCode.DANGLING, "t x is no"),
    ("modulators", {"gene": "CYP2D6"}, "double", FaultCode.TWICE, "stands 2 times"),
    ("modulators", {"gene": "CYP2D6"}, {"substance": "x"}, FaultCode.DANGLING, "such substance"),
    ("modulators", {"gene": "CYP2D6"}, {"gene": "X"}, FaultCode.DANGLING, "such gene"),
    ("conversion_rules", {"method": "phenotype_to"}, "double", FaultCode.TWICE, "2 times"),
    ("conversion_rules", {"method": "phenotype_to"}, "drop", FaultCode.DANGLING, "no rule conv"),
    ("conversion_rules", {"value": "0"}, {"gene": "X"}, FaultCode.DANGLING, "no such gene"),
    (
        "conversion_rules",
        {"method": "phenotype_to"},
        {"value": "Slow"},
        FaultCode.DANGLING,
        "'Slow' is no phenotype",
    ),
    (
        "conversion_rules",
        {"method": "score_factor"},
        {"gene": "CYP2B6"},
        FaultCode.CONTRADICTION,
        "scores that the gene has not",
    ),
    (
        "conversion_rules",
        {"method": "score_factor"},
        {"evidence": "none"},
        FaultCode.TERM,
        "does not go with",
    ),
    ("score_ranges", {"low": "1.25"}, {"low": "1.5"}, FaultCode.RANGE, "leave a hole"),
    ("score_ranges", {"low": "1.25"}, {"low": "1"}, FaultCode.RANGE, "overlap"),
    ("score_ranges", {"low": "1.25"}, {"low_included": "no"}, FaultCode.RANGE, "leave a hole"),
    ("score_ranges", {"high": ""}, {"high": "9"}, FaultCode.RANGE, "upper limit"),
    ("score_ranges", {"high": "0"}, "drop", FaultCode.RANGE, "does not begin at 0"),
    ("score_ranges", {"low": "1.25"}, {"phenotype": "x"}, FaultCode.CONTRADICTION, "by its range"),
    ("score_ranges", {"high": "0"}, {"gene": "TPMT"}, FaultCode.DANGLING, "gene with scores"),
    ("populations", {"age_below": "18"}, {"age_from": "20"}, FaultCode.RANGE, "from 20 below 18"),
    ("populations", {"population": "neurovascular"}, {"conditions": "x"}, FaultCode.DANGLING, "x"),
    ("condition_codes", {"code": "I63"}, "double", FaultCode.TWICE, "ICD-10 I63"),
    ("condition_codes", {"code": "I63"}, {"code": "63"}, FaultCode.TERM, "no code of its system"),
    ("condition_codes", {"code": "I63"}, {"system": "X"}, FaultCode.TERM, "no code of its system"),
    ("condition_codes", {"code": "I63"}, {"condition": "x"}, FaultCode.DANGLING, "asks for x"),
    # what cannot be read at all
    ("statements", {"drug": "codeine"}, {"action": "dance"}, FaultCode.UNREADABLE, "line "),
    ("statements", {"drug": "codeine"}, {"action": ""}, FaultCode.UNREADABLE, "unknown action"),
    ("statements", HALF, {"dose_factor_max": "nan"}, FaultCode.UNREADABLE, "'nan' is no finite"),
    ("statements", HALF, {"dose_factor_max": "-1"}, FaultCode.UNREADABLE, "not above 0"),
    ("statements", HALF, {"dose_factor_max": "0"}, FaultCode.UNREADABLE, "not above 0"),
    ("statements", HALF, {"dose_factor_min": "2"}, FaultCode.UNREADABLE, "and in order"),
    ("guidelines", {"drugs": "codeine"}, {"years": "MMXX"}, FaultCode.UNREADABLE, "no numbers"),
    ("populations", {"exposure": "never"}, {"judgement": "x"}, FaultCode.UNREADABLE, "'x'"),
    ("haplotype_counts", {"gene": "F5"}, {"counts": "AFR=-1"}, FaultCode.UNREADABLE, ""),
    ("published_frequencies", {"allele": "*2"}, {"frequency": "nan"}, FaultCode.UNREADABLE, ""),
    ("modulators", {"gene": "CYP2D6"}, {"strength": "mighty"}, FaultCode.UNREADABLE, "mighty"),
    ("conversion_rules", {"value": "0.5"}, {"value": "half"}, FaultCode.UNREADABLE, "half"),
    ("populations", {"exposure": "never"}, {"exposure": "once"}, FaultCode.UNREADABLE, "once"),
    ("variants", {"gene": "F5"}, {"position_grch38": "x"}, FaultCode.UNREADABLE, "genes.tsv"),
]


@pytest.mark.parametrize(
    ("table", "which", "new", "code", "said"),
    sampled(CASES, 8),
    ids=[f"{case[0]}-{case[3].name}-{number}" for number, case in enumerate(CASES)],
)
def test_each_fault_is_found(table, which, new, code, said, copy):
    change(copy, table, which, new)
    found = faults(copy)
    assert [line for line in found if line.startswith(f"[{code}]") and said in line], found
    assert all(line.isprintable() and "; " in line for line in found)


def test_every_code_has_a_case():
    assert {case[3] for case in CASES} | {FaultCode.DAMAGED} == set(FaultCode)


def test_every_finding_is_reported_and_the_error_counts_them(copy):
    change(copy, "guidelines", {"drugs": "codeine"}, {"url": "", "years": "20"})
    change(copy, "score_ranges", {"high": ""}, {"high": "9"})
    kb, findings = verify_folder(copy)
    assert kb is not None
    assert len(findings) >= 3
    assert {f.table for f in findings} >= {"guidelines", "score_ranges"}
    with pytest.raises(SnapshotSchemaError, match=f"first of {len(findings)} findings") as raised:
        verify_release(kb)
    assert raised.value.code == findings[0].code
    assert raised.value.exit_status == 4


def test_every_damaged_table_is_named(copy):
    (copy / "genes.tsv").unlink()
    (copy / "drugs.tsv").write_bytes(b"\xff")
    kb, findings = verify_folder(copy)
    assert kb is None
    assert [(f.code, f.table) for f in findings] == [
        (FaultCode.DAMAGED, "drugs"),
        (FaultCode.DAMAGED, "genes"),
    ]
    assert isinstance(refusal(findings), SnapshotIntegrityError)


def test_a_release_without_medicines_and_counts_is_checked_too(copy):
    needed = {"sources", "genes", "variants", "alleles", "phenotype_rules", "segments"}
    kept = needed | {
        "drugs",
        "guidelines",
        "statements",
        "known_gaps",
        "statement_sets",
        "conditions",
    }
    write_manifest(copy, "small", sorted(f"{name}.tsv" for name in kept))
    assert faults(copy) == []


def test_an_older_release_without_known_gaps_shows_its_gaps(copy):
    write_manifest(copy, "older", [name for name in TABLES if name != "known_gaps.tsv"])
    codes = {line[1:11] for line in faults(copy)}
    assert codes == {FaultCode.UNREACHABLE, FaultCode.UNANSWERED}
