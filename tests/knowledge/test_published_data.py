"""Public releases against our source files: the importers give what a person had put there."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from pgx.knowledge.importers.pharmcat_guidance import plain_text
from pgx.knowledge.importers.published import PublishedRelease, published_releases
from pgx.knowledge.importers.readings import sentence_digest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared")) / "reference"
PUBLIC = SOURCE / "public_formats"
pytestmark = [
    pytest.mark.validation,
    pytest.mark.skipif(not PUBLIC.is_dir(), reason="the validation data folder is absent"),
]
RULE = ("function_1", "function_2", "activity_score", "phenotype", "lookup_key")


@pytest.fixture(scope="module")
def pharmcat() -> PublishedRelease:
    (found,) = published_releases(PUBLIC / "pharmcat-3.1.1")
    return found


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def guidance_rows() -> list[dict]:
    paths = [*SOURCE.glob("guidelines_*.jsonl"), *SOURCE.glob("2026-07/guidance/changed_*.jsonl")]
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


def test_definitions_of_pharmcat_are_those_of_our_source_files(pharmcat):
    assert pharmcat.source == "pharmcat-2025-11-05"
    assert len(pharmcat.definitions) == 20
    for gene, found in pharmcat.definitions.items():
        ours = json.loads((SOURCE / "alleles" / f"{gene}.json").read_text("utf-8"))
        for part in ("gene", "version", "chromosome", "refseq", "variants", "alleles"):
            assert found[part] == ours[part], (gene, part)
        assert found.get("notes") == ours.get("notes"), gene


def test_functions_and_rules_of_pharmcat_are_those_of_our_source_files(pharmcat):
    assert len(pharmcat.functions) == len(pharmcat.rules) == 16
    for gene, functions in pharmcat.functions.items():
        name = gene.replace("-", "_")
        assert functions == table(SOURCE / "phenotypes" / f"{name}.functions.tsv"), gene
        rules = table(SOURCE / "phenotypes" / f"{name}.rules.tsv")
        ours = [{column: row[column] for column in RULE} for row in rules]
        assert pharmcat.rules[gene] == ours, gene


def test_a_file_that_is_cut_short_is_reported(pharmcat):
    assert [(s.file, s.what) for s in pharmcat.unread] == [
        ("definition/alleles/SLCO1B1_translation.json", "allele *45"),
        ("phenotype/CYP2C9.json.gz", "file"),
    ]
    assert "not JSON" in pharmcat.unread[1].why


def test_sample_guidance_has_the_digests_under_which_it_was_read():
    (found,) = published_releases(PUBLIC / "pharmcat-guidance-sample")
    assert len(found.guidance) == 2
    for row in found.guidance:
        (ours,) = (
            known
            for known in guidance_rows()
            if known["guideline_id"] == row["guideline_id"]
            and known["lookup_keys"] == row["lookup_keys"]
        )
        assert sentence_digest(row["text"]) == sentence_digest(ours["text"])
        for part in ("source", "guideline", "genes", "drugs", "population", "classification"):
            assert row[part] == ours[part]
        for part in ("implications", "dosing_information", "alternate_drug", "other_guidance"):
            assert row[part] == ours[part]


def test_every_text_that_was_read_keeps_its_digest():
    texts = [text for row in guidance_rows() for text in (row["text"] or "", *row["implications"])]
    assert len(texts) > 3000
    changed = [
        t for t in texts if sentence_digest(plain_text(f"<p>{t}</p>\n")) != sentence_digest(t)
    ]
    assert not changed


def test_positions_of_pypgx_are_those_of_our_source_files():
    (found,) = published_releases(PUBLIC / "pypgx-0.26")
    assert found.source == "pypgx-0.26"
    ours = {(r["gene"], r["grch38_position"]): r for r in table(SOURCE / "build_positions.tsv")}
    common = [row for row in found.positions if (row["gene"], row["grch38_position"]) in ours]
    assert len(common) == 742
    for row in common:
        known = ours[row["gene"], row["grch38_position"]]
        assert row["grch37_position"] == known["grch37_position"]
        if not known["check"].startswith("no 1000G"):
            assert row["check"] == known["check"]
        if known["check"] == "REFERENCE DIFFERS":
            assert row["grch37_ref_seen"] == known["grch37_ref_seen"]
    assert sum(row["check"] == "REFERENCE DIFFERS" for row in common) == 5


def test_pypgx_adds_genes_that_pharmcat_does_not_define():
    releases = published_releases(PUBLIC)
    pharmcat, pypgx = releases
    assert len(pypgx.definitions) == 64
    assert not set(pypgx.definitions) & {*pharmcat.definitions, *pharmcat.functions}
    assert "CYP1A2" in pypgx.definitions
    refused = [s.what for s in pypgx.unread if "PGX-" in s.why]
    assert refused == ["gene ACYP2", "gene CYP17A1", "gene SULT1A1"]
