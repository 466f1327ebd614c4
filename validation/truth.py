"""The 30 reference genomes against published diplotypes of reference materials.

The consolidated table gives one diplotype a sample and gene; for VKORC1, NAT2 (phenotypes, as
its names were revised) and DPYD (copies of the variants that publications typed) the single
publications are used. Where ours and the published name differ, the answered sites say why: a
site at which the reads show what the published diplotype excludes.

Run ``python -m validation.truth``.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pgx.alleles.definitions import CompiledGene, compile_gene
from pgx.base.calls import CallStatus, GeneCall
from pgx.genotypes.matrix import MISSING, GeneGenotypes
from validation.data import DATA, call_files, genes, read_table
from validation.published import (
    Pair,
    collapsed,
    dpyd_variants,
    is_structural,
    nat2_phenotypes,
    pairs,
)
from validation.tables import counted, show, table

__all__ = [
    "AGREED",
    "KINDS",
    "NONE",
    "STRUCTURAL",
    "UNEXPLAINED",
    "WRONG",
    "Scores",
    "main",
    "measure",
]

RIGHT = "called, right"
RIGHT_COLLAPSED = "called, right once collapsed"
BEST = "ambiguous, best is right"
BEST_COLLAPSED = "ambiguous, best right once collapsed"
AMONG = "ambiguous, among candidates"
OTHER_SOURCE = "ambiguous, best is another publication's"
SEEN = "ambiguous, reads exclude the published"
STRUCTURAL = "structural, cannot be seen"
WRONG = "called, other"
UNEXPLAINED = "ambiguous, unexplained"
NONE = "no call"
KINDS = (
    RIGHT,
    RIGHT_COLLAPSED,
    BEST,
    BEST_COLLAPSED,
    AMONG,
    OTHER_SOURCE,
    SEEN,
    STRUCTURAL,
    WRONG,
    UNEXPLAINED,
    NONE,
)
_NO_COPIES = "copy_number_not_assessed"
AGREED = (RIGHT, RIGHT_COLLAPSED, BEST, BEST_COLLAPSED)


@dataclass(slots=True)
class Scores:
    """Counts by gene and kind, and the differences in full."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    differences: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)
    genomes: int = 0

    def total(self, *kinds: str) -> int:
        """Return the count of some kinds over all genes."""
        return sum(row[kind] for row in self.counts.values() for kind in kinds)


@dataclass(slots=True)
class _Published:
    """The consolidated diplotype, if any, and those of single publications."""

    main: str = ""
    others: list[str] = field(default_factory=list)


def measure() -> Scores:
    """Call every reference genome and compare."""
    published = _published()
    scores = Scores()
    for path in gvcf_files():
        scores.genomes += 1
        for call, genotypes in _calls(path):
            known = published.get((call.sample, call.gene))
            if known is not None:
                _score(scores, call, genotypes, known)
    return scores


def gvcf_files() -> list[Path]:
    """Return the reference genomes' gVCF files."""
    return sorted((DATA / "gvcf").glob("*.g.vcf.gz"))


def _published() -> Mapping[tuple[str, str], _Published]:
    found: dict[tuple[str, str], _Published] = defaultdict(_Published)
    for row in read_table(DATA / "truth" / "getrm_consolidated_2025.tsv"):
        if pairs(row["gene"], row["diplotype"]):
            found[row["sample"], row["gene"]].main = row["diplotype"]
    for row in read_table(DATA / "truth" / "getrm.tsv"):
        key = row["sample"], row["gene"]
        if row["role"] == "consensus" and (row["gene"] in _BY_GENE or _only_here(row, found)):
            found[key].main = row["diplotype"]
        if key in found:
            found[key].others.append(row["diplotype"])
    return {key: known for key, known in found.items() if known.main}


def _only_here(row: Mapping[str, str], found: Mapping[tuple[str, str], _Published]) -> bool:
    """Say whether a structural CYP2D6 diplotype is in no consolidated row."""
    known = found.get((row["sample"], row["gene"]))
    return is_structural(row["gene"], row["diplotype"]) and (known is None or not known.main)


def _calls(path: Path) -> Iterator[tuple[GeneCall, GeneGenotypes]]:
    called = call_files([path])
    if called.read.refused:
        raise called.read.refused[0]
    for gene, genotypes in called.genotypes.items():
        for call in called.calls(gene):
            yield call, genotypes


def _score(scores: Scores, call: GeneCall, genotypes: GeneGenotypes, known: _Published) -> None:
    by_gene = _BY_GENE.get(call.gene)
    kind, text, why = (by_gene or _by_name)(call, genotypes, known)
    if not kind:
        return
    scores.counts[call.gene][kind] += 1
    if kind not in AGREED:
        scores.differences[call.gene, text, call.diplotype or "", kind, why] += 1


_Verdict = tuple[str, str, str]


def _by_name(call: GeneCall, genotypes: GeneGenotypes, known: _Published) -> _Verdict:
    """Compare names of alleles."""
    gene, wanted = call.gene, pairs(call.gene, known.main)
    best = pairs(gene, _plain(call.diplotype))
    sure = call.status is CallStatus.CALLED
    if call.diplotype is None:
        return NONE, known.main, ""
    if wanted & best:
        return RIGHT if sure else BEST, known.main, ""
    if collapsed(gene, wanted) & collapsed(gene, best):
        return RIGHT_COLLAPSED if sure else BEST_COLLAPSED, known.main, ""
    if is_structural(gene, known.main):
        said = "copy number not assessed" if _NO_COPIES in call.notes else "nothing said of copies"
        return STRUCTURAL, known.main, f"{call.status.value}, {said}"
    why = "; ".join(excluding_sites(genotypes, wanted))
    if sure:
        return WRONG, known.main, why
    if any(wanted & pairs(gene, _plain(c.diplotype)) for c in call.candidates):
        return AMONG, known.main, ""
    for other in known.others:
        if pairs(gene, other) & best:
            return OTHER_SOURCE, known.main, f"published elsewhere as {other}"
    return SEEN if why else UNEXPLAINED, known.main, why


def _plain(name: str | None) -> str:
    """Return a called name without what `pairs` would read as an alternative."""
    return "" if not name or "[" in name else name


def _vkorc1(call: GeneCall, genotypes: GeneGenotypes, known: _Published) -> _Verdict:
    best = tuple(sorted((call.diplotype or "").split("/")))
    right = best in pairs("VKORC1", known.main)
    sure = call.status is CallStatus.CALLED
    if right:
        return RIGHT if sure else BEST, known.main, ""
    why = "; ".join(excluding_sites(genotypes, pairs("VKORC1", known.main)))
    return WRONG if sure else UNEXPLAINED, known.main, why


def _nat2(call: GeneCall, genotypes: GeneGenotypes, known: _Published) -> _Verdict:
    """Compare acetylator phenotypes: the names were revised since."""
    del genotypes
    wanted = nat2_phenotypes(known.main)
    sure = call.status is CallStatus.CALLED
    if not wanted or call.phenotype is None:
        return "" if not wanted else NONE, known.main, ""
    if call.phenotype in wanted:
        return RIGHT if sure else BEST, known.main, ""
    if not sure and wanted & {*call.phenotypes}:
        return AMONG, known.main, ""
    return WRONG if sure else UNEXPLAINED, known.main, call.phenotype


def _dpyd(call: GeneCall, genotypes: GeneGenotypes, known: _Published) -> _Verdict:
    """Compare copies of the variants that one of the publications names."""
    sure = call.status is CallStatus.CALLED
    ours = _copies(genotypes)
    answers = [copies for text in known.others for copies in dpyd_variants(text)]
    typed = {name for copies in answers for name in copies}
    seen = {name: n for name, n in ours.items() if name in typed}
    if any(copies == seen for copies in answers):
        return RIGHT if sure else BEST, known.main, ""
    if any(all(seen.get(k, 0) >= n for k, n in copies.items()) for copies in answers):
        return SEEN, known.main, "one name a strand: the reads show more variants"
    return WRONG if sure else UNEXPLAINED, known.main, ""


def _copies(genotypes: GeneGenotypes) -> Mapping[str, int]:
    """Return how many copies of each one-variant allele the sites show."""
    compiled = _compiled(genotypes.gene.gene)
    found = {}
    for allele, name in enumerate(compiled.names):
        sites = np.flatnonzero(compiled.weights[allele])
        if len(sites) == 1:
            mask = int(compiled.masks[allele, sites[0]])
            codes = genotypes.call[sites[0], 0].tolist()
            found[name] = sum(1 for code in codes if code > 0 and mask >> code & 1)
    return {name: copies for name, copies in found.items() if copies}


def excluding_sites(genotypes: GeneGenotypes, wanted: frozenset[Pair]) -> list[str]:
    """Return answered sites whose alleles no wanted diplotype allows: position, alleles."""
    compiled = _compiled(genotypes.gene.gene)
    excluded = []
    for a, b in sorted(wanted):
        if a not in compiled.names or b not in compiled.names:
            continue
        masks = compiled.masks[compiled.names.index(a)], compiled.masks[compiled.names.index(b)]
        excluded.append(
            {i for i in range(len(masks[0])) if _excludes(genotypes, i, masks[0][i], masks[1][i])}
        )
    sites = min(excluded, key=len, default=set())
    return [_site_text(genotypes, site) for site in sorted(sites)]


@functools.cache
def _compiled(gene: str) -> CompiledGene:
    return compile_gene(genes()[gene])


def _excludes(genotypes: GeneGenotypes, site: int, one: np.integer, two: np.integer) -> bool:
    codes = genotypes.call[site, 0].tolist()
    if MISSING in codes or min(codes) < 0:
        return False
    return not any(int(one) >> x & 1 and int(two) >> y & 1 for x, y in (codes, codes[::-1]))


def _site_text(genotypes: GeneGenotypes, site: int) -> str:
    variant = genotypes.gene.variants[site]
    alleles = "/".join(genotypes.label(site, c) for c in genotypes.call[site, 0].tolist())
    return f"{variant.rsid or variant.position} {alleles}"


_BY_GENE = {"VKORC1": _vkorc1, "NAT2": _nat2, "DPYD": _dpyd}


def report(scores: Scores) -> str:
    """Return the tables."""
    agreed, compared = scores.total(*AGREED), scores.total(*KINDS)
    used = [kind for kind in KINDS if scores.total(kind) or kind in (WRONG, UNEXPLAINED, NONE)]
    lines = [
        (
            f"Genomes: {scores.genomes}; published diplotypes compared: {compared}; best is right:"
            f" {agreed}; called and other: {scores.total(WRONG)}; unexplained:"
            f" {scores.total(UNEXPLAINED)}; no call: {scores.total(NONE)}."
        ),
        "",
        counted("gene", used, scores.counts),
        "",
        table(
            ["gene", "published", "ours", "kind", "why", "genomes"],
            [[*key, n] for key, n in sorted(scores.differences.items())],
        ),
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    show(report(measure()))


if __name__ == "__main__":
    main()
