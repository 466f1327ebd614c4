"""Edit one site of a simulated file and call it: ``hazard(tmp_path, Site().with_gt(".|1"))``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from calling import call_file
from pgx.engine.annotate import annotate
from pgx.inputs.settings import RunSettings
from pgx.records.calls import CallStatus, Certainty, GeneCall, PatientResult
from simulated import vcf_text

STAR3 = 94780653
"""CYP2C19*3, G>A on GRCh38."""

COLUMNS = ("chrom", "pos", "id", "ref", "alt", "qual", "filter", "info", "format", "sample")
Edit = Callable[[list[str]], Sequence[list[str]]]


def changed(**cells: str) -> Edit:
    """Return an edit that replaces cells of a line by column name."""
    return lambda line: [with_cells(line, **cells)]


def doubled(**cells: str) -> Edit:
    """Return an edit that adds a second record with other cells after a line."""
    return lambda line: [line, with_cells(line, **cells)]


def removed(line: list[str]) -> list[list[str]]:
    """Drop a line."""
    del line
    return []


def with_cells(line: list[str], **cells: str) -> list[str]:
    """Return a line with some cells replaced; ``gt`` stands for FORMAT GT alone."""
    fresh = list(line)
    if "gt" in cells:
        fresh[8:] = ["GT", cells.pop("gt")]
    for name, value in cells.items():
        fresh[COLUMNS.index(name)] = value
    return fresh


def edited_text(text: str, edits: dict[int, Edit]) -> str:
    """Apply each edit to the one data line at its position."""
    lines: list[str] = []
    left = set(edits)
    for line in text.splitlines():
        cells = line.split("\t")
        if line.startswith("#") or int(cells[1]) not in edits:
            lines.append(line)
            continue
        position = int(cells[1])
        left.remove(position)
        lines += ["\t".join(new) for new in edits[position](cells)]
    assert not left, f"no record at {left}"
    return "\n".join(lines) + "\n"


def edited_file(
    folder: Path,
    edits: dict[int, Edit],
    diplotype: str = "*3/*3",
    gene: str = "CYP2C19",
    **settings: Any,
) -> Path:
    """Write an edited file of one gene and return its path."""
    settings.setdefault("only_named", True)
    path = folder / "edited.vcf"
    text = edited_text(vcf_text({gene: diplotype}, **settings), edits)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def called(
    folder: Path,
    edits: dict[int, Edit],
    diplotype: str = "*3/*3",
    gene: str = "CYP2C19",
    **settings: Any,
) -> GeneCall:
    """Return the call of an edited file of one gene."""
    return call_file(edited_file(folder, edits, diplotype, gene, **settings), gene)["S1", gene]


def annotated(path: Path, gene: str, *drugs: str, **settings: Any) -> PatientResult:
    """Return the one result of a file."""
    [result] = annotate([path], RunSettings(genes=(gene,), drugs=drugs, **settings)).results()
    return result


def names(call: GeneCall) -> set[str]:
    """Return every candidate, the whole set, also beyond the first 50."""
    pairs = {
        "/".join(sorted((a, b))) for firsts, seconds in call.candidate_factors
        for a in firsts for b in seconds
    }  # fmt: skip
    listed = {"/".join(sorted(c.diplotype.split("/"))) for c in call.candidates}
    return pairs | listed


def is_open(call: GeneCall) -> bool:
    """Whether a call does not look sure."""
    return call.status is not CallStatus.CALLED


def assert_advice_is_open(folder: Path, edits: dict[int, Edit], **settings: Any) -> None:
    """No row of CPIC's guideline on clopidogrel is certain.

    The label has the same advice, none, for several phenotypes.
    """
    path = edited_file(folder, edits, **settings)
    found = annotated(path, "CYP2C19", "clopidogrel").recommendations
    rows = [row for row in found if row.source == "CPIC"]
    assert rows
    assert all(row.certainty is not Certainty.CERTAIN for row in rows)


def assert_no_sure_advice(folder: Path, edits: dict[int, Edit]) -> None:
    """Rows of clopidogrel that are certain recommend nothing."""
    rows = annotated(edited_file(folder, edits), "CYP2C19", "clopidogrel").recommendations
    assert rows
    for row in rows:
        assert row.certainty is not Certainty.CERTAIN or row.action == ("no_recommendation",)
