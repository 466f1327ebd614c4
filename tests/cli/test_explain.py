"""``pgx explain``: the evidence of a saved call, whoever saved it, harmless to a terminal."""

from __future__ import annotations

import json

import pytest

from cases import one_test
from cli.support import PATIENT, pgx, refused
from reports import factory
from simulated import vcf_file

HOSTILE = "\x1b[31mred\x07\u202e"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    path = vcf_file(
        folder,
        {"CYP2C19": "*2/*17", "TPMT": "*1/*3A"},
        missing=[("CYP2C19", 94780653)],
        phased=False,
    )
    done = pgx("annotate", path, "-o", folder / "out", "--format", "json", "--quiet")
    assert done.returncode == 0, done.stderr
    return folder / "out" / "S1.pgx.json"


def explained(path, gene, *words):
    done = pgx("explain", path, "--gene", gene, *words)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def changed(results, tmp_path, **values):
    """Save a result again with other values for its call of CYP2C19."""
    tree = json.loads(results.read_text(encoding="utf-8"))
    for call in tree["calls"]:
        if call["gene"] == "CYP2C19":
            call.update(values)
    path = tmp_path / "changed.pgx.json"
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


def test_the_conclusion_comes_first_then_what_supports_it(results):
    text = explained(results, "CYP2C19")
    first, *rest = text.splitlines()
    assert first == "CYP2C19 *2/*17"
    said = " ".join(" ".join(rest).split())
    assert "*17: 1 of 1 variants detected: T at chr10:94761900 (rs12248560)" in said
    assert "chr10:94781859 rs4244285 G/A variant record" in said
    assert "no record: chr10:94780653" in said
    order = [
        text.index(t) for t in ("Matching variants", "Alternative diplotypes", "Tested positions")
    ]
    assert order == sorted(order)


def test_what_excludes_the_next_best_is_named(results):
    text = explained(results, "TPMT")
    assert " observed, " in text
    assert " required" in text
    assert "Excluded" in text
    assert "*3B/*3C" in text


def test_reference_positions_are_folded_unless_asked_for(results):
    short, long = explained(results, "CYP2C19"), explained(results, "CYP2C19", "--all")
    assert "more with the reference allele only (variant record " in short
    assert "--all lists them" in short
    assert "rs28399504" not in short
    assert "rs28399504" in long
    assert "--all" not in long


@one_test
@pytest.mark.parametrize("gene", ["CYP2C19", "CYP2D6", "HLA-B", "RYR1", "G6PD"])
def test_no_line_is_wider_than_100_columns(results, gene):
    lines = explained(results, gene).splitlines()
    assert max(map(len, lines)) <= 100
    assert not [line for line in lines if line != line.rstrip()]


def test_one_object(results):
    tree = json.loads(explained(results, "CYP2C19", "--json-lines"))
    assert (tree["gene"], tree["diplotype"]) == ("CYP2C19", "*2/*17")
    assert tree["knowledge_release"]
    assert len(tree["sites"]) == tree["n_positions"]
    assert {s["name"] for s in tree["evidence"]["strands"]} == {"*2", "*17"}
    assert tree["evidence"]["rivals"]


def test_the_saved_result_holds_the_evidence(results):
    [saved] = [
        c for c in json.loads(results.read_text(encoding="utf-8"))["calls"] if c["gene"] == "TPMT"
    ]
    assert json.loads(explained(results, "TPMT", "--json-lines"))["evidence"] == saved["evidence"]


def test_a_result_without_evidence_gets_it(results, tmp_path):
    bare = changed(results, tmp_path, evidence=None)
    assert explained(bare, "CYP2C19") == explained(results, "CYP2C19")


def test_a_gene_that_was_not_called_says_so(results):
    text = explained(results, "HLA-B")
    assert "Not assessed" in text
    assert "not based on positions in this input" in text


def test_another_release_is_said(results, tmp_path):
    tree = json.loads(results.read_text(encoding="utf-8"))
    tree["provenance"]["knowledge_digest"] = "0" * 64
    tree["provenance"]["knowledge_release"] = f"1999.1{HOSTILE}"
    path = tmp_path / "old.pgx.json"
    path.write_text(json.dumps(tree), encoding="utf-8")
    done = pgx("explain", path, "--gene", "TPMT")
    assert done.returncode == 0
    [hint] = done.stderr.splitlines()
    assert hint.startswith("hint: the result was made with knowledge base 1999.1")
    assert hint.isprintable()
    assert done.stdout
    assert not pgx("explain", path, "--gene", "TPMT", "--quiet").stderr


@pytest.mark.parametrize("words", [[], ["--all"], ["--json-lines"]], ids=str)
def test_hostile_strings_do_not_reach_the_terminal(results, tmp_path, words):
    site = {
        "position": HOSTILE, "rsid": HOSTILE, "alleles": [HOSTILE, "."], "ref": HOSTILE,
        "evidence": HOSTILE, "reason": HOSTILE, "phased": True, "phase_block": 1,
        "gq": None, "dp": None,
    }  # fmt: skip
    needs = {"position": HOSTILE, "rsid": HOSTILE, "needs": [HOSTILE], "state": "matched"}
    against = {
        "position": HOSTILE, "rsid": HOSTILE, "observed": [HOSTILE], "needs": [[HOSTILE]],
        "kind": HOSTILE, "phased": False,
    }  # fmt: skip
    evidence = {
        "strands": [
            {"name": HOSTILE, "function": HOSTILE, "n_named": 1, "n_answered": 1,
             "variants": [needs]}
        ],
        "rivals": [
            {"diplotype": HOSTILE, "functions": [HOSTILE], "why": HOSTILE, "probability": None,
             "contradictions": [against], "open_sites": [], "open_phase": [], "n_alike": 1}
        ],
    }  # fmt: skip
    path = changed(
        results, tmp_path, diplotype=HOSTILE, phenotype=HOSTILE, notes=[HOSTILE],
        missing=[HOSTILE], sites=[site], evidence=evidence,
    )  # fmt: skip
    text = explained(path, "CYP2C19", *words)
    assert all(c.isprintable() or c == "\n" for c in text)


@one_test
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.json", '{"sample": "S1"'),
        ("other.json", '{"a": 1}'),
        ("empty.json", ""),
        ("list.json", "[]"),
        ("deep.json", "[" * 100_000),
    ],
)
def test_a_damaged_result_is_status_3(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert name in refused(3, "explain", path, "--gene", "CYP2C19")


def test_impossible_probabilities_are_damage(results, tmp_path):
    path = changed(results, tmp_path, probability=1.5)
    assert "probability" in refused(3, "explain", path, "--gene", "CYP2C19")


def test_a_missing_file_is_status_3(tmp_path):
    refused(3, "explain", tmp_path / "no.json", "--gene", "CYP2C19")


@pytest.mark.parametrize(
    "words", [[], ["{}"], ["{}", "--gene", "NOPE"], ["{}", "--gene", "TPMT", "--nonsense"]], ids=str
)
def test_wrong_usage_is_status_2(results, words):
    refused(2, "explain", *(word.format(results) for word in words))


def test_a_call_of_another_method(tmp_path):
    table = tmp_path / "outside.tsv"
    table.write_text("gene\tdiplotype\nCYP2C19\t*1/*2\n", encoding="utf-8")
    out = tmp_path / "out"
    words = ["--genes", "CYP2C19", "--format", "json", "--quiet", "--outside-calls", table]
    assert pgx("annotate", PATIENT, "-o", out, *words).returncode == 0
    text = explained(out / "EXAMPLE_1.pgx.json", "CYP2C19")
    assert text.startswith("CYP2C19 *1/*2\n")
    assert "another method" in text
    assert "not based on positions in this input" in text


def test_a_call_of_another_method_that_the_input_contradicts(tmp_path):
    table = tmp_path / "outside.tsv"
    table.write_text("gene\tdiplotype\nCYP2C19\t*3/*3\n", encoding="utf-8")
    out = tmp_path / "out"
    words = ["--genes", "CYP2C19", "--format", "json", "--quiet", "--outside-calls", table]
    assert pgx("annotate", PATIENT, "-o", out, *words).returncode == 0
    text = explained(out / "EXAMPLE_1.pgx.json", "CYP2C19")
    assert "Reported by another method: *3/*3" in text
    assert "chr10:94780653 (rs4986893): G/G observed, A/A required" in text


def test_a_result_made_by_hand(tmp_path):
    from pgx.reports.result_json import render_json

    path = tmp_path / "made.pgx.json"
    path.write_bytes(render_json(factory.result()))
    done = pgx("explain", path, "--gene", "CYP2B6", "--quiet")
    assert done.returncode == 0
    assert "one of 2 possible diplotypes" in done.stdout
