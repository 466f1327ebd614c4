"""Small genes with made-up populations: ``made({"*1": "AA", "*2": "AG"}, {"AA": 9})``.

Haplotypes are strings over A (reference), G and T, ``.`` where unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pgx.genotypes.matrix import (
    ABSENT,
    MISSING,
    UNPHASED,
    Evidence,
    GeneGenotypes,
    LikelyGenotype,
    Unknown,
)
from pgx.haplotypes.caller import GeneCaller
from pgx.records.calls import GeneCall
from pgx.records.genes import (
    AlleleDefinition,
    DefiningVariant,
    GeneDefinition,
    GeneFrequencies,
    HaplotypeCount,
    PhenotypeRule,
    Ploidy,
    Strategy,
)

ALLELES = "AGT"


def position(site: int) -> int:
    """Return the position of a site, as depends_on names it without its contig."""
    return 100 + site


def gene(definitions: Mapping[str, str], *, core: Sequence[str] = ()) -> GeneDefinition:
    """Return a gene whose alleles are haplotypes; each allele's function is its core name."""
    n = len(next(iter(definitions.values())))
    functions = sorted({name.split(".")[0] for name in definitions} | {"?"})
    rules = [
        PhenotypeRule(
            function_1=a, function_2=b, activity_score="", phenotype=f"{a}{b}", lookup_key=f"{a}{b}"
        )
        for i, a in enumerate(functions)
        for b in (*functions[i:], "")
    ]
    return GeneDefinition(
        gene="MADE",
        contig="chr1",
        strategy=Strategy.STAR,
        ploidy=Ploidy.X_LINKED,
        default_allele="*1",
        uncertain_function="?",
        scored=False,
        variants=tuple(
            DefiningVariant(
                position=position(i),
                position_grch37=position(i),
                ref="A",
                ref_grch37="A",
                alts=("G", "T"),
            )
            for i in range(n)
        ),
        alleles=tuple(
            AlleleDefinition(
                name=name,
                is_reference=name == "*1",
                defining={position(i): base for i, base in enumerate(haplotype) if base != "A"},
                function=name.split(".")[0],
            )
            for name, haplotype in definitions.items()
        ),
        rules=tuple(rules),
    )


def frequencies(counts: Mapping[str, int | Sequence[int]], **more: object) -> GeneFrequencies:
    """Return counts of haplotypes, by group where there are several."""
    rows = {haplotype: (n,) if isinstance(n, int) else tuple(n) for haplotype, n in counts.items()}
    return GeneFrequencies(
        gene="MADE",
        groups=tuple("XYZ"[: len(next(iter(rows.values())))]),
        haplotypes=tuple(
            HaplotypeCount(
                differences={position(i): b for i, b in enumerate(haplotype) if b not in "A."},
                allele=haplotype,
                counts=row,
            )
            for haplotype, row in rows.items()
        ),
        **more,
    )


def caller(
    definitions: Mapping[str, str],
    counts: Mapping[str, int | Sequence[int]] | None,
    **settings: object,
) -> GeneCaller:
    """Return a caller of a made gene; without counts it has no prior."""
    found = None if counts is None else frequencies(counts)
    return GeneCaller(gene(definitions), found, **settings)


def genotypes(
    definition: GeneDefinition,
    *haplotypes: str,
    blocks: Sequence[int] | None = None,
    likely: Mapping[int, Mapping[str, int]] | None = None,
    reasons: Mapping[int, Unknown] | None = None,
) -> GeneGenotypes:
    """Return one sample's observations, unphased unless ``blocks`` say otherwise.

    ``likely`` maps a site to phred likelihoods by genotype, ``{1: {"AA": 0, "AG": 3}}``.
    """
    found = GeneGenotypes.empty(definition, ("S1",))
    for site in range(len(definition.variants)):
        codes = [MISSING if s[site] == "." else _code(found, site, s[site]) for s in haplotypes]
        found.call[site, 0] = codes if len(codes) == 2 else (*codes, ABSENT)
        found.phase_block[site, 0] = blocks[site] if blocks else UNPHASED
        if MISSING not in codes:
            found.evidence[site, 0], found.reason[site, 0] = Evidence.RECORD, Unknown.NONE
    for site, why in (reasons or {}).items():
        found.evidence[site, 0], found.reason[site, 0] = Evidence.RECORD, why
    for site, table in (likely or {}).items():
        found.evidence[site, 0], found.reason[site, 0] = Evidence.RECORD, Unknown.LOW_GQ
        found.likelihoods[site, 0] = tuple(
            LikelyGenotype(ALLELES.index(a), ALLELES.index(b), phred)
            for (a, b), phred in table.items()
        )
    return found


def _code(found: GeneGenotypes, site: int, base: str) -> int:
    if base in ALLELES:
        return ALLELES.index(base)
    return found.code_of_extra(site, f"chr1:{position(site)}:A>{base}")


def call(own: GeneCaller, *haplotypes: str, **more: object) -> GeneCall:
    """Call one sample of a made gene."""
    ancestry = more.pop("ancestry", None)
    observed = genotypes(own.gene, *haplotypes, **more)
    return own.call(observed, 0, with_sites=False, ancestry=ancestry)


def chances(found: GeneCall) -> dict[str, float | None]:
    """Return the probability of each candidate."""
    return {c.diplotype: c.probability for c in found.candidates}


def shares_of(own: GeneCaller) -> dict[tuple[int, ...], float]:
    """Return the prior's haplotypes with their shares in the first group."""
    assert own.prior is not None
    rows = [tuple(row) for row in own.prior.codes.tolist()]
    return dict(zip(rows, np.asarray(own.prior.shares[0]).tolist(), strict=True))
