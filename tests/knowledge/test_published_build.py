"""Releases made of published files: the same facts give the same release, updates are named."""

from __future__ import annotations

import json
import os
import time
from itertools import combinations_with_replacement, product
from pathlib import Path

import msgspec
import pytest

from cli.support import pgx
from pgx.errors import UnreviewedError
from pgx.inputs.release_check import verify_folder
from pgx.knowledge.changes import ChangeKind, changes
from pgx.knowledge.importers.guideline_rows import AUTHORITIES, SourceRow, standing_rows
from pgx.knowledge.importers.readings import load_readings, normalise_sentence
from pgx.knowledge.importers.source_build import build_release
from pgx.knowledge.importers.source_folders import SourceFolders, files_of, source_rows
from pgx.knowledge.published import build_from, build_published, is_private
from pgx.knowledge.review import format_review, read_reviews, review_rows
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.advice import NOT_CODED
from release_sources import source_folders

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared")) / "reference"
PUBLIC = DATA / "public_formats"
needs_data = pytest.mark.skipif(not PUBLIC.is_dir(), reason="the validation data folder is absent")
RELEASE = ROOT / "data" / "knowledgebase"
READINGS = RELEASE / "readings"
SOURCES = source_folders(DATA)


def newest(name: str) -> list[SourceRow]:
    """Return the rows of CPIC or DPWG that stand in July 2026, by their own keys."""
    [authority] = [a for a in AUTHORITIES if a.name == name]
    readings = load_readings(READINGS, name.lower())
    files = files_of(authority, SourceFolders(SOURCES))
    rows = standing_rows(source_rows(files, authority, readings.keys), readings.withdrawn)
    last = {(r.guideline_id, r.drug, r.population or "general", r.keys): r for r in rows}
    return list(last.values())


def guidance_file(rows: dict[str, list[SourceRow]]) -> dict:
    """Return a guidance file in the schema of PharmCAT."""
    guidelines: dict[str, dict] = {}
    for name, own in rows.items():
        for number, row in enumerate(own):
            genes = sorted({gene for gene, _ in row.keys})
            about = {
                "id": row.guideline_id, "name": row.guideline_id, "objCls": "Guideline Annotation",
                "source": name, "version": 1, "url": None, "recommendation": True,
                "relatedChemicals": [], "relatedAlleles": [],
                "relatedGenes": [{"id": g, "name": g, "symbol": g} for g in genes],
            }  # fmt: skip
            package = guidelines.setdefault(
                row.guideline_id,
                {"guideline": about, "recommendations": [], "citations": [], "url": "https://x"},
            )
            chemical = {"id": row.drug, "name": row.drug, "symbol": None}
            text = row.sentence.replace("&", "&amp;").replace("<", "&lt;")
            package["recommendations"].append(
                {
                    "id": f"PA{number}", "name": f"Recommendation {number}",
                    "population": row.population or None,
                    "classification": {"term": row.classification, "termId": "x"},
                    "relatedChemicals": [chemical],
                    "text": {"id": number, "html": f"<p>{text}</p>\n"},
                    "implications": list(row.implications),
                    "lookupKey": [dict(row.keys)],
                    "dosingInformation": "dosing_information" in row.flags,
                    "alternateDrugAvailable": "alternate_drug" in row.flags,
                    "otherPrescribingGuidance": "other_guidance" in row.flags,
                }
            )  # fmt: skip
            known = {c["pmid"] for c in package["citations"]}
            package["citations"] += [
                {"pmid": p, "title": "t", "journal": "j", "year": 2020, "_sameAs": "x"}
                for p in row.pmids
                if p not in known
            ]
    return {"guidelines": list(guidelines.values())}


@needs_data
@pytest.mark.validation
def test_the_same_facts_in_another_form_give_the_same_advice(tmp_path):
    """Advice of CPIC and DPWG, written in PharmCAT's schema, is read as it is from our sources."""
    rows = {name: newest(name) for name in ("CPIC", "DPWG")}
    (tmp_path / "in").mkdir()
    text = json.dumps(guidance_file(rows))
    (tmp_path / "in" / "prescribing_guidance.json").write_text(text, encoding="utf-8")
    shipped = KnowledgeBase()
    start = time.process_time()
    report = build_published([tmp_path / "in"], shipped, tmp_path / "out", "2026.12.2")
    assert time.process_time() - start < 60
    assert not report.build.unread
    kb, findings = verify_folder(tmp_path / "out")
    assert kb is not None
    assert not findings
    found = [
        c for c in changes(shipped, kb) if c.kind not in (ChangeKind.REFERENCES, ChangeKind.WORDING)
    ]
    assert found == []
    words = {(s.authority, s.drug): s.words for s in kb.statements if s.words}
    assert "Avoid" in words["DPWG", "siponimod"] or words["DPWG", "siponimod"]
    assert all(s.words for s in kb.statements if s.authority == "CPIC" and s.drug != "warfarin")


@needs_data
@pytest.mark.validation
def test_published_tables_are_laid_over_the_release(tmp_path):
    """PharmCAT of November 2025 takes away what came later, and changes no advice of ours."""
    shipped = KnowledgeBase()
    report = build_published([PUBLIC / "pharmcat-3.1.1"], shipped, tmp_path, "2026.12.2")
    assert not verify_folder(tmp_path)[1]
    kb = KnowledgeBase(tmp_path)
    kinds = {c.kind for c in changes(shipped, kb)}
    assert kinds <= {
        ChangeKind.ALLELE_NEW, ChangeKind.ALLELE_GONE, ChangeKind.FUNCTION, ChangeKind.RULE_GONE,
        ChangeKind.POSITION_GONE,
        ChangeKind.POSITION_ALLELES,
    }  # fmt: skip
    assert "*2" in {a.name for a in kb.genes["NUDT15"].alleles}  # as it was then
    # What the files lack keeps its source: functions of CYP2D6, of which no file is there.
    rows = {r["allele"]: r for r in kb.table("alleles") if r["gene"] == "CYP2D6"}
    assert (rows["*4"]["function"], rows["*4"]["function_source"]) == ("0.0", "clinpgx-2026-07")
    assert rows["*4"]["source"] == "pharmcat-2025-11-05"
    said = " ".join(f"{s.what} {s.why}" for s in report.unused)
    assert "download the file again" in said  # one of the files is cut short


@needs_data
@pytest.mark.validation
def test_pypgx_adds_genes_that_no_other_source_has(tmp_path):
    shipped = KnowledgeBase()
    build_published([PUBLIC / "pypgx-0.26"], shipped, tmp_path, "2026.12.2")
    assert not verify_folder(tmp_path)[1]
    kb = KnowledgeBase(tmp_path)
    assert {c.kind for c in changes(shipped, kb)} == {ChangeKind.GENE_NEW}
    assert len(kb.genes) > 80
    assert kb.genes["CYP2D6"] == shipped.genes["CYP2D6"]


def test_the_form_of_a_folder_is_known_by_its_files(tmp_path):
    for name, file in (("ours", "guidelines_2026-07.jsonl"), ("theirs", "x_translation.json")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text("{}\n")
    assert is_private(tmp_path / "ours")
    assert not is_private(tmp_path / "theirs")
    done = pgx("kb", "build", "--from", tmp_path / "theirs", "--release", "x", "-o", tmp_path / "o")
    assert done.returncode == 3
    assert not (tmp_path / "o").exists()
    done = pgx("kb", "build", "--from", tmp_path / "theirs", "--release", "x", "--until", "2024-05")
    assert done.returncode == 2


@needs_data
@pytest.mark.validation
def test_published_files_are_laid_over_source_files_of_one_build(tmp_path):
    folders = [PUBLIC / "pypgx-0.26", *SOURCES]
    built = build_from(folders, unused_base, tmp_path / "one", "2026.12.2", written=RELEASE)
    assert any("pypgx" in source for source, _ in built.gave)
    build_release(SOURCES, tmp_path / "low", "2026.12.2", written=RELEASE)
    low = KnowledgeBase(tmp_path / "low")
    build_published(folders[:1], low, tmp_path / "two", "2026.12.2")
    digests = [(tmp_path / name / "manifest.json").read_bytes() for name in ("one", "two")]
    assert digests[0] == digests[1]
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def unused_base():
    raise AssertionError("there is a release below already")


# --- an update: what changed is named, and nothing is lost -----------------------------------

RENAMED = {"*24": "*124", "*25": "*125", "*26": "*126"}
REMOVED = ("*30", "*31")
CHANGED = {f"*{n}": "No function" for n in (9, 12, 32, 36, 40)} | {
    f"*{n}": "Uncertain function" for n in (5, 6, 7, 10, 13)
}


def tpmt(kb: KnowledgeBase, *, updated: bool) -> tuple[dict, dict]:
    """Return TPMT of a release in the schema of PharmCAT: definition and phenotype."""
    gene = kb.genes["TPMT"]
    named = [a for a in gene.alleles if not (updated and a.name in REMOVED)]
    name = {a.name: RENAMED.get(a.name, a.name) if updated else a.name for a in named}
    function = {
        name[a.name]: CHANGED.get(a.name, a.function) if updated else a.function for a in named
    }
    variants = [
        {
            "chromosome": gene.contig, "position": v.position, "cpicPosition": v.position,
            "rsid": v.rsid or None, "chromosomeHgvsName": v.hgvs_g, "ref": v.ref,
            "cpicAlleles": list(v.alleles), "alts": list(v.alts),
            "cpicToVcfAlleleMap": {allele: allele for allele in v.alleles},
        }
        for v in gene.variants
    ]  # fmt: skip
    alleles = []
    for a in named:
        cells = [v.ref if a.is_reference else a.defining.get(v.position) for v in gene.variants]
        alleles.append(
            {
                "name": name[a.name], "id": a.identifier, "alleles": cells, "cpicAlleles": cells,
                "reference": a.is_reference, "structuralVariant": False, "corePositions": [],
            }
        )  # fmt: skip
    definition = {
        "formatVersion": "2", "source": "CLINPGX", "version": "2026-11-02-00-00", "gene": "TPMT",
        "chromosome": gene.contig, "genomeBuild": "GRCh38.p14", "variants": variants,
        "refSeqChromosomeId": "NC_000006.12", "namedAlleles": alleles,
    }  # fmt: skip
    return definition, _phenotypes(gene, function)


def _phenotypes(gene, function: dict[str, str]) -> dict:
    rules = {frozenset((r.function_1, r.function_2)): r for r in gene.rules}
    diplotypes = []
    for one, other in combinations_with_replacement(sorted(function), 2):
        rule = rules.get(frozenset((function[one], function[other])))
        if rule is not None:
            key = {one: 2} if one == other else {one: 1, other: 1}
            diplotypes.append(
                {
                    "generesult": rule.phenotype, "diplotype": f"{one}/{other}",
                    "lookupkey": rule.lookup_key, "diplotypekey": key, "activityScore": None,
                    "phenotype": rule.phenotype, "description": None,
                }
            )  # fmt: skip
    named = [
        {"name": n, "activityValue": None, "functionValue": f, "lookupKey": f}
        for n, f in function.items()
    ]
    return {
        "gene": "TPMT", "haplotypes": function, "activityValues": {}, "diplotypes": diplotypes,
        "namedAlleles": named, "version": "2026-11-02-00-00",
    }  # fmt: skip


def write_folder(folder: Path, rows: dict[str, list[SourceRow]], gene: tuple[dict, dict]) -> Path:
    """Write a folder of published files."""
    for place, document in (
        ("definition/alleles/TPMT_translation.json", gene[0]),
        ("phenotype/TPMT.json", gene[1]),
        ("prescribing_guidance.json", guidance_file(rows)),
    ):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document), encoding="utf-8")
    return folder


def _named(change) -> str:
    return change.where.removeprefix("allele ")


@pytest.mark.exhaustive
@needs_data
@pytest.mark.validation
def test_an_update_is_named_and_nothing_is_lost(tmp_path):
    """30 rewritten texts, 5 new drugs, 10 functions, 3 names and 2 alleles: exactly these."""
    shipped = KnowledgeBase()
    rows = {name: newest(name) for name in ("CPIC", "DPWG")}
    before = write_folder(tmp_path / "before", rows, tpmt(shipped, updated=False))
    build_published([before], shipped, tmp_path / "one", "2026.12.2")
    one = KnowledgeBase(tmp_path / "one")

    texts = sorted({normalise_sentence(r.sentence) for r in rows["CPIC"] if "%" in r.sentence})[:30]
    rewritten = {text: f"{text} Tell the patient so." for text in texts}
    assert len(rewritten) == 30

    def reworded(row: SourceRow) -> SourceRow:
        text = rewritten.get(normalise_sentence(row.sentence), row.sentence)
        return msgspec.structs.replace(row, sentence=text)

    later = list(map(reworded, rows["CPIC"]))
    models = [r for r in rows["CPIC"] if r.drug == "abacavir"]
    new = [
        msgspec.structs.replace(
            model, drug=f"examplol-{n}", guideline_id=f"PA9{n}", sentence=f"Mind examplol-{n}."
        )
        for n in range(5)
        for model in models
    ]
    updated = {"CPIC": [*later, *new], "DPWG": rows["DPWG"]}
    after = write_folder(tmp_path / "after", updated, tpmt(shipped, updated=True))
    with pytest.raises(UnreviewedError, match="35 texts"):
        build_published([after], one, tmp_path / "two", "2026.12.3")
    assert not (tmp_path / "two").exists()

    report = build_published([after], one, tmp_path / "two", "2026.12.3", allow_unreviewed=True)
    two, findings = verify_folder(tmp_path / "two")
    assert not findings
    uncoded = [s for s in two.statements if s.action == (NOT_CODED,)]
    assert {s.words for s in uncoded} == {*rewritten.values(), *(r.sentence for r in new)}
    # Every lookup that was answered before is answered now, by its old advice or by its text.
    asked = [
        {
            (s.authority, s.drug, s.population, gene_keys)
            for s in kb.statements
            for factors in s.lookup
            for gene_keys in product(*([(g, k) for k in keys] for g, keys in factors))
        }
        for kb in (one, two)
    ]
    assert asked[0] <= asked[1]
    withdrawn = {item.before for item in report.build.unread if item.before}
    assert withdrawn

    found = changes(one, two)
    of_kind = {kind: [c for c in found if c.kind is kind] for kind in ChangeKind}
    assert {_named(c) for c in of_kind[ChangeKind.ALLELE_NEW]} == set(RENAMED.values())
    assert {_named(c) for c in of_kind[ChangeKind.ALLELE_GONE]} == {*RENAMED, *REMOVED}
    assert {_named(c) for c in of_kind[ChangeKind.FUNCTION]} == set(CHANGED)
    assert {c.subject for c in of_kind[ChangeKind.DRUG_NEW]} == {r.drug for r in new}
    said = {c.subject for c in of_kind[ChangeKind.ACTION]}
    assert said == {r.drug for r in rows["CPIC"] if normalise_sentence(r.sentence) in rewritten}
    assert {c.subject for c in of_kind[ChangeKind.LOOKUP_NEW]} == {r.drug for r in new}
    quiet = {
        ChangeKind.ALLELE_NEW, ChangeKind.ALLELE_GONE, ChangeKind.FUNCTION, ChangeKind.DRUG_NEW,
        ChangeKind.ACTION,
        ChangeKind.LOOKUP_NEW,
        ChangeKind.POSITION_GONE, ChangeKind.RULE_GONE, ChangeKind.STATUS, ChangeKind.REFERENCES,
        ChangeKind.WORDING,
    }  # fmt: skip
    assert {c.kind for c in found} <= quiet

    # A reviewer reads all 35; then no text is open, and the release advises again.
    listed = review_rows(two)
    assert len(listed) == 35
    signed = [
        {**row, "reviewer": "A. Reader", "date": "2026-12-02", "note": "exempt: a test",
         "action": row["action"] or "caution"}
        for row in listed
    ]  # fmt: skip
    (tmp_path / "review.tsv").write_text(format_review(signed), encoding="utf-8")
    reviews = read_reviews([tmp_path / "review.tsv"])
    done = build_published([after], one, tmp_path / "three", "2026.12.4", reviews=reviews)
    assert not done.build.unread
    three = KnowledgeBase(tmp_path / "three")
    assert not [s for s in three.statements if s.action == (NOT_CODED,)]
    assert not review_rows(three)
