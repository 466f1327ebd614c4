"""No command replaces or removes what it reads, and none follows a link to somebody else's."""

import shutil

import pytest

from cli.support import COHORT, EXAMPLES, PATIENT, pgx, refused


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_annotate_keeps_its_inputs(tmp_path):
    out = tmp_path / "out"
    assert pgx("annotate", PATIENT, "-o", out).returncode == 0
    for name, option, source in [
        ("overrides.tsv", "--overrides", EXAMPLES / "overrides.tsv"),
        ("calls.tsv", "--outside-calls", EXAMPLES / "outside-calls.tsv"),
        ("cohort.json", "--sample-info", EXAMPLES / "sample-info.tsv"),
        ("P.fhir.json", "--patient", EXAMPLES / "patient.json"),
    ]:
        shutil.copyfile(source, out / name)
        before = contents(out)
        line = refused(5, "annotate", PATIENT, "-o", out, "--force", option, out / name)
        assert "a file that the command reads" in line
        assert contents(out) == before


@pytest.mark.parametrize("how", ["itself", "hard link", "link", "linked folder"])
def test_an_input_is_known_by_any_name(tmp_path, how):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    result = out / "calls.tsv"
    shutil.copyfile(PATIENT, result)
    name = elsewhere / "patient.g.vcf"
    if how == "itself":
        name = result
    elif how == "hard link":
        name.hardlink_to(result)
    elif how == "link":
        name.symlink_to(result)
    else:
        (elsewhere / "folder").symlink_to(out)
        name = elsewhere / "folder" / "calls.tsv"
    before = contents(out)
    assert "a file that the command reads" in refused(5, "annotate", name, "-o", out, "--force")
    assert contents(out) == before


def test_a_result_that_links_to_an_input_is_refused(tmp_path):
    source = tmp_path / "patient.g.vcf"
    shutil.copyfile(PATIENT, source)
    out = tmp_path / "out"
    out.mkdir()
    (out / "calls.tsv").symlink_to(source)
    refused(5, "annotate", source, "-o", out, "--force")
    assert (out / "calls.tsv").is_symlink()


def test_other_files_are_still_replaced(tmp_path):
    for _ in range(2):
        done = pgx("annotate", PATIENT, "-o", tmp_path / "out", "--force")
        assert done.returncode == 0, done.stderr


def test_report_and_reinterpret_keep_the_saved_result(tmp_path):
    out = tmp_path / "out"
    assert pgx("annotate", PATIENT, "-o", out).returncode == 0
    [saved] = out.glob("*.pgx.json")
    before = contents(out)
    refused(5, "report", saved, "-o", saved, "--format", "json", "--force")
    refused(5, "reinterpret", saved, "-o", out, "--force")
    assert contents(out) == before
    changes = tmp_path / "new" / "changes.tsv"
    changes.parent.mkdir()
    shutil.copyfile(saved, changes)
    refused(5, "reinterpret", changes, "-o", changes.parent, "--force")
    assert changes.read_bytes() == saved.read_bytes()


def test_cohort_and_partition_keep_their_inputs(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    table = out / "sample_quality.tsv"
    shutil.copyfile(EXAMPLES / "sample-info.tsv", table)
    before = contents(out)
    words = ("--sample-info", table, "--force", "-o", out)
    refused(5, "cohort", COHORT, *words)
    refused(5, "partition", "plan", COHORT, *words)
    assert contents(out) == before
    part = tmp_path / "plan" / "1.part"
    part.parent.mkdir()
    shutil.copyfile(COHORT, part)
    refused(5, "partition", "plan", part, "-o", part.parent, "--force")
    assert part.read_bytes() == COHORT.read_bytes()


def test_the_table_of_pseudonyms_replaces_no_input(tmp_path):
    source = tmp_path / "patient.g.vcf"
    shutil.copyfile(PATIENT, source)
    words = ("-o", tmp_path / "out", "--deidentify", "--pseudonym-table", source, "--force")
    refused(5, "annotate", source, *words)
    refused(5, "cohort", source, *words)
    assert source.read_bytes() == PATIENT.read_bytes()


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_working_folder_behind_a_link_is_not_touched(tmp_path, force):
    other, out = tmp_path / "other", tmp_path / "out"
    other.mkdir()
    out.mkdir()
    (other / "plan.json").write_text("{}")
    (other / "thesis.txt").write_text("years")
    (out / ".pgx-cohort").symlink_to(other)
    before = contents(other)
    line = refused(5, "cohort", COHORT, "-o", out, *force)
    assert "is not what a run made" in line
    assert contents(other) == before


def test_a_working_folder_without_a_plan_does_not_open_finished_results(tmp_path):
    out = tmp_path / "out"
    assert pgx("cohort", COHORT, "-o", out).returncode == 0
    before = contents(out)
    (out / ".pgx-cohort").mkdir(mode=0o700)
    assert "already holds results" in refused(5, "cohort", COHORT, "-o", out, "--absent", "no-call")
    assert contents(out).items() >= before.items()


def test_a_lock_that_is_a_link_is_not_opened(tmp_path):
    other, out = tmp_path / "other.txt", tmp_path / "out"
    (out / ".pgx-cohort").mkdir(parents=True, mode=0o700)
    (out / ".pgx-cohort" / "lock").symlink_to(other)
    refused(5, "cohort", COHORT, "-o", out)
    assert not other.exists()


def test_a_working_folder_that_others_can_write_to_is_refused(tmp_path):
    place = tmp_path / "out" / ".pgx-cohort"
    place.mkdir(parents=True)
    place.chmod(0o777)
    assert "is not what a run made" in refused(5, "cohort", COHORT, "-o", place.parent)
