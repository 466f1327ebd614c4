"""Calls made by other tools (HLA, CYP2D6 copy number): checked, then treated as calls.

A diplotype of known alleles gets its function, score and phenotype from the knowledge base;
a given phenotype or score that contradicts it is refused. HLA genes are looked up by the
presence of an allele: two fields decide. A null allele (``*57:01N``) is not expressed, so that its
carrier does not have the protein that a guideline warns of.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from pgx.alleles.names import format_diplotype, natural_key
from pgx.base.calls import CallStatus, Candidate, GeneCall, HaplotypeDetail
from pgx.base.errors import OutsideCallError, UnknownAlleleError
from pgx.base.genes import GeneDefinition, Ploidy, Strategy
from pgx.outside.calls import AlleleNames, OutsideCall, Unanswered
from pgx.phenotypes.haplotypes import HaplotypeFunctions
from pgx.phenotypes.translate import PhenotypeTable, activity_score

__all__ = ["OutsideCall", "answer", "outside_gene_call"]

_SCORE = re.compile(r"≥?[0-9]{1,3}(\.[0-9]{1,6})?")
_HLA_FIELDS = re.compile(
    r"^(?:(?:HLA-)?(?P<gene>[A-Z0-9]+))?(?P<allele>\*\d{2,3}:\d{2,4})"
    r"(?::\d+)*(?P<suffix>[GPN])?$",
    re.ASCII,  # other digits look the same and name no allele
)
# Suffixes of IMGT/HLA (Marsh 2010, doi:10.1111/j.1399-0039.2010.01466.x): G and P are groups of
# equal sequence, N is a null allele. L, S, C, A and Q (low, secreted, cytoplasmic, aberrant or
# questionable expression) are refused: nobody knows what they mean for a skin reaction.
_NULL: Final = "N"
NULL_ALLELE: Final = "null_allele"
_PRESENCE = re.compile(r"^(\*\d{2,3}:\d{2,4}) (positive|negative)$", re.ASCII)


def answer(
    call: OutsideCall, gene: GeneDefinition, sample: str, marker_alleles: tuple[str, ...]
) -> GeneCall | str:
    """Return what an outside call says, or the note code of why a tool's result is not used.

    Parameters are those of `outside_gene_call`.

    Raises
    ------
    OutsideCallError
        A line of our own table is wrong; a tool's is never refused for what it names.
    """
    if call.reason:
        return call.reason
    try:
        return outside_gene_call(call, gene, sample, marker_alleles)
    except OutsideCallError:
        if not call.tool:
            raise
        return Unanswered.UNKNOWN.value


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
        Alleles of the gene whose presence guidelines ask for (``*57:01``), of genes that are
        answered by outside calls alone.

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
    """Solutions among which a tool cannot tell: candidates without probabilities, all alike."""
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
    if gene.ploidy is Ploidy.MITOCHONDRIAL and call.tool and len(set(details)) == 1:
        details = details[:1]
    if len(details) > 2:
        raise _refusal(call, "more than two haplotypes in the diplotype")
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
    """Resolve a haplotype by the knowledge base's names; ``variants`` keeps what was said."""
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
    """Presence or absence of each marker allele among two typed alleles; null ones do not count."""
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
        notes=(NULL_ALLELE,) if any(name.endswith(_NULL) for name in names) else (),
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
    if match["gene"] and match["gene"] != call.gene.removeprefix("HLA-"):
        raise _refusal(call, "an allele is one of another gene")
    return match["allele"] + (_NULL if match["suffix"] == _NULL else "")
