"""What an input shows at a gene's defining positions, as records for results."""

from __future__ import annotations

from typing import Final

from pgx.base.calls import SiteObservation
from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, Evidence, GeneGenotypes, Unknown

__all__ = ["site_observations"]

_EVIDENCE: Final = {int(code): code.name.lower() for code in Evidence}
_REASON: Final = {int(code): code.name.lower() if code else None for code in Unknown}


def site_observations(genotypes: GeneGenotypes, sample: int) -> tuple[SiteObservation, ...]:
    """Return one sample's observations (``sample`` is a column), in the gene's order."""
    gene = genotypes.gene
    observed = []
    calls = genotypes.call[:, sample].tolist()
    blocks = genotypes.phase_block[:, sample].tolist()
    evidence = genotypes.evidence[:, sample].tolist()
    reasons = genotypes.reason[:, sample].tolist()
    gqs, dps = genotypes.gq[:, sample].tolist(), genotypes.dp[:, sample].tolist()
    for index, variant in enumerate(gene.variants):
        codes = [c for c in calls[index] if c != ABSENT]
        if blocks[index] == UNPHASED:
            codes.sort(key=lambda c: (c == MISSING, c))  # their order in the file says nothing
        alleles = tuple(_name(genotypes, index, c) for c in codes)
        phased = blocks[index] != UNPHASED and len(set(codes)) > 1
        observed.append(
            SiteObservation(
                position=f"{gene.contig}:{variant.position}",
                rsid=variant.rsid,
                alleles=alleles,
                ref=variant.ref,
                evidence=_EVIDENCE[evidence[index]],
                reason=_REASON[reasons[index]],
                phased=phased,
                phase_block=blocks[index] if phased else None,
                gq=gqs[index] if gqs[index] >= 0 else None,
                dp=dps[index] if dps[index] >= 0 else None,
                likelihoods=_likelihoods(genotypes, index, sample),
                heteroplasmy=genotypes.shares.get((index, sample)),
            )
        )
    return tuple(observed)


def _likelihoods(
    genotypes: GeneGenotypes, index: int, sample: int
) -> tuple[tuple[str, str, int], ...]:
    known = genotypes.likelihoods.get((index, sample))
    if not known:
        return ()
    return tuple(
        (_name(genotypes, index, one), _name(genotypes, index, two), phred)
        for one, two, phred in known
    )


def _name(genotypes: GeneGenotypes, index: int, code: int) -> str:
    return "." if code == MISSING else genotypes.label(index, code)
