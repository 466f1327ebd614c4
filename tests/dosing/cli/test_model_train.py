"""``pgx model train`` and ``recalibrate``: a folder that all other commands read."""

from __future__ import annotations

import json

import pytest

from dosing.invented import ROOT, needs_data

WORDS = ("--by", "Anna Beispiel")


def read(path):
    return json.loads(path.read_bytes())


def train(run, files, folder, *more):
    return run("model", "train", files / "patients.csv", "-o", folder, *WORDS, "--schema",
               files / "schema.json", "--recipe", files / "recipe.json", *more)  # fmt: skip


def test_the_folder_is_read_by_the_other_commands(run, trained):
    assert {p.name for p in trained.iterdir()} >= {
        "model.json", "schema.json", "metrics.json", "lineage.json", "manifest.json", "states.json",
    }  # fmt: skip
    shown = run("model", "show", trained)
    assert shown.status == 0
    assert "draft" in shown.out
    verified = run("model", "verify", trained)
    assert verified.status == 0
    assert "are whole" in verified.err
    card = run("model", "card", trained)
    assert card.status == 0
    assert "Invented" in card.out


def test_twice_the_same_files(run, files, trained, tmp_path):
    assert train(run, files, tmp_path / "again").status == 0
    for name in ("model.json", "metrics.json", "lineage.json", "schema.json"):
        assert (tmp_path / "again" / name).read_bytes() == (trained / name).read_bytes()


def test_what_is_said_on_the_way(run, files, tmp_path):
    done = train(run, files, tmp_path / "new")
    assert done.out == ""
    assert "120 of 120 patients, 4 sites, leave-one-site-out" in done.err
    assert "unseen patients: error" in done.err
    assert "with race: error" in done.err
    assert read(tmp_path / "new" / "lineage.json")["settings"]["split"] == "leave-one-site-out"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--split", "random"), 2, "--allow-random-split"),
        (("--split", "by-colour"), 2, "no split 'by-colour'"),
        (("--recipe", "nonsense"), 3, "PGX-MOD-004"),
        (("--schema", "nonsense"), 3, "PGX-MOD-004"),
        (("--by", "nobody"), 3, "PGX-MOD-005"),
    ],
)
def test_refused_before_anything_is_trained(run, files, tmp_path, words, status, said):
    done = train(run, files, tmp_path / "new", *words)
    assert done.status == status
    assert said in done.err
    assert not (tmp_path / "new").exists()
    assert "Traceback" not in done.err


def test_a_random_split_by_name(run, files, tmp_path):
    words = ("--split", "random", "--allow-random-split")
    assert train(run, files, tmp_path / "new", *words).status == 0
    assert read(tmp_path / "new" / "metrics.json")["split"] == "random"


def test_a_folder_that_is_there_is_refused_and_kept(run, files, trained):
    before = {p.name: p.read_bytes() for p in trained.iterdir()}
    done = train(run, files, trained)
    assert done.status == 3
    assert "[PGX-MOD-004]" in done.err
    assert {p.name: p.read_bytes() for p in trained.iterdir()} == before


def test_a_changed_file_is_refused_by_all(run, files, tmp_path):
    train(run, files, tmp_path / "m")
    path = tmp_path / "m" / "model.json"
    path.write_bytes(path.read_bytes().replace(b"warfarin", b"warfarim", 1))
    data = ("--data", files / "patients.csv")
    for words in (("show",), ("verify",), ("card",), ("evaluate", *data)):
        done = run("model", words[0], tmp_path / "m", *words[1:])
        assert done.status == 3
        assert "[PGX-MOD-004]" in done.err
    done = run("dose", "warfarin", "--model", tmp_path / "m", "--allow-unapproved", "--set",
               "age_years=60")  # fmt: skip
    assert done.status == 3


def test_recalibrate_shows_and_writes_only_when_told(run, files, trained, tmp_path):
    words = ("model", "recalibrate", trained, "--data", files / "patients.csv", "--site", "2")
    shown = run(*words)
    assert shown.status == 0
    found = json.loads(shown.out)
    assert found["n"] == 30  # the site's own patients, not the whole table
    assert set(found) == {"site", "shift", "n", "mae_before", "mae_after"}
    out = ("-o", tmp_path / "own", "--version", "1.2", *WORDS)
    assert run(*words, *out).status == 0
    written = read(tmp_path / "own" / "model.json")
    assert written["recalibration"]["shift"] == found["shift"]
    assert written["version"] == "1.2"
    assert run("model", "verify", tmp_path / "own").status == 0


def test_recalibrate_for_a_site_that_is_not_there(run, files, trained):
    done = run("model", "recalibrate", trained, "--data", files / "patients.csv", "--site", "Ulm")
    assert done.status == 2
    assert "4 sites and none is 'Ulm'" in done.err


@pytest.mark.exhaustive
@needs_data
def test_the_shipped_recipe_on_the_validation_data(trained_on_real):
    metrics = read(trained_on_real / "metrics.json")
    assert metrics["n"] == 3926
    assert metrics["split"] == "leave-one-site-out"
    assert not metrics["uses_race"]
    assert metrics["mae_mg_per_week"] <= 8.65
    assert metrics["within_20_percent"] >= 0.445
    other = metrics["race_variant"]
    assert abs(other["mae_mg_per_week"] - metrics["mae_mg_per_week"]) <= 0.1
    assert 0.88 <= metrics["interval_coverage"] <= 0.92
    assert all(g["interval_coverage"] >= 0.86 for g in metrics["groups"]["race"].values())
    for kind in ("patients", "sites"):
        low, high = metrics["intervals"]["mae_mg_per_week"][kind]
        assert low < metrics["mae_mg_per_week"] < high
    local = metrics["local"]["after"]["20"]
    assert local["mae_before"] - local["mae_after"] >= 0.15


@needs_data
def test_the_shipped_model_is_that_of_its_recipe(trained_on_real):
    ours = read(trained_on_real / "model.json")
    shipped = read(ROOT / "data" / "models" / "warfarin-pgx" / "model.json")
    for one, other in zip(ours["members"], shipped["members"], strict=True):
        assert [t["inputs"] for t in one["terms"][1:]] == [t["inputs"] for t in other["terms"][1:]]
        assert [t["coefficient"] for t in one["terms"]] == pytest.approx(
            [t["coefficient"] for t in other["terms"]], rel=1e-4
        )
    for end in ("lower", "upper"):
        assert ours["interval"][end] == pytest.approx(shipped["interval"][end], abs=1e-3)
    assert (
        read(trained_on_real / "lineage.json")["data"]
        == read(ROOT / "data" / "models" / "warfarin-pgx" / "lineage.json")["data"]
    )
