"""Saved results read again: one release gives the same bytes, another says what changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cases import one_test
from cli.support import pgx
from pgx.engine.annotate import annotate
from pgx.engine.reinterpret import Reinterpreter, result_changes
from pgx.inputs.settings import Prior, RunSettings, SampleInfo
from pgx.knowledge.build import replace_tables
from pgx.knowledge.release_folder import default_release
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import CallStatus, PatientResult
from pgx.reports.result_json import parse_result, render_json
from simulated import cohort_text

OLDER = Path(__file__).resolve().parents[2] / "data" / "releases" / "2024.05.1"
SAMPLES = {
    "one": {"CYP2C19": "*1/*17", "TPMT": "*1/*3A", "UGT1A1": "*1/*28", "CYP2D6": "*1/*4"},
    "two": {"CYP2C19": "*2/*3", "DPYD": "Reference/c.1905+1G>A (*2A)", "G6PD": "A/A"},
}


@pytest.fixture(scope="module")
def reader() -> Reinterpreter:
    return Reinterpreter(KnowledgeBase())


def saved(folder: Path, text: str, settings: RunSettings, sex: str = "") -> list[PatientResult]:
    path = folder / "a.vcf"
    path.write_text(text, encoding="utf-8")
    info = {s: SampleInfo(sample=s, sex=sex) for s in SAMPLES} if sex else {}
    run = annotate([path], settings, sample_info=info)
    return [parse_result(render_json(result)) for result in run.results()]


def edited(text: str, **changes) -> str:
    """Return a file with some lines changed: weak genotypes, a half call, a strange base."""
    lines = []
    for line in text.splitlines():
        cells = line.split("\t")
        if not line.startswith("#") and cells[1] in changes["lines"]:
            cells = changes["lines"][cells[1]](cells)
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def weak(cells):
    return [*cells[:8], "GT:GQ:PL", *("0/1:5:12,0,15" for _ in cells[9:])]


def half(cells):
    return [*cells[:8], "GT", *("./1" for _ in cells[9:])]


def strange(cells):
    other = next(b for b in "ACGT" if b not in (cells[3], *cells[4].split(",")))
    return [*cells[:4], other, *cells[5:8], "GT", *("0/1" for _ in cells[9:])]


@one_test(sample=2)
@pytest.mark.parametrize("phased", [True, False])
@pytest.mark.parametrize("style", ["all_sites", "gvcf"])
@pytest.mark.parametrize("prior", list(Prior))
def test_the_same_release_gives_the_same_result(reader, tmp_path, phased, style, prior):
    text = cohort_text(SAMPLES, phased=phased, style=style)
    if style == "all_sites":
        ways = {"94780653": weak, "18130687": half, "94781859": strange}
        text = edited(text, lines=ways)
    for result in saved(tmp_path, text, RunSettings(prior=prior)):
        again = reader.again(result)
        assert result_changes(result, again) == []
        assert render_json(again) == render_json(result)


@pytest.mark.parametrize("sex", ["male", "female"])
def test_chromosome_x_stays_what_it_was(reader, tmp_path, sex):
    text = cohort_text(SAMPLES, phased=True)
    for result in saved(tmp_path, text, RunSettings(genes=("G6PD",), drugs=("rasburicase",)), sex):
        assert render_json(reader.again(result)) == render_json(result)


def test_another_release_says_what_changed(tmp_path):
    folder = tmp_path / "kb"
    shutil.copytree(default_release(), folder)
    rows = [
        {**row, "function": "Normal function"}
        if (row["gene"], row["allele"]) == ("CYP2C19", "*2")
        else row
        for row in KnowledgeBase(folder).table("alleles")
    ]
    replace_tables(folder, {"alleles": rows})
    settings = RunSettings(genes=("CYP2C19",), drugs=("clopidogrel",))
    [one, two] = saved(tmp_path, cohort_text(SAMPLES, phased=True), settings)
    other = Reinterpreter(KnowledgeBase(folder))
    assert result_changes(one, other.again(one)) == []  # no *2
    found = result_changes(two, other.again(two))
    assert [c.subject for c in found if c.kind == "call"] == ["CYP2C19"]
    assert {c.subject for c in found if c.kind == "advice"} == {"clopidogrel"}
    assert "Poor Metabolizer" in found[0].before
    assert "Poor Metabolizer" not in found[0].after


def test_a_position_that_is_new_is_unknown(tmp_path, reader):
    [result, _] = saved(tmp_path, cohort_text(SAMPLES, phased=True), RunSettings(genes=("TPMT",)))
    import msgspec

    [call] = result.calls
    fewer = msgspec.structs.replace(call, sites=call.sites[1:])
    again = reader.again(msgspec.structs.replace(result, calls=(fewer,)))
    assert again.calls[0].missing == (call.sites[0].position,)


def made_with(release: Path, folder: Path, text: str, settings: RunSettings) -> list[PatientResult]:
    """Return results of an older release as they are read again."""
    path = folder / "old.vcf"
    path.write_text(text, encoding="utf-8")
    run = annotate([path], settings, knowledge=KnowledgeBase(release))
    return [parse_result(render_json(result)) for result in run.results()]


def test_a_real_change_of_definitions(tmp_path, reader):
    """From 2024.05.1: NAT2 is new, SLCO1B1 and MT-RNR1 have positions that nobody looked at."""
    genes = ("CYP2C19", "MT-RNR1", "SLCO1B1", "TPMT")
    text = cohort_text({"one": SAMPLES["one"]}, phased=True)
    [old] = made_with(OLDER, tmp_path, text, RunSettings())
    assert old.provenance.knowledge_release == "2024.05.1"
    new = reader.again(old)
    before, after = ({c.gene: c for c in r.calls} for r in (old, new))
    assert list(after) == sorted(reader.knowledge.genes)
    assert set(after) - set(before) == {"F2", "NAT2"}
    nat2 = after["NAT2"]
    assert (nat2.status, nat2.notes) == (CallStatus.NOT_ASSESSED, ("no_position_answered",))
    assert nat2.n_missing == nat2.n_positions == len(reader.knowledge.genes["NAT2"].variants)
    for name in genes:
        sites = [{s.position for s in c.sites} for c in (before[name], after[name])]
        assert set(after[name].missing) - set(before[name].missing) == sites[1] - sites[0], name
    assert "chr12:21178653" in after["SLCO1B1"].missing
    assert after["TPMT"].n_missing == before["TPMT"].n_missing + 6
    assert render_json(reader.again(new)) == render_json(new)


def test_what_changed_for_whom_since_the_older_release(tmp_path, reader):
    [old] = made_with(
        OLDER, tmp_path, cohort_text({"one": SAMPLES["one"]}, phased=True), RunSettings()
    )
    found = result_changes(old, reader.again(old))
    calls = {c.subject: c for c in found if c.kind == "call"}
    assert calls["NAT2"].before == ""
    assert calls["NAT2"].after.startswith("not_assessed")
    advice = {(c.subject, c.source): c for c in found if c.kind == "advice"}
    hydralazine = advice["hydralazine", "CPIC"]
    assert (hydralazine.before, hydralazine.after) == ("", "no_recommendation, unknown")
    assert advice["clopidogrel", "FDA_TABLE"].before == ""
    assert ("clopidogrel", "CPIC") not in advice  # the same as in May 2024


def test_a_run_for_some_genes_stays_one(tmp_path, reader):
    text = cohort_text({"one": SAMPLES["one"]}, phased=True)
    [old] = made_with(OLDER, tmp_path, text, RunSettings(genes=("TPMT",)))
    assert [c.gene for c in reader.again(old).calls] == ["TPMT"]


def test_the_commands(tmp_path):
    (tmp_path / "a.vcf").write_text(cohort_text(SAMPLES, phased=True), encoding="utf-8")
    first, again = tmp_path / "first", tmp_path / "again"
    assert pgx("annotate", tmp_path / "a.vcf", "-o", first).returncode == 0
    files = sorted(first.glob("*.json"))
    done = pgx("reinterpret", *files, "-o", again)
    assert done.returncode == 0
    assert (again / "changes.tsv").read_text().count("\n") == 1
    for path in first.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()
    html = tmp_path / "one.html"
    assert pgx("report", files[0], "-o", html).returncode == 0
    assert html.read_bytes() == files[0].with_suffix(".html").read_bytes()
    assert pgx("report", files[0], "-o", html).returncode == 5
    assert pgx("report", files[0], "-o", tmp_path / "one.doc").returncode == 2
    assert pgx("reinterpret", tmp_path / "a.vcf", "-o", tmp_path / "no").returncode == 3
    assert not (tmp_path / "no").exists()
