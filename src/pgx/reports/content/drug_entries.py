"""Report entry of one drug, built from its rows of recommendations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.messages.arguments import in_words
from pgx.recommendations.sources import (
    AdviceBins,
    Comparison,
    Direction,
    Standing,
    compare_sources,
    direction_of,
)
from pgx.recommendations.wording import provisional_lead
from pgx.records.advice import DOSE_ACTIONS, LOCAL
from pgx.records.calls import (
    AlternativeAdvice,
    CallStatus,
    Certainty,
    GeneCall,
    PatientResult,
    Recommendation,
)
from pgx.reports.content.drug_ranking import (
    ACTIONABLE,
    NO_CHANGE,
    UNCLEAR,
    bucket,
    plain_bucket,
    seriousness,
)
from pgx.reports.content.gene_entries import allele_text, gene_anchor
from pgx.reports.content.overrides import laboratory_of, review_text
from pgx.reports.content.patient_entries import PatientView
from pgx.reports.content.phrases import (
    conditional_headline,
    day,
    figure,
    percent,
    percent_sign,
    phenotype_in_words,
    within,
)
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.content.uncertainty import unresolved_advice

__all__ = [
    "AdjustedEntry",
    "AdviceRow",
    "Basis",
    "DrugEntry",
    "EntryMaker",
    "FoldedRow",
    "OtherAdvice",
]


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """Contribution of a gene to a recommendation; ``status`` is empty if the call is certain."""

    gene: str
    anchor: str
    result: str
    status: str = ""


class OtherAdvice(msgspec.Struct, frozen=True, kw_only=True):
    """The recommendation if another candidate is the true one.

    ``text`` is set if the headline alone does not distinguish it from the row's recommendation.
    """

    when: str
    headline: str
    text: str


class AdviceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One recommendation, with all populations for which it is the same.

    ``review`` names source and reviewer of a laboratory's own recommendation; ``genes`` are those
    it is based on, ``open_genes`` those that leave it provisional; ``bucket`` is its action group,
    ``action`` the code of the primary action. ``lead`` is the beginning of ``text`` that explains
    why the recommendation is provisional; ``settle`` repeats this. ``footnote`` gives the accepted
    posterior probability of other recommendations. ``unresolved`` is one sentence on why it is
    provisional, which recommendations are possible instead, and what resolves it.
    """

    populations: tuple[str, ...]
    headline: str
    text: str
    certainty: str
    certainty_word: str
    source: str
    strength: str
    settle: tuple[str, ...] = ()
    alternatives: tuple[OtherAdvice, ...] = ()
    implications: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    review: str = ""
    genes: tuple[str, ...] = ()
    bucket: str = ""
    action: str = ""
    open_genes: tuple[str, ...] = ()
    lead: str = ""
    footnote: str = ""
    unresolved: str = ""


class FoldedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A recommendation for other patients, and why it does not apply to this one."""

    why: str
    row: AdviceRow


class AdjustedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Recommendation for the phenotype after phenoconversion, beside that of the genotype.

    ``basis`` gives each gene's change and the evidence for its rule, ``changes`` each in one line.
    """

    medicines: str
    basis: tuple[str, ...]
    rows: tuple[AdviceRow, ...]
    changes: tuple[str, ...] = ()


class DrugEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A drug with all its recommendations, the most serious row first.

    ``brief`` is added to the name in the overview, empty if the group suffices.
    ``standing`` compares several sources, ``contradicts`` is true if their recommendations are
    opposite, ``positions`` are each source's name, recommendation and strength; empty with
    one source. ``silent`` lists sources that cover the drug without a recommendation for this
    result. ``is_taken`` marks a current medicine, ``is_reacted`` a drug to which a reaction of the
    patient is recorded. ``folded`` are recommendations for other
    patients, ``adjusted`` those given current medicines. ``newer`` lists changes of guidance
    missing in the release; ``synonyms`` are brand and other names.
    """

    drug: str
    name: str
    anchor: str
    brief: str
    basis: tuple[Basis, ...]
    rows: tuple[AdviceRow, ...]
    standing: str = ""
    positions: tuple[tuple[str, str, str], ...] = ()
    silent: tuple[str, ...] = ()
    contradicts: bool = False
    is_taken: bool = False
    is_reacted: bool = False
    folded: tuple[FoldedRow, ...] = ()
    adjusted: AdjustedEntry | None = None
    newer: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()

    def decisive(self, group: str) -> AdviceRow | None:
        """Return the row that put the drug in a group: by genotype, or with current medicines.

        None if a recorded reaction did, or no row is for this patient.
        """
        adjusted = self.adjusted.rows[:1] if self.adjusted else ()
        for row in (*self.rows[:1], *adjusted):
            if row.bucket == group:
                return row
        return None if self.is_reacted else next(iter(self.rows), None)


Words = Mapping[str, Any]

# for more positions or phased sites only the number is given: the gene section lists them
_NAMED_POSITIONS: Final = 2
_GENERAL: Final = "general"
_COPY_NUMBER: Final = ":copy_number"
_PUBMED: Final = "https://pubmed.ncbi.nlm.nih.gov/"


class EntryMaker:
    """Builds the entries of one result's drugs."""

    def __init__(self, result: PatientResult, facts: ReportFacts, words: Words) -> None:
        self.words = words
        self.label: Mapping[str, str] = words["label"]
        self.calls = {call.gene: call for call in result.calls}
        self.guidelines = {g.guideline_id: g for g in facts.guidelines}
        self.years = {g.guideline_id: int(max(g.years)) for g in facts.guidelines if g.years}
        # a position in `depends_on` does not name its gene; the calls do
        self.gene_at = _gene_at(result.calls)
        self._bins = AdviceBins.of(facts.statements)
        self._newer = facts.newer
        self._other_names = facts.other_names
        self._patient = PatientView(result)
        self._laboratory = laboratory_of(result)

    def entry(self, drug: str, number: int, rows: Sequence[Recommendation]) -> DrugEntry:
        """Return the report entry of a drug; ``rows`` must be sorted, most serious first."""
        genes = dict.fromkeys(gene for row in rows for gene in row.genes)
        found = compare_sources(rows, self.years, self._bins)
        # if no source has a recommendation, the first row still states that
        shown = [row for row in rows if not _says_nothing(row, found.silent)] or rows[:1]
        heard = {row.source for row in shown}
        several = found.standing is not Standing.ALONE
        return DrugEntry(
            drug=drug,
            name=self._name(drug),
            anchor=f"drug-{number}",
            brief=self._brief(rows),
            basis=tuple(self._basis(gene) for gene in genes),
            rows=self.advice(shown),
            standing=self._standing(found) if several else "",
            positions=tuple(map(self._position, found.speaking)) if several else (),
            silent=tuple(self._silent(rows, s) for s in found.silent if s not in heard),
            contradicts=found.standing is Standing.CONTRADICT,
            newer=tuple(self._changed_since(drug)),
            synonyms=tuple(self._other_names.get(drug, ())),
        )

    def _silent(self, rows: Sequence[Recommendation], source: str) -> str:
        """Name a source without a recommendation; other copy numbers might have one."""
        # an unresolved genotype may still match a statement of this source
        is_open = any(r.source == source and r.certainty is Certainty.DEPENDS for r in rows)
        name = self._source(source)
        return f"{name} ({self._within(self.words['certainty']['depends'])})" if is_open else name

    def _changed_since(self, drug: str) -> Iterable[str]:
        for change in self._newer:
            if change.drug == drug:
                who = self._source(change.authority) or self.label["an_authority"]
                yield self.label["newer"].format(source=who, date=day(change.date, self.words))

    def advice(self, rows: Iterable[Recommendation]) -> tuple[AdviceRow, ...]:
        """Return rows of recommendations; rows that differ only by population are merged."""
        return tuple(self._row(same) for same in _same_advice(rows))

    def _name(self, drug: str) -> str:
        said = in_words(drug, self.words["phrases"])
        return said[:1].upper() + said[1:]

    def _within(self, headline: str) -> str:
        return within(headline, self.words)

    def _strength(self, row: Recommendation) -> str:
        said = row.classification or ""
        return str(self.words["strength"].get(said, said))

    def _source(self, code: str) -> str:
        if code == LOCAL and self._laboratory:
            return self.label["local_source"].format(laboratory=self._laboratory)
        return str(self.words["authority"].get(code, code))

    def _position(self, row: Recommendation) -> tuple[str, str, str]:
        return self._source(row.source), self._row_headline(row), self._strength(row)

    def _standing(self, found: Comparison) -> str:
        """Compare the sources, and name possible reasons for a difference."""
        said = str(self.words["standing"][found.standing.value])
        why = [str(self.words["standing_reason"][code]) for code in found.reasons]
        return f"{said} ({', '.join(why)})" if why else said

    def headline(self, action: Sequence[str]) -> str:
        """Return the primary action, and the replacement if the drug is to be avoided."""
        names = self.words["action"]
        # standard use with monitoring or a test is not unconditional
        if action[0] == "use_as_directed" and len(action) > 1:
            return str(self.label["with_conditions"])
        shown = [a for i, a in enumerate(action) if i == 0 or _belongs(action[0], a)]
        listed = [names.get(a, a) for a in shown]
        return ", ".join([*listed[:1], *map(self._within, listed[1:])])

    def _row_headline(self, row: Recommendation) -> str:
        said, dose = self.headline(row.action), self._dose(row)
        said = self.label["to_dose"].format(action=said, dose=dose) if dose else said
        said = conditional_headline(row, said, row.drug, self.words)
        # a recommendation for the reference genotype too must not look like an alert
        if bucket(row) == "information":
            said = self.label["as_reference"].format(advice=self._within(said))
        if row.certainty is not Certainty.DEPENDS:
            return said
        return self.label["provisional"].format(advice=self._within(said))

    def _brief(self, rows: Sequence[Recommendation]) -> str:
        group = bucket(rows[0])
        if group == "open_maybe":
            others = [other for row in rows for other in row.alternatives]
            # the overview shows the most serious recommendation that is still possible
            worst = min(others, key=lambda other: seriousness(other.action), default=None)
            if worst is None or plain_bucket(worst.action) in NO_CHANGE:
                return ""
            said = conditional_headline(
                worst, self.headline(worst.action), rows[0].drug, self.words
            )
            return self.label["else"].format(advice=self._within(said))
        # no recommendation is based on it: only the function of each allele can be reported
        if group == "indeterminate":
            unclear = (self.calls[g] for g in rows[0].genes if g in self.calls)
            return "; ".join(f"{c.gene} {known}" for c in unclear if (known := self._known(c)))
        said = conditional_headline(
            rows[0], self.headline(rows[0].action), rows[0].drug, self.words
        )
        return self._within(said) if group in ACTIONABLE else ""

    def _basis(self, gene: str) -> Basis:
        call = self.calls.get(gene)
        if call is None:
            return Basis(gene=gene, anchor="", result="", status=CallStatus.NOT_ASSESSED.value)
        sure = call.status is CallStatus.CALLED
        return Basis(
            gene=gene,
            anchor=gene_anchor(gene),
            result=self._result(call),
            status="" if sure else call.status.value,
        )

    def _result(self, call: GeneCall) -> str:
        said = [self._phenotype(call.phenotype)] if call.phenotype else []
        if call.activity_score:
            said.append(self._score(call.activity_score))
        told = ", ".join(said)
        if not (told and call.diplotype):
            return told or call.diplotype or ""
        shown = self.label["result_of"].format(diplotype=call.diplotype, said=told)
        return f"{shown} ({known})" if (known := self._known(call)) else shown

    def _known(self, call: GeneCall) -> str:
        """Return the known functions of the alleles of a result with unknown effect."""
        if not any(key in UNCLEAR for key in call.lookup_keys[:1]):
            return ""
        return "; ".join(dict.fromkeys(allele_text(h, self.words) for h in call.haplotypes))

    def _phenotype(self, name: str) -> str:
        return phenotype_in_words(name, self.words)

    def _score(self, score: str) -> str:
        return self.label["score"].format(score=figure(score, self.words))

    def _row(self, same: Sequence[Recommendation]) -> AdviceRow:
        row = same[0]
        others = tuple(self._alternative(row, other) for other in row.alternatives)
        return AdviceRow(
            populations=self._populations(same),
            headline=self._row_headline(row),
            text=row.text,
            certainty=row.certainty.value,
            certainty_word=self.words["certainty"][row.certainty.value],
            source=self._source(row.source),
            strength=self._strength(row),
            settle=self._settle(row.depends_on) if _is_open(row) else (),
            alternatives=others,
            unresolved=self._unresolved(row, others),
            implications=row.implications,
            links=self._links(row),
            review=review_text(row, self.words),
            genes=row.genes,
            bucket=bucket(row),
            action=row.action[0] if row.action else "",
            open_genes=self._open_genes(row) if _is_open(row) else (),
            lead=self._lead(row),
            footnote=self._footnote(row),
        )

    def _unresolved(self, row: Recommendation, others: Sequence[OtherAdvice]) -> str:
        """Return why a recommendation is provisional, in one sentence; empty if it is definite."""
        if row.certainty is not Certainty.DEPENDS:
            return ""
        said = [
            self.words["unresolved"]["other"].format(
                when=other.when, advice=self._within(other.headline)
            )
            for other in others
        ]
        return unresolved_advice(said, row.depends_on, self.words)

    def _footnote(self, row: Recommendation) -> str:
        """Return the accepted probability of other recommendations; empty if there is none."""
        if row.certainty is not Certainty.CERTAIN or not row.residual:
            return ""
        share = percent(row.residual, self.words)
        return self.label["residual"].format(percent=share)

    def _lead(self, row: Recommendation) -> str:
        """Return the leading phrase of a provisional recommendation.

        Empty if the text begins differently: untranslated recommendations keep their saved wording.
        """
        if row.certainty is not Certainty.DEPENDS or row.message is None:
            return ""
        lead = provisional_lead(row.message, self.words["phrases"])
        return lead if row.text.startswith(lead) else ""

    def _alternative(self, row: Recommendation, other: AlternativeAdvice) -> OtherAdvice:
        """Name the results under which it applies, for genes that differ from the row's."""
        usual = set(row.lookup.split(";"))
        parts = [part for part in other.lookup.split(";") if part not in usual]
        keys = (part.partition("=") for part in parts or [other.lookup])
        named = ", ".join(f"{gene} {self._key(key)}".strip() for gene, _, key in keys)
        return OtherAdvice(
            when=f"{self.label['if']} {named}{self._chance(other)}",
            headline=conditional_headline(other, self.headline(other.action), row.drug, self.words),
            text=other.text if _reads_alike(row.action, other.action) else "",
        )

    def _chance(self, other: AlternativeAdvice) -> str:
        if other.probability is None:
            return ""
        share = percent(other.probability, self.words)
        return f" ({self.label['probability'].format(percent=share)})"

    def _key(self, key: str) -> str:
        if key in ("n/a", ""):
            return self.label["indeterminate"]
        score = key.lstrip("≥").replace(".", "", 1).isdigit()
        return self._score(key) if score else self._phenotype(key)

    def _populations(self, same: Sequence[Recommendation]) -> tuple[str, ...]:
        codes = dict.fromkeys(row.population for row in same)
        if len(codes) == 1 and next(iter(codes)) in ("", _GENERAL):
            return ()
        return tuple(self._population(same[0].drug, code) for code in codes)

    def _population(self, drug: str, code: str) -> str:
        """Name a population, and why it is uncertain for this patient if the record lacks data."""
        name = str(self.words["phrases"]["population"].get(code, code))
        why = self._patient.open_reason(drug, code, self.words)
        return f"{name} ({self.label['maybe_for'].format(why=why)})" if why else name

    def _dose(self, row: Recommendation) -> str:
        """Return the dose of the first dose action; the text states further doses."""
        low, high = row.dose_factor_min, row.dose_factor_max
        if not row.action or row.action[0] not in DOSE_ACTIONS or (low is None and high is None):
            return ""
        # the upper bound reads "at most" or "below", as defined by the source
        if low is None and row.facts is not None and row.facts.dose_as == "at_most":
            return self.label["at_most_standard"].format(high=self._share(high))
        if low is None:
            return self.label["below_standard"].format(high=self._share(high))
        if high is None:
            return self.label["above_standard"].format(low=self._share(low))
        share = self._share(high) if low == high else self._share(low, high)
        return self.label["of_standard"].format(range=share)

    def _share(self, *factors: float | None) -> str:
        """Return one dose factor, or the two ends of a range, as a percentage."""
        numbers = "–".join(f"{round((factor or 0.0) * 100, 1):g}" for factor in factors)
        return figure(numbers, self.words) + percent_sign(self.words)

    def _settle(self, depends_on: Sequence[str]) -> tuple[str, ...]:
        """Return, by gene, what would resolve the recommendation."""
        by_gene: dict[str, list[str]] = {}
        for code in depends_on:
            by_gene.setdefault(self._gene_of(code), []).append(code)
        return tuple(
            f"{gene}: {said}" if gene else said
            for gene, codes in by_gene.items()
            for said in [", ".join(self._questions(codes))]
        )

    def _open_genes(self, row: Recommendation) -> tuple[str, ...]:
        """Return the genes whose data could change a row; all of its genes if none is named."""
        named = dict.fromkeys(filter(None, map(self._gene_of, row.depends_on)))
        return tuple(named) or row.genes

    def _gene_of(self, code: str) -> str:
        if code.endswith((_COPY_NUMBER, ":genotype")):
            return code.rpartition(":")[0]
        return self.gene_at.get(code.removeprefix("phase:").partition("+")[0], "")

    def _questions(self, codes: Sequence[str]) -> Iterable[str]:
        positions = []
        for code in codes:
            if code.endswith(_COPY_NUMBER):
                yield self.label["settle_copy_number"]
            elif code.endswith(":genotype"):
                yield self.label["settle_genotype"]
            elif code.startswith("phase:"):
                names = code.removeprefix("phase:").split("+")
                label = "settle_phase" if len(names) <= _NAMED_POSITIONS else "settle_phases"
                yield self.label[label].format(
                    count=len(names), names=self.label["and"].join(names)
                )
            else:
                positions.append(code)
        if positions and len(positions) <= _NAMED_POSITIONS:
            yield self.label["settle_position"].format(names=", ".join(positions))
        elif positions:
            yield self.label["settle_positions"].format(count=len(positions))

    def _links(self, row: Recommendation) -> tuple[tuple[str, str], ...]:
        """Return pairs of text and address; only https addresses are linked."""
        links = []
        guideline = self.guidelines.get(row.guideline_id)
        if guideline is not None and guideline.url.startswith("https://"):
            years = f" {max(guideline.years)}" if guideline.years else ""
            kind = self.label["guideline"] if guideline.years else self.label["details"]
            name = self.label["link"].format(source=self._source(row.source), kind=kind)
            links.append((f"{name}{years}", guideline.url))
        links.extend(
            # a page links the first paper, the tables list all; only digits are used in an address
            (f"PMID {pmid}", f"{_PUBMED}{pmid}/")
            for pmid in row.pmids[:1]
            if pmid.isdecimal()
        )
        return tuple(links)


def _says_nothing(row: Recommendation, silent: Sequence[str]) -> bool:
    """Whether a row need not be shown: no recommendation for this or any other possible result.

    If the result is unresolved, only rows of sources listed as silent are omitted: a source with
    recommendations for other patients would otherwise seem complete.
    """
    if direction_of(row) is not Direction.SILENT or row.certainty is Certainty.UNKNOWN:
        return False
    if row.certainty is Certainty.CERTAIN:
        return True
    # an alternative with another recommendation must be shown
    same = all(other.action[:1] == row.action[:1] for other in row.alternatives)
    return same and row.source in silent


def _is_open(row: Recommendation) -> bool:
    """Whether the row is unresolved; an accepted residual probability is only a footnote."""
    return row.certainty is not Certainty.CERTAIN


def _reads_alike(first: Sequence[str], second: Sequence[str]) -> bool:
    return first[:1] == second[:1] and first[:1] != ("no_recommendation",)


def _belongs(primary: str, action: str) -> bool:
    return primary == "avoid" and action == "alternative"


def _gene_at(calls: Iterable[GeneCall]) -> dict[str, str]:
    found: dict[str, str] = {}
    for call in calls:
        for code in (*call.missing, *call.depends_on):
            for position in code.removeprefix("phase:").split("+"):
                found[position] = call.gene
    return found


def _same_advice(rows: Iterable[Recommendation]) -> list[list[Recommendation]]:
    """Group rows that differ only by population; reviewers must be equal."""
    groups: dict[tuple[Recommendation, str, str, str], list[Recommendation]] = {}
    for row in rows:
        facts = row.facts
        review = (facts.source, facts.reviewer, facts.reviewed) if facts else ("", "", "")
        # messages may differ although the recommendation reads the same
        others = tuple(msgspec.structs.replace(a, message=None) for a in row.alternatives)
        plain = msgspec.structs.replace(
            row, population="", facts=None, message=None, alternatives=others
        )
        groups.setdefault((plain, *review), []).append(row)
    return list(groups.values())
