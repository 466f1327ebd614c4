"""Releases made of published files: the same facts give the same release, updates are named."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from cli.support import pgx
from pgx.knowledge.changes import Kind, changes
from pgx.knowledge.importers.authorities import AUTHORITIES
from pgx.knowledge.importers.layers import SourceFolders
from pgx.knowledge.importers.readings import load_readings
from pgx.knowledge.importers.releases import SourceRow, source_rows, standing_rows
from pgx.knowledge.published import build_published, is_private
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.pipeline.verify import verify_folder

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared")) / "reference"
PUBLIC = DATA / "public_formats"
needs_data = pytest.mark.skipif(not PUBLIC.is_dir(), reason="the validation data folder is absent")
READINGS = ROOT / "data" / "knowledgebase" / "readings"


def newest(name: str) -> list[SourceRow]:
    """Return the rows of CPIC or DPWG that stand in July 2026, by their own keys."""
    [authority] = [a for a in AUTHORITIES if a.name == name]
    readings = load_readings(READINGS, name.lower())
    files = authority.files_in(SourceFolders((DATA, DATA / "2026-07")))
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
    found = [c for c in changes(shipped, kb) if c.kind not in (Kind.REFERENCES, Kind.WORDING)]
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
        Kind.ALLELE_NEW, Kind.ALLELE_GONE, Kind.FUNCTION, Kind.RULE_GONE, Kind.POSITION_GONE,
        Kind.POSITION_ALLELES,
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
    assert {c.kind for c in changes(shipped, kb)} == {
        Kind.GENE_NEW,
        Kind.ALLELE_NEW,
        Kind.POSITION_NEW,
    } or ({c.kind for c in changes(shipped, kb)} == {Kind.GENE_NEW})
    assert len(kb.genes) > 80
    assert kb.genes["CYP2D6"] == shipped.genes["CYP2D6"]


def test_folders_of_both_forms_are_not_mixed(tmp_path):
    for name, file in (("ours", "guidelines_2026-07.jsonl"), ("theirs", "x_translation.json")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text("{}\n")
    assert is_private(tmp_path / "ours")
    assert not is_private(tmp_path / "theirs")
    done = pgx("kb", "build", "--from", tmp_path / "ours", tmp_path / "theirs",
               "--release", "2026.12.2", "-o", tmp_path / "out")  # fmt: skip
    assert done.returncode == 2
    assert "in one build" in done.stderr
    done = pgx("kb", "build", "--from", tmp_path / "theirs", "--release", "x", "-o", tmp_path / "o")
    assert done.returncode == 3
    assert not (tmp_path / "o").exists()
