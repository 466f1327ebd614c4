"""Report entry of one gene, built from a call with its evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.phenotypes import NO_SCORE
from pgx.records.calls import (
    AlternativeDiplotype,
    CallStatus,
    Contradiction,
    GeneCall,
    HaplotypeDetail,
    HaplotypeEvidence,
    SiteObservation,
    VariantMatch,
)
from pgx.records.notes import NoteCode
from pgx.reports.content.phrases import (
    figure,
    function_in_words,
    percent,
    phenotype_in_words,
)
from pgx.reports.content.structure_entries import StructureEntry, build_structure
from pgx.reports.content.uncertainty import (
    best_of,
    candidate_text,
    other_phenotypes,
    unresolved_call,
)

__all__ = [
    "AlternativeEntry",
    "EvidenceEntry",
    "GeneEntry",
    "SiteRow",
    "allele_text",
    "build_evidence",
    "build_gene",
    "gene_anchor",
]

Words = Mapping[str, Any]
_LISTED: Final = 8  # positions listed in one sentence or list


class AlternativeEntry(msgspec.Struct, frozen=True):
    """An alternative diplotype: a line naming it, and the lines of evidence against it."""

    title: str
    reasons: tuple[str, ...]


class EvidenceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The evidence for a call as shown in a report."""

    matched: tuple[str, ...] = ()
    alternatives: tuple[AlternativeEntry, ...] = ()


def build_evidence(call: GeneCall, words: Words) -> EvidenceEntry | None:
    """Return the evidence of a call as text, None if there is none."""
    if call.evidence is None:
        return None
    said = words["why"]
    return EvidenceEntry(
        # a homozygous call would list the same evidence twice
        matched=tuple(dict.fromkeys(_haplotype(s, said) for s in call.evidence.haplotypes)),
        alternatives=tuple(
            _alternative(alternative, words) for alternative in call.evidence.alternatives
        ),
    )


def _haplotype(haplotype: HaplotypeEvidence, said: Mapping[str, str]) -> str:
    if not haplotype.variants:
        return said["haplotype_default"].format(
            name=haplotype.name, answered=haplotype.n_answered, named=haplotype.n_named
        )
    by_state: dict[str, list[str]] = {}
    for variant in haplotype.variants:
        by_state.setdefault(variant.state, []).append(_variant(variant, said))
    seen = by_state.get("matched", [])
    text = said["haplotype" if seen else "haplotype_unseen"].format(
        name=haplotype.name,
        seen=len(seen),
        total=len(haplotype.variants),
        variants=_listed(seen, said),
    )
    rest = [
        said[state].format(variants=_listed(by_state[state], said))
        for state in ("unknown", "contradicted")
        if state in by_state
    ]
    return "; ".join([text, *rest])


def _variant(variant: VariantMatch, said: Mapping[str, str]) -> str:
    needs = said["or"].join(variant.needs) or said["undocumented"]
    return said["variant"].format(needs=needs, position=_place(variant.position, variant.rsid))


def _place(position: str, rsid: str) -> str:
    return f"{position} ({rsid})" if rsid else position


def _listed(names: Sequence[str], said: Mapping[str, str]) -> str:
    shown = ", ".join(names[:_LISTED])
    more = len(names) - _LISTED
    return said["more_positions"].format(names=shown, count=more) if more > 0 else shown


def _alternative(alternative: AlternativeDiplotype, words: Words) -> AlternativeEntry:
    said = words["why"]
    functions = (function_in_words(function, words) for function in alternative.functions)
    known = any(alternative.functions)
    chance = "" if alternative.probability is None else percent(alternative.probability, words)
    title = said["alternative"].format(
        why=said.get(alternative.why, alternative.why),
        diplotype=alternative.diplotype,
        functions=said["functions"].format(names=", ".join(functions)) if known else "",
        chance=said["chance"].format(percent=chance) if chance else "",
    )
    return AlternativeEntry(title, tuple(_reasons(alternative, said)))


def _reasons(alternative: AlternativeDiplotype, said: Mapping[str, str]) -> list[str]:
    if alternative.why.startswith("fits"):
        found = []
        if alternative.open_sites:
            found.append(said["would_tell"].format(names=_listed(alternative.open_sites, said)))
        if alternative.open_phase:
            found.append(
                said["would_tell_phase"].format(names=_listed(alternative.open_phase, said))
            )
        return found or [said["cannot_tell"]]
    found = [_contradiction(c, said) for c in alternative.contradictions[:_LISTED]]
    more = len(alternative.contradictions) - len(found)
    if more:
        found.append(said["more_contradictions"].format(count=more))
    if alternative.n_alike > 1:
        others = "alike_two" if alternative.n_alike == 2 else "alike"
        found.append(said[others].format(count=alternative.n_alike - 1))
    return found


def _contradiction(found: Contradiction, said: Mapping[str, str]) -> str:
    between = "|" if found.phased else "/"
    needs = (said["or"].join(n) or said["undocumented"] for n in found.needs)
    return said["phase" if found.kind == "phase" else "needs"].format(
        position=_place(found.position, found.rsid),
        observed=between.join(found.observed),
        needs=between.join(needs),
    )


_SEEN_HERE: Final = frozenset({"vcf", "reads"})
"""Sources of calls that this program made from positions."""
# further candidates are summarised by their number and probability
_LISTED_CANDIDATES: Final = 12
# the same for positions: the table below lists all of them
_LISTED_POSITIONS: Final = 12
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_-]")


class SiteRow(msgspec.Struct, frozen=True):
    """A tested position as a row of text; ``kind`` is ``variant``, ``unknown`` or empty."""

    position: str
    rsid: str
    genotype: str
    evidence: str
    gq: str
    dp: str
    remark: str
    kind: str


class GeneEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The report entry of a gene; ``best_of`` marks a diplotype that is one of several.

    ``others`` are other possible phenotypes; ``unsure`` marks them as uncertain. ``unresolved`` is
    one sentence on what is unresolved and what resolves it, empty if nothing is.
    """

    gene: str
    anchor: str
    status: str
    status_word: str
    diplotype: str
    best_of: str = ""
    phenotype: str = ""
    score: str = ""
    others: str = ""
    unresolved: str = ""
    unsure: bool = False
    coverage: str = ""
    source: str = ""
    phased: str = ""
    alleles: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    more_candidates: str = ""
    findings: tuple[str, ...] = ()
    undocumented: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    sites: tuple[SiteRow, ...] = ()
    evidence: EvidenceEntry | None = None
    structure: StructureEntry | None = None

    @property
    def all_candidates(self) -> str:
        """The listed candidates, and the number of further ones."""
        return ", ".join(filter(None, (*self.candidates, self.more_candidates)))

    @property
    def origin(self) -> str:
        """The source of the call, and the share of the gene that it covers."""
        return ", ".join(filter(None, (self.source, self.coverage, self.phased)))

    @property
    def scored_phenotype(self) -> str:
        """The phenotype with its score, and other possible phenotypes."""
        return ", ".join(filter(None, (self.phenotype, self.score, self.others)))


def gene_anchor(gene: str) -> str:
    """Return the HTML id of a gene's section.

    >>> gene_anchor("MT-RNR1"), gene_anchor('a"b')
    ('gene-MT-RNR1', 'gene-a_b')
    """
    return "gene-" + _NOT_PLAIN.sub("_", gene)


def build_gene(call: GeneCall, words: Words) -> GeneEntry:
    """Return the report entry of one call."""
    label = words["label"]
    # without a call there is no best diplotype or phenotype to show
    answered = call.status in (CallStatus.CALLED, CallStatus.AMBIGUOUS)
    listed = call.candidates[:_LISTED_CANDIDATES] if call.n_candidates > 1 else ()
    return GeneEntry(
        gene=call.gene,
        anchor=gene_anchor(call.gene),
        status=call.status.value,
        status_word=words["status"][call.status.value],
        diplotype=_diplotype(call, label),
        best_of=best_of(call, words) if answered else "",
        phenotype=_phenotype(call, words) if answered else "",
        score=_score(call, words),
        others=other_phenotypes(call, words),
        unresolved=unresolved_call(call, words),
        unsure=call.n_candidates > 1 or NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes,
        coverage=_coverage(call, label),
        source=words["source"].get(call.source, call.source),
        phased=words["phased"].get(call.phased or "", ""),
        alleles=tuple(dict.fromkeys(allele_text(h, words) for h in call.haplotypes)),
        candidates=tuple(candidate_text(c, words) for c in listed),
        more_candidates=_more(call, len(listed), words),
        findings=call.findings,
        undocumented=call.undocumented,
        notes=tuple(words["note"].get(code, code) for code in call.notes),
        open_questions=_open_questions(call.depends_on, label),
        missing=_missing(call, words),
        sites=tuple(_site(s, words) for s in call.sites),
        evidence=build_evidence(call, words),
        structure=build_structure(call, words),
    )


def _diplotype(call: GeneCall, label: Mapping[str, str]) -> str:
    if call.diplotype:
        return call.diplotype
    return label["not_given"] if call.status is CallStatus.CALLED else label["no_diplotype"]


def _phenotype(call: GeneCall, words: Words) -> str:
    if not call.phenotype:
        return str(words["label"]["no_phenotype"])
    return phenotype_in_words(call.phenotype, words)


def _score(call: GeneCall, words: Words) -> str:
    if not call.activity_score:
        return ""
    return str(words["label"]["score"]).format(score=figure(call.activity_score, words))


def _coverage(call: GeneCall, label: Mapping[str, str]) -> str:
    if call.source not in _SEEN_HERE:
        return label["from_outside"]
    if not call.n_positions:
        return label["no_positions"]
    answered = call.n_positions - call.n_missing
    return label["positions"].format(answered=answered, total=call.n_positions)


def allele_text(haplotype: HaplotypeDetail, words: Words) -> str:
    """Name a haplotype and its function; for scored genes the function may be the value alone."""
    label: Mapping[str, str] = words["label"]
    text = _function_text(haplotype, words)
    if not haplotype.contains:
        return text
    return text + label["contains"].format(names=", ".join(haplotype.contains))


def _function_text(haplotype: HaplotypeDetail, words: Words) -> str:
    label: Mapping[str, str] = words["label"]
    # "n/a" is CPIC's value for genes without activity scores
    value = haplotype.activity_value if haplotype.activity_value not in (None, "", "n/a") else ""
    scored = label["value"].format(value=figure(value, words)) if value else ""
    if haplotype.function == NO_SCORE:
        return f"{haplotype.name}: {words['functions']['no_value']}"
    if not haplotype.function or haplotype.function == value:
        return f"{haplotype.name}: {scored or label['no_function']}"
    function = words["function"].get(haplotype.function, haplotype.function)
    return f"{haplotype.name}: {function}" + (f" ({scored})" if scored else "")


def _more(call: GeneCall, listed: int, words: Words) -> str:
    label: Mapping[str, str] = words["label"]
    more = call.n_candidates - listed
    if not listed or more <= 0:
        return ""
    text = label["more_candidates"].format(count=more)
    # sums of floats may exceed 1 in the last digit; see min() below
    rest = (call.rest or 0.0) + sum(c.probability or 0.0 for c in call.candidates[listed:])
    share = percent(min(rest, 1.0), words)
    return f"{text} ({label['rest'].format(percent=share)})" if rest else text


def _open_questions(codes: Sequence[str], label: Mapping[str, str]) -> tuple[str, ...]:
    """Return what would resolve the call: positions in one line, then phases and the rest."""
    positions, said = [], []
    for code in codes:
        if code.startswith("phase:"):
            names = code.removeprefix("phase:").split("+")
            said.append(label["settle_phase_of"].format(names=", ".join(names)))
        elif code.endswith(":copy_number"):
            said.append(label["settle_copy_number"])
        elif code.endswith(":genotype"):
            said.append(label["settle_genotype"])
        else:
            positions.append(code)
    if not positions:
        return tuple(said)
    names = positions[:_LISTED_POSITIONS]
    if len(positions) > len(names):
        names.append(label["more_positions"].format(count=len(positions) - len(names)))
    return (label["settle_position"].format(names=", ".join(names)), *said)


def _missing(call: GeneCall, words: Words) -> tuple[str, ...]:
    """Return the positions without a genotype, by reason if known."""
    reasons = {s.position: s.reason or "no_record" for s in call.sites}
    by_reason: dict[str, list[str]] = {}
    for position in call.missing:
        by_reason.setdefault(reasons.get(position, ""), []).append(position)
    ordered = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(_reason_lead(reason, words) + ", ".join(found) for reason, found in ordered)


def _reason_lead(reason: str, words: Words) -> str:
    return f"{words['reason'].get(reason, reason)}: " if reason else ""


def _site(site: SiteObservation, words: Words) -> SiteRow:
    known = [allele for allele in site.alleles if allele != "."]
    kind = "variant" if any(allele != site.ref for allele in known) else ""
    if len(known) < len(site.alleles) or not site.alleles:
        # a half-called genotype can be shown neither as reference nor as variant
        kind = "unknown"
    return SiteRow(
        site.position,
        site.rsid,
        ("|" if site.phased else "/").join(site.alleles),
        words["evidence"].get(site.evidence, site.evidence),
        "" if site.gq is None else str(site.gq),
        "" if site.dp is None else str(site.dp),
        words["reason"].get(site.reason, site.reason) if site.reason else "",
        kind,
    )
