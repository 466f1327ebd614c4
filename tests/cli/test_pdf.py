"""PDF from the commands: the example patient, whole."""

from __future__ import annotations

import os

import pypdf
import pytest

from cli.support import EXAMPLES, PATIENT, pgx, pgx_process, refused
from pgx.inputs.release import knowledge_of
from pgx.reports.content.document import build_document
from pgx.reports.content.drug_groups import ACTIONABLE
from pgx.reports.content.release_facts import facts_for
from pgx.reports.result_json import read_result

LABORATORY = EXAMPLES / "laboratory.toml"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pdf") / "out"
    done = pgx(
        "annotate", PATIENT, "-o", folder, "--patient", EXAMPLES / "patient.json",
        "--outside-calls", EXAMPLES / "outside-calls.tsv", "--laboratory", LABORATORY,
        "--annex", "--format", "json,pdf,pdf-patient,pdf-card", "--quiet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def pages(path) -> list[str]:
    return [" ".join(p.extract_text().split()) for p in pypdf.PdfReader(path).pages]


def test_files_and_their_pages(results):
    names = {path.name for path in results.iterdir()}
    assert {f"EXAMPLE_1.pgx{end}" for end in (".pdf", ".patient.pdf", ".card.pdf")} <= names
    assert len(pages(results / "EXAMPLE_1.pgx.patient.pdf")) == 1
    assert len(pages(results / "EXAMPLE_1.pgx.card.pdf")) == 2


def test_page_one_has_every_actionable_drug_and_alert(results):
    saved = read_result(results / "EXAMPLE_1.pgx.json")
    document = build_document(saved, facts_for(saved, knowledge_of(None)))
    first, *others = pages(results / "EXAMPLE_1.pgx.pdf")
    said = first.casefold()
    asking = [d for g in document.groups if g.key in (*ACTIONABLE, "open_maybe") for d in g.drugs]
    assert len(asking) > 80
    medicines = {m.name for m in document.patient.current}
    assert all(name in first for name in medicines)
    assert [d.name for d in asking if not d.is_taken and d.name.casefold() not in said] == []
    taken = [d.drug for g in document.groups for d in g.drugs if d.is_taken]
    assert {"clopidogrel", "metoprolol"} <= set(taken)
    assert all(drug in said for drug in taken)
    assert all(alert in first for alert in document.alerts)
    # narrow columns divide words at the end of a line
    answer = "".join([first, *others[:3]]).replace("\u00ad", "").replace("- ", "").replace(" ", "")
    undivided = [gap.replace("- ", "").replace(" ", "") for gap in document.gaps]
    assert [gap for gap in undivided if gap.replace("-", "") not in answer.replace("-", "")] == []
    assert "Example Laboratory of Pharmacogenomics" in first


def test_every_gene_and_drug_has_a_heading(results):
    saved = read_result(results / "EXAMPLE_1.pgx.json")
    document = build_document(saved)
    titles = set()

    def walk(items):
        for item in items:
            if isinstance(item, list):
                walk(item)
            else:
                titles.add(item.title)

    walk(pypdf.PdfReader(results / "EXAMPLE_1.pgx.pdf").outline)
    assert {gene.gene for gene in document.genes} <= titles
    drugs = [d.name for g in document.groups if g.key in ACTIONABLE for d in g.drugs]
    assert [n for n in drugs if n not in titles and f"{n} (taken now)" not in titles] == []


def test_a_saved_result_gives_the_same_bytes(results, tmp_path):
    for kind in ("pdf", "patient.pdf", "card.pdf"):
        path = tmp_path / f"again.{kind}"
        saved = results / "EXAMPLE_1.pgx.json"
        annex = ["--annex"] if kind == "pdf" else []
        done = pgx("report", saved, "-o", path, "--laboratory", LABORATORY, *annex)
        assert done.returncode == 0, done.stderr
        assert path.read_bytes() == (results / f"EXAMPLE_1.pgx.{kind}").read_bytes()


def test_a_laboratory_that_cannot_be_read_stops_before_work(results, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text("nom = 'x'", encoding="utf-8")
    folder = tmp_path / "out"
    line = refused(3, "annotate", PATIENT, "-o", folder, "--format", "pdf", "--laboratory", bad)
    assert "PGX-LAB-001" in line
    assert not folder.exists()
    saved = results / "EXAMPLE_1.pgx.json"
    refused(3, "report", saved, "-o", tmp_path / "x.pdf", "--laboratory", bad)
    assert not (tmp_path / "x.pdf").exists()


def test_without_the_extra_nothing_is_written(results, tmp_path):
    fake = tmp_path / "fake"
    fake.mkdir()
    (fake / "typst.py").write_text(
        "raise ModuleNotFoundError('absent', name='typst')", encoding="utf-8"
    )
    path = f"{fake}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    saved = results / "EXAMPLE_1.pgx.json"
    own = {"run": pgx_process, "PYTHONPATH": path}
    line = refused(2, "report", saved, "-o", tmp_path / "x.pdf", **own)
    assert "pgx-therapy[pdf]" in line
    words = ("annotate", PATIENT, "-o", tmp_path / "o", "--format", "pdf", "--quiet")
    line = refused(2, *words, **own)
    assert "pgx-therapy[pdf]" in line
    assert not (tmp_path / "o").exists()
    assert not (tmp_path / "x.pdf").exists()
