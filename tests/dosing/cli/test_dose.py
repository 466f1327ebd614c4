"""``pgx dose``: text and JSON, refusals with their codes, no library that is not needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from cases import sampled
from dosing.invented import IWPC, ROOT, needs_data

KNOWN = ("--set", "age_years=63", "--set", "sex=female", "--set", "race=White", "--set",
         "height_cm=165", "--set", "weight_kg=72.5", "--set", "vkorc1=A/G", "--set",
         "cyp2c9=*1/*3")  # fmt: skip


def test_text(run):
    done = run("dose", "warfarin", *KNOWN)
    assert done.status == 0
    first = done.out.split("\n\n")[0]
    assert "stable weekly dose: 21.1 mg/week (90% of comparable patients need" in first
    for said in ("contributions, from", "intended for:", "PMID 19228618", "vkorc1: A/G"):
        assert said in first
    assert max(map(len, done.out.splitlines())) <= 100


def test_json(run):
    done = run("dose", "Warfarin", *KNOWN, "--json-lines")
    assert done.status == 0
    [line] = done.out.splitlines()
    found = json.loads(line)
    assert found["drug"] == "warfarin"
    own = found["models"][0]
    assert own["dose"] == pytest.approx(21.124, abs=0.01)
    assert own["certainty"] == "certain"
    assert sum(s["amount"] for s in own["shares"]) == pytest.approx(
        own["dose"] - own["typical"], abs=1e-9
    )
    assert {i["name"] for i in own["inputs"]} >= {"age_years", "vkorc1", "cyp2c9"}
    assert all(m["digest"] for m in found["models"])


@pytest.mark.parametrize(
    ("words", "status", "said"),
    sampled(
        [
            (("warfarin",), 3, "PGX-MOD-002"),
            (("warfarin", *KNOWN, "--set", "age_years=63"), 2, "given twice"),
            (("warfarin", "--set", "age_years"), 2, "is not NAME=VALUE"),
            (("warfarin", "--set", "=3"), 2, "is not NAME=VALUE"),
            (("warfarin", "--set", "age_years="), 2, "is not NAME=VALUE"),
            (("warfarin", "--set", "hight_cm=170"), 3, "PGX-MOD-000"),
            (("warfarin", *KNOWN[:-1], "cyp2c9=*1/*77"), 3, "PGX-MOD-003"),
            (("warfarin", *KNOWN[:7], "height_cm=1.65"), 3, "looks like m"),
            (("warfarin", "--set", "age_years=nan"), 3, "PGX-MOD-003"),
            (("warfarin", "--set", "age_years=9e999"), 3, "PGX-MOD-003"),
            (("aspirin",), 2, "PGX-USE-004"),
            (("",), 2, "PGX-USE"),
            (("../../etc/passwd",), 2, "PGX-USE-004"),
            (("\x1b[2Jwarfarin\u202e\n",), 2, "PGX-USE-004"),
            (("warfarin", "--model", "no-such-model"), 3, "PGX-MOD-004"),
            (("warfarin", "--model", "../../../../etc"), 3, "PGX-MOD-004"),
            (("warfarin", "--model", "a\x1b[31m@\n1"), 3, "PGX-MOD-004"),
            (("warfarin", "--model", "x" * 5000), 3, "PGX-MOD-004"),
            (("warfarin", "--patient", "none.json"), 3, "PGX-"),
            (("warfarin", "--result", "none.json"), 3, "PGX-"),
        ],
        8,
    ),
)
def test_refused_with_status_and_code(run, words, status, said):
    done = run("dose", *words)
    assert done.status == status, done.err
    assert said in done.err
    assert done.out == ""
    assert "Traceback" not in done.err
    assert all(line.isprintable() for line in done.err.splitlines())


def test_a_trained_model_needs_approval_or_a_flag(run, trained):
    words = ("dose", "warfarin", "--model", trained, *KNOWN[:2], *KNOWN[4:])
    done = run(*words)
    assert done.status == 3
    assert "[PGX-MOD-005]" in done.err
    assert done.out == ""
    allowed = run(*words, "--allow-unapproved", "--json-lines")
    assert allowed.status == 0, allowed.err
    own = json.loads(allowed.out)["models"][0]
    assert (own["model"], own["state"]) == ("invented", "draft")
    text = run(*words, "--allow-unapproved").out
    assert ", draft)" in text.splitlines()[0]


def test_an_unapproved_model_is_never_asked_on_its_own(run):
    states = {m["state"] for m in json.loads(run("dose", "warfarin", *KNOWN, "--json-lines").out)[
        "models"]}  # fmt: skip
    assert states <= {"published", "approved"}


def test_an_unknown_genotype_is_no_high_dose(run):
    found = json.loads(run("dose", "warfarin", *KNOWN[:10], "--json-lines").out)
    assert "warfarin-gage-pharmacogenetic" not in {m["model"] for m in found["models"]}
    missed = {n["name"]: n for n in found["not_answered"]}
    assert missed["warfarin-gage-pharmacogenetic"]["code"] == "PGX-MOD-002"


def loaded_after(code: str, *words) -> set[str]:
    """Return which of the heavy libraries a process has loaded."""
    tail = "\nprint('LOADED', *[m for m in ('sklearn', 'scipy', 'joblib') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", "import sys\n" + code + tail, *map(str, words)],
        capture_output=True, text=True, timeout=900, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    return set(done.stdout.splitlines()[-1].split()[1:])


MAIN = "from pgx.cli.main import main\nassert main(sys.argv[1:]) == 0"


def test_what_predicts_does_not_load_scikit_learn(files, trained):
    assert "sklearn" not in loaded_after("import pgx\npgx.KnowledgeBase")
    assert "sklearn" not in loaded_after(MAIN, "dose", "warfarin", *KNOWN)
    assert "sklearn" not in loaded_after(
        MAIN, "model", "evaluate", trained, "--data", files / "patients.csv"
    )


@needs_data
def test_judging_a_model_of_trees_does_not_load_scikit_learn():
    assert "sklearn" not in loaded_after(
        MAIN, "model", "evaluate", "warfarin-pgx-ensemble", "--data", IWPC
    )
