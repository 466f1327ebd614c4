"""A damaged knowledge base ends a run with status 4 and one line, and nothing is written."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from cases import sampled
from cli.support import EXAMPLES, KNOWLEDGE, PATIENT, pgx, refused
from pgx.cli import main as entry
from pgx.knowledge.tables import MANIFEST, read_manifest, write_manifest

TABLES = sorted(read_manifest(KNOWLEDGE).tables)
TAB = "\t"


@pytest.fixture
def kb(tmp_path) -> Path:
    folder = tmp_path / "kb"
    folder.mkdir()
    for name in [MANIFEST, *TABLES]:
        shutil.copy(KNOWLEDGE / name, folder)
    return folder


@pytest.fixture
def patient(tmp_path) -> Path:
    """A patient whose medicines and conditions ask for every table of medicines."""
    path = tmp_path / "patient.json"
    medicines = ("paroxetine", "fluvoxamine", "clopidogrel", "carbamazepine")
    content = {
        "schema_version": "1.0",
        "date": "2026-01-01",
        "birth_date": "1960-01-01",
        "medicines": [{"name": name, "since": "2025-06-01"} for name in medicines],
        "conditions": [{"name": "stroke"}],
    }
    path.write_text(json.dumps(content))
    return path


def signed(folder: Path) -> None:
    """Write the manifest anew, as if the damage were meant."""
    write_manifest(folder, "damaged", [name for name in TABLES if (folder / name).exists()])


def edit(folder: Path, table: str, column: str, value: str, like: dict[str, str]) -> None:
    """Change a cell of the first row that has some values; the digest stays the old one."""
    path = folder / f"{table}.tsv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    names = header.split(TAB)
    rows = [dict(zip(names, line.split(TAB), strict=True)) for line in lines]
    next(row for row in rows if like.items() <= row.items())[column] = value
    text = "\n".join([header, *(TAB.join(row.values()) for row in rows)]) + "\n"
    path.write_text(text, encoding="utf-8")


def cut_bytes(folder: Path) -> None:
    data = (folder / "statements.tsv").read_bytes()
    (folder / "statements.tsv").write_bytes(data[: len(data) // 2])


def cut_rows(folder: Path, table: str, keep: int) -> None:
    lines = (folder / f"{table}.tsv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / f"{table}.tsv").write_text("".join(lines[:keep]), encoding="utf-8")


def other_version(folder: Path) -> None:
    text = (folder / MANIFEST).read_text()
    (folder / MANIFEST).write_text(text.replace('schema_version": "1"', 'schema_version": "9"'))


def other_digest(folder: Path) -> None:
    content = json.loads((folder / MANIFEST).read_text())
    content["tables"]["drugs.tsv"] = "0" * 64
    (folder / MANIFEST).write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")


def drop_column(folder: Path, table: str, column: str) -> None:
    path = folder / f"{table}.tsv"
    rows = [line.split(TAB) for line in path.read_text(encoding="utf-8").splitlines()]
    place = rows[0].index(column)
    lines = (TAB.join(row[:place] + row[place + 1 :]) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def spoil(folder: Path, table: str) -> None:
    path = folder / f"{table}.tsv"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] = 0xFF
    path.write_bytes(data)


HALF = {"dose_factor_max": "0.5"}
DAMAGES = {
    "cut table": cut_bytes,
    "no alleles of some genes": lambda kb: cut_rows(kb, "alleles", 600),
    "no variants of some genes": lambda kb: cut_rows(kb, "variants", 600),
    "no statements on some drugs": lambda kb: cut_rows(kb, "statements", 600),
    "no table": lambda kb: (kb / "alleles.tsv").unlink(),
    "no column of statements": lambda kb: drop_column(kb, "statements", "dose_factor_min"),
    "no column of drugs": lambda kb: drop_column(kb, "drugs", "status"),
    "no column of variants": lambda kb: drop_column(kb, "variants", "alts"),
    "no UTF-8 in statements": lambda kb: spoil(kb, "statements"),
    "no UTF-8 in alleles": lambda kb: spoil(kb, "alleles"),
    "no UTF-8 in guidelines": lambda kb: spoil(kb, "guidelines"),
    "no UTF-8 in counts": lambda kb: spoil(kb, "haplotype_counts"),
    "unknown action": lambda kb: edit(kb, "statements", "action", "dance", {"drug": "codeine"}),
    "no action": lambda kb: edit(kb, "statements", "action", "", {"drug": "codeine"}),
    "factor below 0": lambda kb: edit(kb, "statements", "dose_factor_max", "-1", HALF),
    "factor 0": lambda kb: edit(kb, "statements", "dose_factor_max", "0", HALF),
    "factor nan": lambda kb: edit(kb, "statements", "dose_factor_max", "nan", HALF),
    "factor inf": lambda kb: edit(kb, "statements", "dose_factor_max", "inf", HALF),
    "factor of words": lambda kb: edit(kb, "statements", "dose_factor_max", "half", HALF),
    "factors turned round": lambda kb: edit(kb, "statements", "dose_factor_min", "0.9", HALF),
    "two answers": lambda kb: edit(
        kb, "statements", "lookup", "CYP2D6=0.0|1.0", {"drug": "codeine", "lookup": "CYP2D6=0.0"}
    ),
    "statement on no drug": lambda kb: edit(kb, "statements", "drug", "x", {"drug": "codeine"}),
    "unknown status": lambda kb: edit(kb, "drugs", "status", "perhaps", {"drug": "codeine"}),
    "unknown strategy": lambda kb: edit(kb, "genes", "strategy", "magic", {"gene": "TPMT"}),
    "unknown contig": lambda kb: edit(kb, "genes", "contig", "chr99", {"gene": "TPMT"}),
    "no default allele": lambda kb: edit(kb, "genes", "default_allele", "*0", {"gene": "TPMT"}),
    "position of words": lambda kb: edit(kb, "variants", "position_grch38", "x", {"gene": "TPMT"}),
    "other base": lambda kb: edit(kb, "variants", "ref_grch38", "X", {"gene": "TPMT"}),
    "definition elsewhere": lambda kb: edit(kb, "alleles", "definition", "1=A", {"allele": "*3A"}),
    "count below 0": lambda kb: edit(kb, "haplotype_counts", "counts", "AFR=-1", {"gene": "F5"}),
    "share nan": lambda kb: edit(kb, "published_frequencies", "frequency", "nan", {}),
    "year of words": lambda kb: edit(kb, "guidelines", "years", "MMXX", {"drugs": "codeine"}),
}
BY_PATIENT = {
    "unknown strength": lambda kb: edit(kb, "modulators", "strength", "mighty", {}),
    "factor of words": lambda kb: edit(
        kb, "conversion_rules", "value", "half", {"method": "score_factor"}
    ),
    "unknown phenotype": lambda kb: edit(
        kb, "conversion_rules", "value", "Slow", {"method": "phenotype_to"}
    ),
    "range nan": lambda kb: edit(kb, "score_ranges", "low", "nan", {}),
    "unknown exposure": lambda kb: edit(kb, "populations", "exposure", "1", {"exposure": "never"}),
    "unknown judgement": lambda kb: edit(kb, "populations", "judgement", "x", {}),
    "no column of substances": lambda kb: drop_column(kb, "substances", "brands"),
    "no UTF-8 in modulators": lambda kb: spoil(kb, "modulators"),
}


@pytest.fixture
def run(monkeypatch, capsys, kb):
    """Return how a run in this process ends: status, and lines of error."""

    def annotate(*words) -> tuple[int, list[str]]:
        monkeypatch.setenv("PGX_KNOWLEDGE_BASE", str(kb))
        status = entry.main(["annotate", str(PATIENT), "--quiet", *map(str, words)])
        return status, capsys.readouterr().err.splitlines()

    return annotate


def refuses(run, out: Path, *words) -> None:
    """Expect a refusal that writes nothing, neither into a new folder nor into one in use."""
    status, lines = run("-o", out, *words)
    assert status == 4, lines
    [line] = lines
    assert line.startswith("[PGX-KB-")
    assert not out.exists()
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    assert run("-o", out, *words) == (4, lines)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("damage", sampled(DAMAGES, 4))
@pytest.mark.parametrize("meant", [False, True], ids=["changed", "signed"])
def test_damage_is_refused(damage, meant, kb, run, tmp_path):
    DAMAGES[damage](kb)
    if meant:
        signed(kb)
    refuses(run, tmp_path / "out")


@pytest.mark.parametrize("damage", [other_version, other_digest])
def test_another_manifest_is_refused(damage, kb, run, tmp_path):
    damage(kb)
    refuses(run, tmp_path / "out")


@pytest.mark.parametrize("damage", sampled(BY_PATIENT, 2))
def test_damage_that_a_patient_meets_is_refused(damage, kb, run, tmp_path, patient):
    BY_PATIENT[damage](kb)
    signed(kb)
    refuses(run, tmp_path / "out", "--patient", patient)


def test_the_undamaged_copy_is_not_refused(kb, run, tmp_path, patient):
    signed(kb)
    assert run("-o", tmp_path / "out", "--patient", patient) == (0, [])
    assert (tmp_path / "out" / "EXAMPLE_1.pgx.json").exists()


@pytest.mark.parametrize("damage", ["cut table", "factor nan", "no table"])
def test_the_command_itself_ends_so(damage, kb, tmp_path):
    DAMAGES[damage](kb)
    signed(kb)
    out = tmp_path / "out"
    line = refused(4, "annotate", PATIENT, "-o", out, PGX_KNOWLEDGE_BASE=str(kb))
    assert "PGX-KB-" in line
    assert not out.exists()


@pytest.mark.parametrize("seed", sampled(range(40), 5))
def test_no_changed_cell_is_a_bug(seed, kb, run, tmp_path, patient):
    """Whatever a signed table says: results, or a refusal that leaves nothing behind."""
    chance = random.Random(seed)
    path = kb / chance.choice(TABLES)
    rows = [line.split(TAB) for line in path.read_text(encoding="utf-8").splitlines()]
    row, column = chance.randrange(1, len(rows)), chance.randrange(len(rows[0]))
    cell = rows[row][column]
    others = ["", "nan", "-1", "x", "inf", "0", "a=b=c", ";", "|", "9" * 20, "=", cell[::-1]]
    rows[row][column] = chance.choice([*others, rows[chance.randrange(1, len(rows))][column]])
    path.write_text("\n".join(map(TAB.join, rows)) + "\n", encoding="utf-8")
    signed(kb)
    out = tmp_path / "out"
    side = ("--patient", patient, "--outside-calls", EXAMPLES / "outside-calls.tsv")
    status, lines = run("-o", out, *side)
    assert status in (0, 4), lines
    assert (status == 0) == out.exists()
    assert status == 0 or len(lines) == 1


@pytest.mark.parametrize(
    ("option", "code"), [("--drugs", "PGX-USE-004"), ("--genes", "PGX-USE-002")]
)
def test_an_unknown_drug_or_gene_is_wrong_usage(option, code, run, tmp_path):
    for word in ("nope", "nope,codeine", "CYP2C19,nope"):
        status, [line] = run("-o", tmp_path / "out", option, word)
        assert status == 2
        assert code in line
        assert not (tmp_path / "out").exists()


def test_verify_prints_each_finding_and_one_line_of_error(kb):
    edit(kb, "guidelines", "url", "", {"drugs": "codeine"})
    edit(kb, "score_ranges", "high", "9", {"high": ""})
    signed(kb)
    done = pgx("kb", "verify", kb)
    assert done.returncode == 4
    found = done.stdout.splitlines()
    assert len(found) >= 2
    assert all(line.startswith("[PGX-KB-1") and "; " in line for line in found)
    [line] = done.stderr.splitlines()
    assert f"first of {len(found)} findings" in line
    assert line.startswith(found[0][:13])


def test_verify_names_every_damaged_table(kb):
    spoil(kb, "drugs")
    (kb / "genes.tsv").unlink()
    done = pgx("kb", "verify", kb)
    assert done.returncode == 4
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["drugs.tsv:", "genes.tsv:"]
