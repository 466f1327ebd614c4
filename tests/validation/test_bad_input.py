"""The measurement of bad input: a short form of it, and that it would see what is wrong."""

import gzip

import pytest
from validation.bad_input import Case, Outcome, Run
from validation.data import DATA

from simulated import vcf_file, vcf_text
from validation import bad_input

needs_data = pytest.mark.skipif(
    not (DATA / "badvcf").is_dir(),
    reason=f"no validation data folder at {DATA} (PGX_VALIDATION_DATA)",
)
SHARE = {"bombs": 1, "fuzz": 16, "probes": 18}
"""One in so many files of a suite; of the others one in 150 of each expectation."""


def chosen(step):
    """Return a fixed part of all files, and one file for each reason to accept a bad one.

    Of the first, one in ``step``, but all bombs.
    """
    groups, found = {}, []
    for case in bad_input.cases():
        groups.setdefault((case.suite, case.expected), []).append(case)
    for (suite, _), cases in groups.items():
        share = SHARE.get(suite, 150)
        found += cases[:: share if share == 1 else share * step]
    reasons = set()
    for case in groups["hts-specs", "fail"]:
        cause = bad_input.cause_of(case.path)
        why = bad_input.reason_for(cause, bad_input.ACCEPTED_THOUGH)
        if why and why not in reasons and case.samples:
            found.append(case)
            reasons.add(why)
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module", params=[10, pytest.param(1, marks=pytest.mark.exhaustive)])
def outcomes(request):
    return bad_input.measure(chosen(request.param))


@pytest.mark.validation
@needs_data
def test_every_file_is_listed():
    cases = bad_input.cases()
    expected = [case.expected for case in cases]
    assert (len(cases), expected.count("pass"), expected.count("fail")) == (1_250, 53, 335)


@pytest.mark.validation
@needs_data
def test_files_are_refused_or_accepted_as_expected_or_for_a_known_reason(outcomes):
    assert [(o.case.name, o.kind, o.code) for o in outcomes if bad_input.excuse(o) is None] == []
    assert {o.kind for o in outcomes} >= {bad_input.ACCEPTED, bad_input.REFUSED}
    assert [line for o in outcomes for line in o.unsupported] == []
    assert not any(o.assessed for o in outcomes if o.case.expected == "fail")


@pytest.mark.validation
@needs_data
def test_files_cost_little(outcomes):
    runs = [run for outcome in outcomes for run in outcome.runs]
    assert max(run.megabytes for run in runs) < bad_input.MOST_MEGABYTES
    assert all(run.status in (0, 3) for run in runs)
    assert {o.case.path.name for o in outcomes if o.case.suite == "bombs"} == {
        "longheader.vcf.gz",
        "longline.vcf.gz",
        "manyalts.vcf.gz",
        "manyrecs.vcf.gz",
    }


def annotated(path, tmp_path):
    return bad_input.annotate(path, tmp_path, "json")


def test_a_run_tells_status_code_time_and_memory(tmp_path):
    good = annotated(vcf_file(tmp_path, {"CYP2C19": "*2/*17"}, only_named=True), tmp_path)
    assert (good.status, good.code, good.is_broken) == (0, "", False)
    assert good.assessed > 0
    assert 20 < good.megabytes < 512
    assert good.seconds > 0
    bad = tmp_path / "bad.vcf"
    bad.write_text("no VCF")
    refused = annotated(bad, tmp_path)
    assert (refused.status, refused.code, refused.is_broken) == (3, "PGX-VCF-001", False)


def test_a_hang_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(bad_input, "TIME_LIMIT", 0.01)
    run = annotated(vcf_file(tmp_path, {"CYP2C19": "*2/*17"}), tmp_path)
    assert run.status < 0
    assert run.is_broken


@pytest.mark.parametrize(
    ("status", "code", "broken"), [(0, "", False), (3, "", True), (1, "PGX-X-001", True)]
)
def test_a_refusal_needs_a_code(status, code, broken):
    assert Run(status, 1, 1, code, "").is_broken == broken


def test_an_answer_without_a_record_is_seen(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*2/*17"}, only_named=True)
    run = annotated(path, tmp_path)
    assert bad_input.unsupported_sites(path, run) == []
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(x for x in lines if "\t94781859\t" not in x))
    assert bad_input.unsupported_sites(path, run) == [f"{path.name}, CYP2C19, chr10:94781859"]
    for old, new in (("\tPASS\t", "\tq10\t"), ("0|1", ".|."), ("1|0", "./.")):
        path.write_text("".join(lines).replace(old, new))
        assert bad_input.unsupported_sites(path, run)


def test_an_answer_on_the_other_assembly_is_looked_up_there(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*2/*17"}, only_named=True, assembly="GRCh37")
    run = annotated(path, tmp_path)
    assert run.assessed > 0
    assert bad_input.unsupported_sites(path, run) == []


def test_a_sample_is_added_to_a_file_without(tmp_path):
    text = vcf_text({"CYP2C19": "*2/*17"}, only_named=True)
    bare = "".join(
        x if x.startswith("##") else "\t".join(x.rstrip("\n").split("\t")[:8]) + "\n"
        for x in text.splitlines(keepends=True)
    )
    path = tmp_path / "bare.vcf.gz"
    path.write_bytes(gzip.compress(bare.encode()))
    assert annotated(path, tmp_path).code == bad_input.NO_SAMPLES
    (tmp_path / "own").mkdir()
    added = annotated(bad_input.with_sample(path, tmp_path / "own"), tmp_path)
    assert (added.status, added.assessed) == (0, 0)
    path.write_bytes(b"\x1f\x8bno gzip")
    assert bad_input.with_sample(path, tmp_path / "own") is None


def test_what_nothing_explains_is_told(tmp_path):
    path = tmp_path / "odd.vcf"
    path.write_text("##fileformat=VCFv4.2\n##CauseOfFailure=a new defect\n")
    run = Run(0, 1, 1, "", "")
    odd = Outcome(Case(path, "s", "fail", 1), bad_input.ACCEPTED, "", [run])
    shut = Outcome(Case(path, "s", "pass", 1), bad_input.REFUSED, "PGX-VCF-054", [run])
    dead = Outcome(Case(path, "s", "unknown", 1), bad_input.BROKEN, "", [run])
    fine = Outcome(Case(path, "s", "fail", 1), bad_input.REFUSED, "PGX-VCF-001", [run])
    assert [bad_input.excuse(o) for o in (odd, shut, dead, fine)] == [None, None, None, ""]
    assert "| unexplained | 1 |" in bad_input.report([odd, fine])
