"""Reinterpret a saved result with the current knowledge base, and list the changes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import msgspec
import numpy as np

from pgx._version import __version__
from pgx.base.shipped import code_digest, data_digest
from pgx.base.texts import release_month
from pgx.copynumber.configurations import structural_models
from pgx.copynumber.evidence import CopyEvidence, evidence_of
from pgx.engine.calling import Ancestry
from pgx.engine.personal import Personal, without_years
from pgx.errors import ResultFileError
from pgx.genotypes.matrix import (
    ABSENT,
    MISSING,
    UNPHASED,
    Evidence,
    GeneGenotypes,
    LikelyGenotype,
    SeenCopies,
    Unknown,
)
from pgx.haplotypes.caller import GeneCaller
from pgx.inputs.release import marked_local
from pgx.inputs.settings import AVERAGE, INFERRED, RECORDED, Prior
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.index import GuidanceIndex, guidance_of
from pgx.recommendations.lookup import recommend
from pgx.records.advice import CONFIDENCE
from pgx.records.calls import (
    CallStatus,
    GeneCall,
    PatientContext,
    PatientResult,
    Recommendation,
    SiteObservation,
)
from pgx.records.genes import DefiningVariant, GeneDefinition, Strategy
from pgx.records.notes import INPUT_NOTES, NoteCode
from pgx.records.patient import Patient

__all__ = [
    "Reinterpreter",
    "ResultChange",
    "result_changes",
    "saved_genotypes",
]

_UNKNOWN_ALLELE: Final = "."


def saved_genotypes(call: GeneCall, gene: GeneDefinition) -> GeneGenotypes:
    """Return one sample's observations at a gene's positions as the current release defines them.

    Raises
    ------
    ResultFileError
        A position has a value that `pgx` does not write, or a number that is too large.
    """
    found = GeneGenotypes.empty(gene, (call.sample,))
    sites = {site.position: site for site in call.sites}
    for index, variant in enumerate(gene.variants):
        site = sites.get(f"{gene.contig}:{variant.position}")
        if site is None:
            continue
        try:
            _put(found, index, variant, site)
        except (KeyError, OverflowError) as error:
            raise ResultFileError(
                "a saved position has a word or a number that pgx does not write",
                where=f"{call.gene} {site.position}",
                remedy="run pgx annotate again",
            ) from error
    _put_copies(found, call)
    found.notes[0] = set(call.notes) & INPUT_NOTES
    return found


def _put_copies(found: GeneGenotypes, call: GeneCall) -> None:
    """Restore the copy numbers of structural records, and whether one is an unknown allele."""
    records = () if call.structure is None else call.structure.records
    place = {variant.position: site for site, variant in enumerate(found.gene.variants)}
    for record in records:
        sites = tuple(place[p] for p in record.positions if p in place)
        found.copies[0] = SeenCopies(
            record.allele, record.kind, record.copies, sites, record.quality
        )
    found.structural[0] = NoteCode.STRUCTURAL_VARIANT in call.notes and not records


def _put(found: GeneGenotypes, index: int, variant: DefiningVariant, site: SiteObservation) -> None:
    codes = [_code(found, index, variant, allele) for allele in site.alleles]
    found.call[index, 0] = np.array([*codes, ABSENT][:2], np.int8)
    block = site.phase_block if site.phased else None
    found.phase_block[index, 0] = UNPHASED if block is None else block
    found.evidence[index, 0] = Evidence[site.evidence.upper()]
    found.reason[index, 0] = Unknown[site.reason.upper()] if site.reason else Unknown.NONE
    found.gq[index, 0] = -1 if site.gq is None else site.gq
    found.dp[index, 0] = -1 if site.dp is None else site.dp
    if site.heteroplasmy is not None:
        found.shares[index, 0] = site.heteroplasmy
    if site.likelihoods:
        found.likelihoods[index, 0] = tuple(_likely(found, index, variant, site.likelihoods))


def _likely(
    found: GeneGenotypes,
    index: int,
    variant: DefiningVariant,
    saved: Iterable[tuple[str, str, int]],
) -> Iterable[LikelyGenotype]:
    for one, two, phred in saved:
        first, second = (_code(found, index, variant, allele) for allele in (one, two))
        yield LikelyGenotype(first, second, phred)


def _code(found: GeneGenotypes, index: int, variant: DefiningVariant, allele: str) -> int:
    """Return the code of a saved allele: a sequence of the definitions, or a label."""
    if allele == _UNKNOWN_ALLELE:
        return MISSING
    place = f"{found.gene.contig}:{variant.position}:{variant.ref}>"
    known = allele.removeprefix(place)  # undocumented when saved, perhaps documented now
    if known in variant.alleles:
        return variant.alleles.index(known)
    return found.code_of_extra(index, allele if ":" in allele else place + allele)


_NOBODY: Final = PatientContext(patient=Patient())
_Place = tuple[str, str, str, tuple[str, ...]]


class ResultChange(msgspec.Struct, frozen=True, kw_only=True):
    """One difference for one person. ``before`` is empty for additions, ``after`` for removals.

    ``kind`` is ``call``, ``advice``, ``adjusted`` (advice for the phenotype under current
    medicines) or ``population`` (whether population-specific advice applies to this patient);
    ``subject`` is a gene or drug, ``source`` and ``population`` are those of the advice.
    """

    sample: str
    kind: str
    subject: str
    source: str = ""
    population: str = ""
    before: str = ""
    after: str = ""


class Reinterpreter:
    """Reinterprets saved results with one release; its callers are built once."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.knowledge = knowledge
        self.guidance: GuidanceIndex = guidance_of(knowledge)
        self._callers: dict[tuple[str, bool, float], GeneCaller] = {}

    def again(self, saved: PatientResult) -> PatientResult:
        """Return the result of the current release for the saved observations.

        The settings are those of the saved result. A population from the sample table is not saved,
        so all groups have equal weight then. Outside calls are unchanged.

        Raises
        ------
        ResultFileError
            A setting or an observation is not one that this program writes.
        """
        made = saved.provenance.settings
        weighed = made.get("prior", Prior.POPULATION.value) != Prior.NONE.value
        threshold = _probability(made, "threshold", 0.95)
        before = (*saved.calls, *self._new_genes(saved))
        callers = {
            call.gene: self._caller(call.gene, threshold, weighed=weighed)
            for call in before
            if _has_positions(self.knowledge.genes.get(call.gene)) and call.source == "vcf"
        }
        ancestry = self._ancestry(saved, callers, made.get("ancestry", AVERAGE))
        # new genes are sorted in among the saved ones, as in a new result
        in_order = sorted(before, key=lambda c: c.gene)
        called = (self._call(call, callers, ancestry) for call in in_order)
        calls = marked_local(called, self.knowledge.local_genes)
        drugs = [d for d in made.get("drugs", "all").split(";") if d != "all"]
        known = set(self.guidance.drugs)
        # the current release may lack a guideline for a drug of the saved run
        chosen = [d for d in drugs if d in known] if drugs else None
        release = self.knowledge
        guidance = self.guidance.at(_probability(made, "confidence", CONFIDENCE))
        again = msgspec.structs.replace(
            saved,
            calls=calls,
            recommendations=tuple(recommend(guidance, saved.sample, calls, chosen)),
            provenance=msgspec.structs.replace(
                saved.provenance,
                version=__version__,
                knowledge_release=release.release,
                knowledge_date=release_month(release.release),
                knowledge_digest=release.manifest.digest,
                data_digest=data_digest(),
                code_digest=code_digest(),
                overlay=release.overlay.info if release.overlay else None,
            ),
        )
        if saved.context is None:
            return again
        patient = without_years(saved.context.patient)
        return Personal(release, guidance, patient).result(again, chosen or ())

    def _caller(self, gene: str, threshold: float, *, weighed: bool) -> GeneCaller:
        key = (gene, weighed, threshold)
        if key not in self._callers:
            frequencies = self.knowledge.frequencies.get(gene) if weighed else None
            definition = self.knowledge.gene(gene)
            self._callers[key] = GeneCaller(definition, frequencies, threshold=threshold)
        return self._callers[key]

    def _ancestry(
        self, saved: PatientResult, callers: Mapping[str, GeneCaller], choice: str
    ) -> Ancestry:
        evidence = {}
        if choice == INFERRED:
            evidence = {
                call.gene: callers[call.gene].evidence(saved_genotypes(call, caller.gene), 0)
                for call in saved.calls
                if (caller := callers.get(call.gene))
            }
        # a recorded population is not part of the saved result: all groups weigh the same
        return Ancestry(AVERAGE if choice in (RECORDED, "") else choice, "", evidence)

    def _new_genes(self, saved: PatientResult) -> list[GeneCall]:
        """Return empty calls of genes that are new since the saved result.

        None of their positions was examined, so they will be not assessed. A run restricted to some
        genes stays restricted to them.
        """
        wanted = saved.provenance.settings.get("genes", "all").split(";")
        known = {call.gene for call in saved.calls}
        return [
            GeneCall(
                sample=saved.sample,
                gene=name,
                status=CallStatus.NOT_ASSESSED,
                notes=(NoteCode.OUTSIDE_CALL_NEEDED,) if gene.strategy is Strategy.OUTSIDE else (),
            )
            for name, gene in self.knowledge.genes.items()
            if name not in known and "all" in wanted
        ]

    def _call(
        self, call: GeneCall, callers: Mapping[str, GeneCaller], ancestry: Ancestry
    ) -> GeneCall:
        caller = callers.get(call.gene)
        if caller is None:
            return call
        return caller.call(
            saved_genotypes(call, caller.gene),
            0,
            with_sites=True,
            notes=tuple(note for note in call.notes if note in INPUT_NOTES),
            ancestry=ancestry.weights(call.gene),
            copies=_saved_copies(call, caller.gene),
        )


def _saved_copies(call: GeneCall, gene: GeneDefinition) -> CopyEvidence | None:
    """Return a saved call's copy-number evidence, as far as the current release models it."""
    if call.structure is None or gene.structure is None:
        return None
    return evidence_of(call.structure, structural_models(gene.structure))


def _probability(settings: Mapping[str, str], name: str, default: float) -> float:
    """Return a saved setting.

    Raises
    ------
    ResultFileError
        The setting is not a probability.
    """
    try:
        value = float(settings.get(name, default))
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise ResultFileError(
            f"setting {name} is no probability", remedy="run `pgx annotate` again"
        )
    return value


def _has_positions(gene: GeneDefinition | None) -> bool:
    return gene is not None and bool(gene.variants)


def result_changes(old: PatientResult, new: PatientResult) -> list[ResultChange]:
    """Return the differences between two results of one sample: calls, advice, conversions."""
    found = [
        ResultChange(sample=new.sample, kind="call", subject=gene, before=before, after=after)
        for gene, before, after in _differing(_said_of(old.calls), _said_of(new.calls))
    ]
    was, now = old.context or _NOBODY, new.context or _NOBODY
    advice = (
        ("advice", _advised(old.by_genotype), _advised(new.by_genotype)),
        ("adjusted", _advised(old.phenoconverted), _advised(new.phenoconverted)),
        ("population", _fits(was), _fits(now)),
    )
    for kind, before_all, after_all in advice:
        for (drug, source, population, _), before, after in _differing(before_all, after_all):
            found.append(
                ResultChange(
                    sample=new.sample,
                    kind=kind,
                    subject=drug,
                    source=source,
                    population=population,
                    before=before,
                    after=after,
                )
            )
    return found


def _fits(context: PatientContext) -> dict[_Place, str]:
    return {(f.drug, "", f.population, ()): f.applies.value for f in context.fits}


def _said_of(calls: Iterable[GeneCall]) -> dict[str, str]:
    found = {}
    for call in calls:
        score = f", score {call.activity_score}" if call.activity_score else ""
        meaning = f" ({call.phenotype}{score})" if call.phenotype else ""
        found[call.gene] = f"{call.status.value}: {call.diplotype or 'none'}{meaning}"
    return found


def _advised(rows: Iterable[Recommendation]) -> dict[_Place, str]:
    found: dict[_Place, list[str]] = {}
    for row in rows:
        place = (row.drug, row.source, row.population, row.genes)
        factors = [row.dose_factor_min, row.dose_factor_max]
        dose = "" if factors == [None, None] else f" {factors[0] or ''}–{factors[1] or ''}"
        strength = f", {row.classification}" if row.classification else ""
        found.setdefault(place, []).append(
            f"{'+'.join(row.action)}{dose}{strength}, {row.certainty.value}"
        )
    return {place: " | ".join(sorted(said)) for place, said in found.items()}


_K = TypeVar("_K")


def _differing(before: Mapping[_K, str], after: Mapping[_K, str]) -> list[tuple[_K, str, str]]:
    keys = dict.fromkeys([*before, *after])
    pairs = ((key, before.get(key, ""), after.get(key, "")) for key in keys)
    return [(key, one, two) for key, one, two in pairs if one != two]
