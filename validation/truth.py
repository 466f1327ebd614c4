"""The 30 reference genomes against consensus diplotypes of reference materials.

Published names are older than many alleles and come from panels that typed few positions, so
both sides are brought to one spelling first (`normalised`); structural CYP2D6 diplotypes are
counted apart, because small variants cannot show them.

Run ``python -m validation.truth``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from pgx.base.calls import CallStatus, GeneCall
from validation.data import DATA, call_files, genes, read_table
from validation.tables import counted, show

__all__ = ["KINDS", "classify", "main", "measure", "normalised"]

RIGHT = "called, right"
BEST = "ambiguous, truth is best"
AMONG = "ambiguous, truth among candidates"
OPEN = "ambiguous, truth not among the listed"
STRUCTURAL = "structural, cannot be seen"
WRONG = "called, other"
NONE = "no call"
KINDS = (RIGHT, BEST, AMONG, OPEN, STRUCTURAL, WRONG, NONE)

_LEGACY = re.compile(r"(\*\d+)[A-Z]$")
_SUBALLELE = re.compile(r"(\*\d+[A-Z]?)\.\d+$")
_STRUCTURAL = re.compile(r"\*5(?!\d)|x|\+|\*13(?!\d)|\*36(?!\d)|\*68(?!\d)")
# what an older panel's name covers today, and alleles that the panels did not type
_RENAMED: dict[str, dict[str, str]] = {
    "SLCO1B1": {"*1A": "*1", "*1B": "*37", "*17": "*15", "*21": "*20", "*35": "*20"},
    "UGT1A1": {"*60": "*1", "*80+*28": "*28", "*80+*37": "*37"},
    "CYP2C19": {"*38": "*1"},
    "CYP3A4": {"*1B": "*1", "*36": "*1"},
}
_KEEP_LETTERS = {"TPMT"}


def normalised(gene: str, diplotype: str) -> frozenset[tuple[str, ...]]:
    """Return the sorted allele pairs that a published or called diplotype stands for."""
    pairs = set()
    for alternative in re.split(r"\s+or\s+|;|,\s*(?=\*)", diplotype):
        text = re.sub(r"\s*\([^)]*\)", "", alternative).strip()
        names = [_name(gene, part.strip()) for part in text.split("/")]
        if len(names) == 2 and all(names):
            pairs.add(tuple(sorted(names)))
    return frozenset(pairs)


def _name(gene: str, name: str) -> str:
    renamed = _RENAMED.get(gene, {})
    if name in renamed:
        return renamed[name]
    name = _SUBALLELE.sub(r"\1", name)
    if gene not in _KEEP_LETTERS:
        name = _LEGACY.sub(r"\1", name)
    return renamed.get(name, name)


def classify(gene: str, truth: str, call: GeneCall) -> str:
    """Return which of `KINDS` a call is."""
    wanted = normalised(gene, truth)
    best = normalised(gene, call.diplotype or "")
    if not best:
        return NONE
    if wanted & best:
        return RIGHT if call.status is CallStatus.CALLED else BEST
    if gene == "CYP2D6" and _STRUCTURAL.search(truth):
        return STRUCTURAL
    if call.status is CallStatus.CALLED:
        return WRONG
    listed = {p for c in call.candidates for p in normalised(gene, c.diplotype)}
    return AMONG if wanted & listed else OPEN


def measure() -> tuple[Mapping[str, Counter[str]], list[str]]:
    """Return counts by gene, and one line for each call that is not the truth's."""
    truth: dict[tuple[str, str], str] = {}
    for row in read_table(DATA / "truth" / "getrm_consolidated_2025.tsv"):
        if row["gene"] in genes() and normalised(row["gene"], row["diplotype"]):
            truth[row["sample"], row["gene"]] = row["diplotype"]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    lines = []
    for path in gvcf_files():
        for (sample, gene), call in _calls(path):
            wanted = truth.get((sample, gene))
            if wanted is None:
                continue
            kind = classify(gene, wanted, call)
            counts[gene][kind] += 1
            if kind not in (RIGHT, BEST):
                lines.append(f"{gene}: published {wanted}, ours {call.diplotype} ({kind})")
    return counts, sorted(lines)


def gvcf_files() -> list[Path]:
    """Return the reference genomes' gVCF files."""
    return sorted((DATA / "gvcf").glob("*.g.vcf.gz"))


def _calls(path: Path) -> Iterator[tuple[tuple[str, str], GeneCall]]:
    called = call_files([path])
    if called.read.refused:
        raise called.read.refused[0]
    for gene in genes():
        for call in called.calls(gene):
            yield (call.sample, gene), call


def main() -> None:
    """Print the table and the differences."""
    counts, lines = measure()
    show(counted("gene", KINDS, counts))
    show("\n".join(f"- {line}" for line in lines))


if __name__ == "__main__":
    main()
