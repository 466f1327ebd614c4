"""One sample's reads at one gene: genotypes from votes of fragments, copy number, phase."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import Assembly
from pgx.copynumber.evidence import CopyEvidence, SiteReads, not_assessed
from pgx.genotypes.matrix import MISSING, Evidence, GeneGenotypes, LikelyGenotype, Unknown
from pgx.reads.columns import Reads
from pgx.reads.copies import copies_from_reads, normaliser_of, read_regions, with_reads
from pgx.reads.locus import ReadLocus, assign, read_locus
from pgx.reads.source import ReadsFile, Region, open_reads, refusal
from pgx.reads.votes import LETTER, Votes, phase_sites, votes_of
from pgx.records.genes import GeneDefinition

__all__ = [
    "ReadLimits",
    "ReadsEvidence",
    "ReadsInput",
    "can_be_read",
    "genotype",
    "likelihoods",
    "read_gene",
    "site_reads",
    "unreadable",
]

FRACTIONS: Final = ((1 / 2, 0.7), (1 / 3, 0.12), (2 / 3, 0.12), (1 / 4, 0.03), (3 / 4, 0.03))
"""Share of an allele at a heterozygous site and its prior: the other copy may be there twice."""
FEWEST_STRANGE: Final = 3
STRANGE_SHARE: Final = 0.15
"""Votes and share of votes from which a base that no definition names is an allele."""
MOST_PHRED: Final = 99
SINGLE_COPY: Final = 30
"""What two alleles cost (phred) where there is one copy of the gene."""
UNSURE: Final = 0.01
"""Least probability that a fragment is of the other gene."""
OTHER_PARALOGUE: Final = 0.1
"""Probability that the paralogue carries, on one copy or all, another allele than usual."""
_LOG_TO_PHRED: Final = 10 / np.log(10)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class ReadLimits(NamedTuple):
    """Genotype quality (phred) and fragments below which a genotype is missing."""

    min_gq: int = 20
    min_dp: int = 8


def genotype(
    locus: ReadLocus, votes: Votes, sample: str, limits: ReadLimits, *, single: bool = False
) -> GeneGenotypes:
    """Return the genotypes of one sample, with read-backed phasing.

    A position with too few fragments, or with two about equally likely genotypes, is `MISSING`; it
    keeps its likelihoods. ``single`` means one copy of the gene: two alleles are then far less
    likely.
    """
    found = GeneGenotypes.empty(locus.gene, (sample,))
    paralogue = _paralogue_codes(locus)
    for site in range(len(locus.gene.variants)):
        _genotype_site(found, site, votes.take_at(site), paralogue[site], limits, single)
    phase_sites(found, votes.own())
    return found


def _genotype_site(
    found: GeneGenotypes,
    site: int,
    votes: Votes,
    paralogue: int,
    limits: ReadLimits,
    single: bool,  # noqa: FBT001
) -> None:
    """Write one position: call, quality, depth, and the reason if missing."""
    # Fragments count by their probability of being the gene's own, not as whole numbers.
    depth = int(np.rint(_shares(votes.odds).sum()))
    found.dp[site, 0] = depth
    if not depth:
        return
    found.evidence[site, 0] = Evidence.RECORD
    codes = _alleles(found, site, votes)
    pairs, phred = likelihoods(votes, codes, paralogue)
    if single:
        phred = phred + np.array([SINGLE_COPY * (a != b) for a, b in pairs])
        phred -= phred.min()
    quality = min(int(np.sort(phred)[1]), MOST_PHRED)
    found.gq[site, 0] = quality
    # With one copy half as many fragments are expected.
    least = (limits.min_dp + 1) // 2 if single else limits.min_dp
    if depth < least or quality < limits.min_gq:
        low = Unknown.LOW_DP if depth < least else Unknown.LOW_GQ
        found.reason[site, 0] = low
        found.likelihoods[site, 0] = tuple(
            LikelyGenotype(a, b, int(p))
            for (a, b), p in zip(pairs, phred.tolist(), strict=True)
            if max(a, b) < LETTER
        )
        return
    found.reason[site, 0] = Unknown.NONE
    best = pairs[int(phred.argmin())]
    found.call[site, 0] = [_coded(found, site, code) for code in best]


def _shares(odds: Floats) -> Floats:
    """Return the probability that each vote is from the gene, never 0 or 1."""
    return np.clip(1 / (1 + np.exp(-odds)), UNSURE, 1 - UNSURE)


def _paralogue_codes(locus: ReadLocus) -> list[int]:
    """Return for each position the allele that the paralogue usually carries."""
    bases = {s.position: s.paralogue_base for s in locus.structure.sites}
    found = []
    for variant in locus.gene.variants:
        base = bases.get(variant.position, variant.ref)
        known = base in variant.alleles
        found.append(variant.alleles.index(base) if known else LETTER + ord(base[0]))
    return found


def unreadable(locus: ReadLocus, sample: str, reason: Unknown) -> GeneGenotypes:
    """Return entirely missing genotypes, with the reason."""
    found = GeneGenotypes.empty(locus.gene, (sample,))
    found.reason[:] = reason
    return found


def _alleles(found: GeneGenotypes, site: int, votes: Votes) -> list[int]:
    """Return the documented alleles, and undocumented ones frequent in the gene's fragments."""
    strange = votes.own().allele
    seen, count = np.unique(strange[strange >= LETTER], return_counts=True)
    least = max(FEWEST_STRANGE, STRANGE_SHARE * len(strange))
    kept = [int(a) for a, n in zip(seen, count, strict=True) if n >= least]
    return [*range(len(found.gene.variants[site].alleles)), *kept]


def likelihoods(
    votes: Votes, codes: list[int], paralogue: int
) -> tuple[list[tuple[int, int]], Floats]:
    """Return unordered genotypes of a position and their phred-scaled likelihoods.

    The best has 0. A fragment is from the gene or the paralogue, by its odds; the allele of the
    paralogue is most likely ``paralogue``, else any, and is marginalized.
    """
    own = _shares(votes.odds)
    alleles = [*codes, *([paralogue] if paralogue not in codes else [])]
    chance = {
        code: np.where(votes.allele == code, 1 - votes.error, votes.error / 3) for code in alleles
    }
    behind = _paralogue_states(chance, alleles, paralogue)
    pairs = list(itertools.combinations_with_replacement(codes, 2))
    logs = np.array([_log_likelihood(own, chance[a], chance[b], behind, a == b) for a, b in pairs])
    phred = np.rint((logs.max() - logs) * _LOG_TO_PHRED)
    return pairs, phred


_States = list[tuple[float, Floats]]


def _paralogue_states(chance: dict[int, Floats], alleles: list[int], paralogue: int) -> _States:
    """Return log prior and (V,) probability of each vote, by allele of the paralogue."""
    others = [code for code in alleles if code != paralogue]
    rare = np.log(OTHER_PARALOGUE / 2 / max(len(others), 1))
    usual = chance[paralogue]
    found = [(float(np.log1p(-OTHER_PARALOGUE)), usual)]
    for code in others:
        found += [(float(rare), chance[code]), (float(rare), (chance[code] + usual) / 2)]
    return found


def _log_likelihood(
    own: Floats,
    first: Floats,
    second: Floats,
    behind: _States,
    same: bool,  # noqa: FBT001
) -> float:
    """Marginalize over the fraction of the first allele and the paralogue's allele."""
    terms = [
        np.log(weight)
        + prior
        + float(np.log(own * (share * first + (1 - share) * second) + (1 - own) * other).sum())
        for share, weight in ((1.0, 1.0),) * same or FRACTIONS
        for prior, other in behind
    ]
    return float(np.logaddexp.reduce(terms))


def _coded(found: GeneGenotypes, site: int, code: int) -> int:
    if code < LETTER:
        return code
    variant = found.gene.variants[site]
    label = f"{found.gene.contig}:{variant.position}:{variant.ref}>{chr(code - LETTER)}"
    return found.code_of_extra(site, label)


def site_reads(genotypes: GeneGenotypes, votes: Votes) -> tuple[SiteReads, ...]:
    """Return the gene's fragments of two alleles, at sites with a called alternative.

    These are the called ones, or the reference and the called one. Positions with paralogue
    mis-mapping are omitted: the genotype there uses all bases of each fragment, which allelic
    depths do not include.
    """
    own, found = votes.own(), []
    structure = genotypes.gene.structure
    mismapped = structure.mismapped if structure else ()
    for site, variant in enumerate(genotypes.gene.variants):
        first, second = sorted(genotypes.call[site, 0].tolist())
        known = first != MISSING and 0 < second < len(variant.alleles)
        if not known or variant.position in mismapped:
            continue
        allele = own.allele[own.at(site)]
        pair = (first if first != second else 0, second)
        reads = tuple(int((allele == code).sum()) for code in pair)
        found.append(SiteReads(variant.position, tuple(variant.alleles[c] for c in pair), reads))
    return tuple(found)


ALTERNATIVE: Final = re.compile(
    r"^(chr)?(22_.*_alt$|.*(KI270928|GL383582|KB663609|KN196485|KN196486|KQ458387|KQ458388|KQ759761))"
)
"""Contigs beside chromosome 22 that hold another copy of the gene."""
MOST_ALTERNATIVE: Final = 0.05
"""Share of the gene's reads on such contigs above which chromosome 22 lacks too many."""

SURE_OF_ONE: Final = 0.99
"""Probability of one copy or none from which a genotype is taken for one copy's."""


@dataclass(frozen=True, slots=True)
class ReadsInput:
    """A BAM or CRAM file, the FASTA file of a CRAM, and a BED file of normaliser regions."""

    path: str | Path
    reference: str | Path | None = None
    normaliser: str | Path | None = None


@dataclass(frozen=True, slots=True)
class ReadsEvidence:
    """Results of one sample's reads at one gene.

    Attributes
    ----------
    name
        The file's name without its folder.
    sample
        Of the read groups; empty if they have none.
    digest
        SHA-256 of the reads that were used; not of the whole file.
    genotypes
        Of one sample, with the name ``sample``.
    copies
        Likelihood of the reads under each structural model.
    """

    name: str
    sample: str
    digest: str
    assembly: Assembly
    genotypes: GeneGenotypes
    copies: CopyEvidence


def can_be_read(gene: GeneDefinition) -> bool:
    """Whether the knowledge base has sites that distinguish the gene from its paralogue."""
    return gene.structure is not None and bool(gene.structure.sites)


def read_gene(
    source: ReadsInput,
    gene: GeneDefinition,
    limits: ReadLimits,
    *,
    controls: Mapping[Assembly, Sequence[Region]] | None = None,
    assembly: Assembly | None = None,
) -> ReadsEvidence:
    """Analyze one gene in a single-sample file.

    Parameters
    ----------
    source
        The file, its reference and normalization regions.
    gene
        A gene for which `can_be_read` is true.
    limits
        Thresholds below which a genotype is missing.
    controls
        Normalization regions on other chromosomes, by assembly; used if the file has reads there
        and no BED file was given.
    assembly
        The required assembly, if given by the user.

    Raises
    ------
    ReadsFileError
        The file, its index, its reference or the BED file cannot be used; it has no reads there.
    AssemblyMismatchError
        It is on another assembly.
    """
    with open_reads(source.path, source.reference, assembly) as file:
        locus = read_locus(gene, file.assembly)
        chosen = None if source.normaliser is None else read_regions(source.normaliser, file, locus)
        reads = file.columns([locus.region])
        n_here = _n_over(reads, locus)
        if not n_here:
            raise refusal("no_reads", file.name)
        elsewhere = _n_alternative(file)
        normaliser = normaliser_of(
            file, reads, locus, chosen, (controls or {}).get(file.assembly, ())
        )
    assignment = assign(reads, locus)
    votes = votes_of(reads, locus, assignment)
    copies = copies_from_reads(reads, locus, assignment, normaliser)
    single = _probability_of(copies, most=1) >= SURE_OF_ONE
    genotypes = genotype(locus, votes, file.sample, limits, single=single)
    copies = with_reads(copies, site_reads(genotypes, votes))
    if elsewhere > MOST_ALTERNATIVE * (n_here + elsewhere):
        copies = not_assessed(gene.gene, "reads", "alternative_contigs")
        genotypes = unreadable(locus, file.sample, Unknown.UNREADABLE)
    elif copies.report.reason == "depth_too_low":
        copies = not_assessed(gene.gene, "reads", "depth_too_low")
        genotypes = unreadable(locus, file.sample, Unknown.LOW_DP)
    return ReadsEvidence(file.name, file.sample, _digest(reads), file.assembly, genotypes, copies)


def _probability_of(copies: CopyEvidence, *, most: int) -> float:
    """Return the probability of at most so many copies, 0 if not assessed."""
    return sum(c.probability for c in copies.report.copies if c.copies <= most)


def _n_over(reads: Reads, locus: ReadLocus) -> int:
    """Return the number of reads over the gene or its paralogue."""
    spans = locus.gene_span, locus.paralogue_span
    return sum(int(((reads.end >= a) & (reads.start <= b)).sum()) for a, b in spans)


def _n_alternative(file: ReadsFile) -> int:
    return sum(file.count(name) for name in file.other_contigs if ALTERNATIVE.match(name))


def _digest(reads: Reads) -> str:
    found = hashlib.sha256()
    for column in (reads.start, reads.end, reads.mapping_quality, reads.first):
        found.update(np.ascontiguousarray(column, "<i8").tobytes())
    found.update(reads.bases.tobytes())
    found.update(reads.qualities.tobytes())
    return found.hexdigest()
