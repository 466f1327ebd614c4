"""Calls made by other tools (HLA, CYP2D6 copy number): checked, then treated as calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.errors import OutsideCallError, UnknownAlleleError
from pgx.genotypes.matrix import GeneGenotypes
from pgx.haplotypes.definitions import CompiledGene
from pgx.haplotypes.observation import Observation, observe
from pgx.haplotypes.support import allowed_alleles
from pgx.outside.calls import AlleleNames, OutsideCall, UnusedReason
from pgx.phenotypes import COPIES, HaplotypeFunctions, PhenotypeTable, activity_score
from pgx.records.calls import (
    AlternativeDiplotype,
    CallEvidence,
    CallStatus,
    Candidate,
    Contradiction,
    GeneCall,
    HaplotypeDetail,
)
from pgx.records.genes import (
    GeneDefinition,
    Ploidy,
    Strategy,
    core_allele,
    format_diplotype,
    natural_key,
)
from pgx.records.notes import NoteCode

__all__ = [
    "OutsideCall",
    "answer",
    "compared",
    "contradicting",
    "outside_gene_call",
]

_SCORE = re.compile(r"≥?[0-9]{1,3}(\.[0-9]{1,6})?")
_HLA_FIELDS = re.compile(
    r"^(?:(?:HLA-)?(?P<gene>[A-Z0-9]+))?(?P<allele>\*\d{2,3}:\d{2,4})"
    r"(?::\d+)*(?P<suffix>[GPN])?$",
    re.ASCII,  # other Unicode digits look the same but do not name an allele
)
# Suffixes of IMGT/HLA (Marsh 2010, doi:10.1111/j.1399-0039.2010.01466.x): G and P are groups of
# equal sequence, N is a null allele. L, S, C, A and Q (low, secreted, cytoplasmic, aberrant or
# questionable expression) are refused: their effect on the risk of a skin reaction is unknown.
_NULL: Final = "N"
_PRESENCE = re.compile(r"^(\*\d{2,3}:\d{2,4}) (positive|negative)$", re.ASCII)


def answer(
    call: OutsideCall, gene: GeneDefinition, sample: str, marker_alleles: tuple[str, ...]
) -> GeneCall | str:
    """Return the call for an outside call, or the note code why a tool's result is not used.

    Parameters are those of `outside_gene_call`.

    Raises
    ------
    OutsideCallError
        A line of our own table is invalid; a tool's names are never an error.
    """
    if call.reason:
        return call.reason
    try:
        return outside_gene_call(call, gene, sample, marker_alleles)
    except OutsideCallError:
        if not call.tool:
            raise
        return UnusedReason.UNKNOWN.value


def outside_gene_call(
    call: OutsideCall, gene: GeneDefinition, sample: str, marker_alleles: tuple[str, ...]
) -> GeneCall:
    """Turn an outside call into a `GeneCall` of one sample.

    Parameters
    ----------
    call
        The line.
    gene
        The gene as the knowledge base has it.
    sample
        Sample that the call belongs to.
    marker_alleles
        Alleles of the gene whose presence is a condition of guidelines (``*57:01``), for genes
        called by outside tools only.

    Raises
    ------
    OutsideCallError
        The diplotype cannot be read, an allele is unknown, or phenotype or score contradict it.
    """
    if gene.strategy is Strategy.OUTSIDE:
        return _presence_call(call, gene, sample, marker_alleles)
    if call.solutions:
        return _several(call, gene, sample)
    if not call.diplotype:
        return _phenotype_only(call, gene, sample)
    return _of_alleles(call, call.diplotype, gene, sample)


def _several(call: OutsideCall, gene: GeneDefinition, sample: str) -> GeneCall:
    """Diplotypes that a tool cannot distinguish: equal candidates without probabilities."""
    found = {
        one.diplotype: one
        for text in call.solutions
        for one in [_of_alleles(call, text, gene, sample)]
    }
    first, *others = found.values()
    if not others:
        return first
    return msgspec.structs.replace(
        first,
        status=CallStatus.AMBIGUOUS,
        probability=None,
        candidates=tuple(Candidate(str(name)) for name in found),
        n_candidates=len(found),
        phenotypes=tuple(dict.fromkeys(p for one in found.values() for p in one.phenotypes)),
        lookup_keys=tuple(dict.fromkeys(k for one in found.values() for k in one.lookup_keys)),
    )


def _of_alleles(call: OutsideCall, diplotype: str, gene: GeneDefinition, sample: str) -> GeneCall:
    """Resolve a diplotype; the mitochondrial genome has one haplotype, which tools write twice."""
    table = PhenotypeTable(gene)
    names = AlleleNames.of(gene)
    details = [_named(call, gene, names, text.strip()) for text in diplotype.split("/")]
    # some tools write the single mitochondrial haplotype twice
    if gene.ploidy is Ploidy.MITOCHONDRIAL and call.tool and len(set(details)) == 1:
        details = details[:1]
    if len(details) > 2:
        raise _refusal(call, "more than two haplotypes in the diplotype")
    # one haplotype is valid for chrX and the mitochondrial genome only
    if len(details) == 1 and gene.ploidy is Ploidy.AUTOSOME:
        raise _refusal(call, "one haplotype of an autosomal gene")
    name = format_diplotype([d.name for d in details], gene.default_allele)
    details.sort(key=lambda d: (d.name != gene.default_allele, natural_key(d.name)))
    second = details[1].function if len(details) == 2 else None
    found = table.translate(details[0].function, second, name)
    if call.phenotype and found.term and call.phenotype != found.term:
        raise _refusal(call, f"phenotype is not that of the diplotype ({found.term})")
    if call.activity_score and found.score and _score(call.activity_score) != found.score:
        raise _refusal(call, f"activity score is not that of the diplotype ({found.score})")
    return GeneCall(
        sample=sample,
        gene=gene.gene,
        status=CallStatus.CALLED,
        diplotype=name,
        probability=1.0,
        candidates=(Candidate(name),),
        n_candidates=1,
        phenotype=found.term,
        activity_score=found.score,
        phenotypes=(found.term,) if found.term else (),
        source="outside",
        lookup_keys=(found.lookup_key,),
        haplotypes=tuple(details),
        n_positions=len(gene.variants),
    )


def _named(
    call: OutsideCall, gene: GeneDefinition, names: AlleleNames, said: str
) -> HaplotypeDetail:
    """Resolve a haplotype by the knowledge base's names; ``variants`` keeps the reported name."""
    detail = _haplotype(call, gene, names.haplotype(said))
    return detail if detail.name == said else msgspec.structs.replace(detail, variants=(said,))


def _score(text: str) -> str:
    """Return a score as the knowledge base writes it, ``2`` as ``2.0``; other text as it is."""
    return (activity_score([text]) if _SCORE.fullmatch(text) else None) or text


def _refusal(call: OutsideCall, what: str) -> OutsideCallError:
    return OutsideCallError(what, where=call.where, remedy="correct the line or remove it")


def _phenotype_only(call: OutsideCall, gene: GeneDefinition, sample: str) -> GeneCall:
    """A phenotype or score without alleles: taken if it is one of the gene's own terms."""
    by_key = {r.lookup_key: r for r in gene.rules}
    by_term = {r.phenotype: r for r in gene.rules}
    if gene.scored and call.activity_score:
        rule = by_key.get(_score(call.activity_score))
    else:
        rule = by_term.get(call.phenotype)
    if rule is None:
        raise _refusal(call, "phenotype or activity score is not a term of this gene")
    if call.phenotype and call.phenotype != rule.phenotype:
        raise _refusal(call, f"phenotype is not that of the activity score ({rule.phenotype})")
    # a phenotype of a scored gene stands for every score with that phenotype
    scores = {r.lookup_key for r in gene.rules if r.phenotype == rule.phenotype}
    keys = (rule.lookup_key,) if call.activity_score or not gene.scored else tuple(sorted(scores))
    return GeneCall(
        sample=sample,
        gene=gene.gene,
        status=CallStatus.CALLED,
        phenotype=rule.phenotype,
        activity_score=rule.activity_score if call.activity_score else None,
        phenotypes=(rule.phenotype,),
        source="outside",
        lookup_keys=keys,
        n_positions=len(gene.variants),
    )


def _haplotype(call: OutsideCall, gene: GeneDefinition, name: str) -> HaplotypeDetail:
    """Resolve ``*1``, ``*1x2``, ``*36+*10`` to function and activity value."""
    try:
        function, value = HaplotypeFunctions(gene).of(name)
    except UnknownAlleleError:
        raise _refusal(call, "an allele is not in the knowledge base") from None
    detail = _detail(gene, name, function, value)
    return msgspec.structs.replace(detail, contains=HaplotypeFunctions(gene).contained(name))


def _detail(
    gene: GeneDefinition, name: str, function: str | None, value: str | None
) -> HaplotypeDetail:
    return HaplotypeDetail(
        name=name,
        function=function or gene.uncertain_function or None,
        activity_value=value,
        variants=(name,),
    )


def _presence_call(
    call: OutsideCall, gene: GeneDefinition, sample: str, marker_alleles: tuple[str, ...]
) -> GeneCall:
    """Presence of each marker allele among two typed alleles; null alleles do not count."""
    if call.solutions:
        raise _refusal(call, "several solutions, of a gene of which two alleles are asked")
    stated = _PRESENCE.match(call.phenotype or call.diplotype)
    if stated and not (call.diplotype and call.phenotype):
        keys: tuple[str, ...] = (stated.group(0),)
        names: list[str] = []
    else:
        names = [_two_fields(call, part.strip()) for part in call.diplotype.split("/")]
        if len(names) != 2:
            raise _refusal(
                call, "two typed alleles are needed, or a statement like *57:01 positive"
            )
        keys = tuple(f"{m} {'positive' if m in names else 'negative'}" for m in marker_alleles)
        if call.phenotype and call.phenotype not in keys:
            raise _refusal(call, "phenotype is not that of the two alleles")
    return GeneCall(
        sample=sample,
        gene=gene.gene,
        status=CallStatus.CALLED,
        diplotype="/".join(names) or None,
        probability=1.0 if names else None,
        candidates=(Candidate("/".join(names)),) if names else (),
        n_candidates=1 if names else 0,
        notes=(NoteCode.NULL_ALLELE,) if any(name.endswith(_NULL) for name in names) else (),
        phenotype="; ".join(keys) or None,
        phenotypes=keys,
        source="outside",
        lookup_keys=keys,
        haplotypes=tuple(
            HaplotypeDetail(name=n, function=None, activity_value=None) for n in names
        ),
    )


def _two_fields(call: OutsideCall, name: str) -> str:
    match = _HLA_FIELDS.match(name)
    if match is None:
        raise _refusal(call, "an HLA allele needs two fields, like *57:01")
    # tools may write the locus, as in A*31:01
    if match["gene"] and match["gene"] != call.gene.removeprefix("HLA-"):
        raise _refusal(call, "an allele is one of another gene")
    return match["allele"] + (_NULL if match["suffix"] == _NULL else "")


def contradicting(call: GeneCall, gene: CompiledGene, observation: Observation) -> tuple[int, ...]:
    """Return the indices of the positions at which an input contradicts an outside call.

    Empty if any of its candidates is not contradicted.

    Every observed allele must belong to some part of the diplotype, and every whole copy must
    allow some observed allele; reads of hybrids may be mapped elsewhere. A part without a
    definition, such as a deletion, may carry any allele.
    """
    found = [_denied(c.diplotype.split("/"), gene, observation) for c in call.candidates]
    return tuple(np.flatnonzero(found[0]).tolist()) if found and all(map(np.any, found)) else ()


def _denied(
    haplotypes: list[str], gene: CompiledGene, observation: Observation
) -> npt.NDArray[np.bool_]:
    """Return where the observed alleles are impossible for two haplotypes; shape (n,)."""
    names = [part for haplotype in haplotypes for part in _parts(haplotype, gene)]
    rows = _rows(names, gene)
    known = ~observation.missing
    denied = np.zeros(len(known), np.bool_)
    if not rows:
        return denied
    seen = (np.uint64(1) << np.maximum(observation.codes, 0).astype(np.uint64)).T
    either = np.bitwise_or(seen[0], seen[1])
    for row in _rows(_whole(names, len(haplotypes), gene), gene):
        denied |= (row & either) == 0
    # a part without a definition may carry any allele: then no allele can be excluded
    if len(rows) == len(names):
        denied |= (either & ~np.bitwise_or.reduce(rows)) != 0
    return denied & known


def _parts(haplotype: str, gene: CompiledGene) -> list[str]:
    return (
        [haplotype] if haplotype in gene.names else [part.strip() for part in haplotype.split("+")]
    )


def _whole(names: Sequence[str], n_haplotypes: int, gene: CompiledGene) -> list[str]:
    """Return the names of whole copies; for other genes, none if alleles are joined."""
    structure = gene.gene.structure
    if structure is None:
        return list(names) if len(names) == n_haplotypes else []
    hybrids = structure.unit_names[1:]
    return [n for n in names if n not in hybrids and structure.hybrid_named(n) is None]


def _rows(names: Sequence[str], gene: CompiledGene) -> list[npt.NDArray[np.uint64]]:
    """Return the allele masks of those names, with or without copy number, that are defined."""
    single = [match["name"] if (match := COPIES.fullmatch(name)) else name for name in names]
    known = [name if name in gene.names else core_allele(name) for name in single]
    return [gene.masks[gene.names.index(name)] for name in known if name in gene.names]


def compared(call: GeneCall, gene: CompiledGene, genotypes: GeneGenotypes, column: int) -> GeneCall:
    """Note an outside call that the input's own variants contradict, with the positions.

    The positions are stored in the evidence, under the reported diplotype.
    """
    observation = observe(genotypes, column)
    places = contradicting(call, gene, observation)
    if not places:
        return call
    haplotypes = _haplotype_masks(call, gene)
    found = tuple(_contradiction(gene, genotypes, observation, i, haplotypes) for i in places)
    given = AlternativeDiplotype(
        diplotype=call.diplotype or "",
        functions=tuple(h.function for h in call.haplotypes),
        why="given",
        contradictions=found,
    )
    return msgspec.structs.replace(
        call,
        notes=(*call.notes, NoteCode.OUTSIDE_CALL_CONTRADICTS_VCF),
        evidence=CallEvidence(alternatives=(given,)),
    )


def _haplotype_masks(call: GeneCall, gene: CompiledGene) -> list[npt.NDArray[np.uint64]]:
    """Return, for each defined haplotype, the alleles it allows at each position."""
    found = []
    for haplotype in call.haplotypes:
        rows = _rows(_parts(haplotype.name, gene), gene)
        if rows:
            found.append(np.bitwise_or.reduce(rows))
    return found


def _contradiction(
    gene: CompiledGene,
    genotypes: GeneGenotypes,
    observation: Observation,
    index: int,
    haplotypes: list[npt.NDArray[np.uint64]],
) -> Contradiction:
    variant = gene.gene.variants[index]
    codes = observation.codes[index].tolist()
    return Contradiction(
        position=f"{gene.gene.contig}:{variant.position}",
        rsid=variant.rsid,
        observed=tuple(genotypes.label(index, code) for code in codes),
        needs=tuple(allowed_alleles(gene, index, int(mask[index])) for mask in haplotypes),
        kind="allele",
        phased=False,
    )
