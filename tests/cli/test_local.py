"""``--kb-overlay`` and ``--overrides`` at the command: files, exit statuses, one line."""

from __future__ import annotations

import json
import shutil

import pytest

import laboratory
from cases import one_test
from cli.support import EXAMPLES, PATIENT, calls, pgx, refused

RULES = EXAMPLES / "local-rules"
GENE_VCF = EXAMPLES / "local.vcf"
DECIDED = EXAMPLES / "overrides.tsv"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("local") / "out"
    done = pgx("annotate", PATIENT, GENE_VCF, "-o", folder, "--kb-overlay", RULES,
               "--overrides", DECIDED, "--quiet")  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def table(path) -> list[dict[str, str]]:
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    return [dict(zip(header.split("\t"), row.split("\t"), strict=True)) for row in rows]


def test_annotate_writes_local_calls_advice_and_decisions(written):
    assert calls(written)["EXAMPLE_1", "LAB1"]["diplotype"] == "*1/*2"
    rows = table(written / "recommendations.tsv")
    assert {r["drug"] for r in rows if r["source"] == "LOCAL"} == {"clopidogrel", "examplol"}
    gene, drug = table(written / "overrides.tsv")
    assert gene["computed"] == "called: *1/*2 (Intermediate Metabolizer)"
    assert drug["computed"].startswith("CPIC acs_or_pci: avoid+alternative, certain; CPIC")
    assert drug["computed"].endswith("LOCAL general: alternative, certain")
    assert (drug["gene"], drug["drug"]) == ("", "clopidogrel")
    assert drug["says"] == "Clopidogrel may go on until the stent is out"


def test_the_report_names_laboratory_reviewer_and_who_decided(written):
    page = (written / "EXAMPLE_1.pgx.html").read_text(encoding="utf-8")
    assert "Example Hospital Laboratory, 2025.2, 2025-10-15" in page
    assert "Example Hospital Laboratory (local rule): House rule" in page
    assert "source pathway-2025, reviewed by Dr. A. Example, 2025-10-01" in page
    assert "Clopidogrel may go on until the stent is out" in page
    assert "Dr. A. Example, 2025-10-21" in page
    tree = json.loads((written / "EXAMPLE_1.pgx.json").read_text(encoding="utf-8"))
    assert tree["provenance"]["overlay"]["digest"] in page


def test_a_report_of_the_saved_result_is_the_same(written, tmp_path):
    saved = written / "EXAMPLE_1.pgx.json"
    done = pgx("report", saved, "-o", tmp_path / "a.html", "--kb-overlay", RULES)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.html").read_bytes() == (written / "EXAMPLE_1.pgx.html").read_bytes()
    assert pgx("report", saved, "-o", tmp_path / "b.html").returncode == 0
    bare = (tmp_path / "b.html").read_text(encoding="utf-8")
    assert "reviewed by Dr. A. Example" in bare


def test_reinterpret_takes_the_folder(written, tmp_path):
    saved = written / "EXAMPLE_1.pgx.json"
    words = ["reinterpret", saved, "--quiet", "-o"]
    assert pgx(*words, tmp_path / "with", "--kb-overlay", RULES).returncode == 0
    assert table(tmp_path / "with" / "changes.tsv") == []
    for name in ("EXAMPLE_1.pgx.json", "EXAMPLE_1.pgx.html", "overrides.tsv"):
        assert (tmp_path / "with" / name).read_bytes() == (written / name).read_bytes()
    assert pgx(*words, tmp_path / "without").returncode == 0
    gone = table(tmp_path / "without" / "changes.tsv")
    assert {(r["subject"], r["source"], r["after"]) for r in gone} == {
        ("clopidogrel", "LOCAL", ""), ("examplol", "LOCAL", ""),
    }  # fmt: skip


def test_check_and_kb_take_the_folder():
    done = pgx("check", GENE_VCF, "--genes", "LAB1", "--kb-overlay", RULES, "--json-lines")
    assert done.returncode == 0
    assert json.loads(done.stdout)["gene"] == "LAB1"
    for words, name in ((["genes"], "LAB1"), (["drugs"], "examplol"), (["show", "LAB1"], "*3")):
        assert name in pgx("kb", *words, "--kb-overlay", RULES).stdout


def test_verify_says_what_a_folder_holds():
    done = pgx("kb", "verify", "--kb-overlay", RULES)
    assert done.returncode == 0
    _, line = done.stderr.splitlines()
    assert line.startswith("overlay of Example Hospital Laboratory 2025.2 of 2025-10-15 (")
    assert "4 statements" in line


def test_a_bad_folder_ends_with_4_before_anything_is_written(tmp_path):
    folder = laboratory.folder_in(tmp_path)
    laboratory.change(folder, "statements", 0, reviewer="")
    out = tmp_path / "out"
    said = "[PGX-KB-003] statements.tsv line 2: no reviewer"
    words = ["--kb-overlay", folder]
    assert refused(4, "annotate", PATIENT, "-o", out, *words).startswith(said)
    assert not out.exists()
    assert refused(4, "check", PATIENT, *words).startswith(said)
    done = pgx("kb", "verify", *words)
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1].startswith(said)


@one_test
@pytest.mark.parametrize(
    ("old", "new", "status", "code"),
    [
        ("EXAMPLE_1\tLAB1", "NOBODY\tLAB1", 3, "PGX-SMP-001"),
        ("\tLAB1\t", "\tLAB9\t", 2, "PGX-USE-002"),
        ("\tclopidogrel\t", "\tunobtainium\t", 2, "PGX-USE-004"),
        ("\t2025-10-20\t", "\tlast week\t", 3, "PGX-OVR-001"),
        ("reason", "why", 3, "PGX-OVR-001"),
    ],
)
def test_bad_decisions_end_with_one_line(tmp_path, old, new, status, code):
    path = tmp_path / "o.tsv"
    path.write_text(DECIDED.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    out = tmp_path / "out"
    line = refused(status, "annotate", PATIENT, "-o", out, "--kb-overlay", RULES,
                   "--overrides", path)  # fmt: skip
    assert line.startswith(f"[{code}]")
    assert not out.exists()


def test_decisions_of_an_earlier_run_go(written, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(written, out)
    done = pgx("annotate", PATIENT, "-o", out, "--force", "--quiet", "--format", "tsv")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(p.name for p in out.iterdir()) == ["calls.tsv", "recommendations.tsv"]
