"""Answers of dosing models and rules for one drug and one person."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pgx.base.texts import did_you_mean
from pgx.errors import (
    MissingCovariateError,
    ModelError,
    ModelFolderError,
    OutOfDomainError,
    PgxError,
    UnknownDrugError,
)
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.patients.read import known_medicines
from pgx.recommendations.phenoconversion import Phenoconverter
from pgx.records.calls import Certainty, PatientResult
from pgx.records.patient import Patient
from pgx_dosing.json_records import shipped_record
from pgx_dosing.predicting import DosePrediction, predict_dose
from pgx_dosing.registry.files import configured_key
from pgx_dosing.registry.folder import ModelFolder
from pgx_dosing.registry.history import LifecycleState
from pgx_dosing.registry.states import check_usable
from pgx_dosing.registry.store import Store
from pgx_dosing.rules.asking import answer, rules_for
from pgx_dosing.rules.flows import BaseDose, FlowResult, LoadingResult, follow, load
from pgx_dosing.rules.observed import Person, observe
from pgx_dosing.rules.reading import AnyRule, shipped_rules
from pgx_dosing.rules.results import RuleResult
from pgx_dosing.rules.specification import FlowRule, LoadingRule, RuleInput, Value
from pgx_dosing.shipped import model_in
from pgx_dosing.specification import (
    Input,
    InputKind,
    InputValue,
    Model,
    ModelKind,
    parse_given,
)

__all__ = [
    "DoseAlert",
    "DoseAnswer",
    "Dosing",
    "NotAnswered",
    "alerts_for",
    "person_of",
    "shared_value",
]

_FILE: Final = "alerts.json"
_HOLDS: Final[Mapping[str, Callable[[Patient], bool]]] = {
    "pregnant": lambda patient: patient.pregnant is True,
    "liver": lambda patient: patient.liver.child_pugh in ("B", "C"),
}
# models predict weekly doses; loading doses are daily
_DAYS = 7.0
_PUBLISHED = "published"
# levels of a rule's input that follow from a stated population group
_ALSO = {
    ("race", "Black"): ("african_ancestry", "yes"),
    ("african_ancestry", "yes"): ("race", "Black"),
}


def shared_value(
    asked: RuleInput, inputs: Iterable[Input], given: Mapping[str, InputValue]
) -> Value | None:
    """Return the value of a rule's input implied by a stated genotype of a model; None if none.

    Both inputs must be of the same gene. A stated diplotype also gives a count of its alleles.
    """
    for own in inputs:
        value = given.get(own.name)
        same = own.kind is InputKind.GENOTYPE and own.observe.genes == asked.observe.genes
        if same and isinstance(value, str):
            return _as_asked(asked, own, value)
    return None


def _as_asked(asked: RuleInput, own: Input, value: str) -> Value | None:
    parts = value.split("/")
    how = asked.observe
    if own.observe.kind == "variant_count":
        same_site = how.kind == "variant_count" and how.positions == own.observe.positions
        return _place(own, parts) if same_site else None
    if how.kind == "diplotype":
        # genotypes are unphased: *1/*3 and *3/*1 are one level
        levels = {tuple(sorted(level.split("/"))): level for level in asked.levels}
        return levels.get(tuple(sorted(parts)), how.other or None)
    if how.kind == "allele_count":
        # an allele that may or may not count leaves the count unknown
        return None if set(parts) & set(how.unsure) else sum(p in how.alleles for p in parts)
    return None


def _place(own: Input, parts: list[str]) -> int | None:
    """Return the number of copies for a level; levels are in order of copy number."""
    counts = {tuple(sorted(level.split("/"))): n for n, level in enumerate(own.levels)}
    return counts.get(tuple(sorted(parts)))


class DoseAlert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A patient fact (``code``) to be shown before a dose of any of ``drugs``."""

    code: str
    drugs: tuple[str, ...]
    text: str


class _Alerts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema_version: str
    alerts: tuple[DoseAlert, ...]


def alerts_for(drug: str, patient: Patient | None) -> tuple[DoseAlert, ...]:
    """Return the alerts to be shown before any dose of a drug.

    Raises
    ------
    SnapshotIntegrityError
        The file of alerts differs from the released one.
    """
    if patient is None:
        return ()
    return tuple(a for a in _shipped() if drug in a.drugs and _HOLDS[a.code](patient))


@functools.cache
def _shipped() -> tuple[DoseAlert, ...]:
    found = shipped_record(_FILE, _Alerts).alerts
    if strange := {alert.code for alert in found} - set(_HOLDS):
        raise ModelFolderError(f"has an unknown code {min(strange)!r}", where=_FILE)
    return found


class NotAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """A model or rule without an answer: code and text of the reason."""

    name: str
    code: str
    reason: str


class DoseAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All answers for one drug; ``alerts`` precede any dose.

    ``order`` lists models, flows, regimens and rules by name in reading order: first the model
    requested by name, then flows that a guideline prefers to an equation for this person, then
    the models in order of preference, then everything else.
    """

    drug: str
    models: tuple[DosePrediction, ...] = ()
    rules: tuple[RuleResult, ...] = ()
    flows: tuple[FlowResult, ...] = ()
    loading: tuple[LoadingResult, ...] = ()
    not_answered: tuple[NotAnswered, ...] = ()
    alerts: tuple[DoseAlert, ...] = ()
    order: tuple[str, ...] = ()

    @property
    def preferred(self) -> tuple[FlowResult, ...]:
        """Flows that precede the models."""
        first = self.models[0].model if self.models else ""
        before = self.order[: self.order.index(first)] if first in self.order else self.order
        return tuple(flow for flow in self.flows if flow.preferred and flow.rule in before)


def person_of(
    knowledge: KnowledgeBase, result: PatientResult | None, patient: Patient | None
) -> Person:
    """Return the data of a person; a patient file takes precedence over the result's patient."""
    if patient is None and result is not None and result.context is not None:
        patient = result.context.patient
    facts = knowledge.medicines
    group = result.provenance.settings.get("ancestry", "") if result else ""
    return Person(
        ancestry=group,
        calls={call.gene: call for call in result.calls} if result else {},
        genes=knowledge.genes,
        patient=patient,
        medicines=known_medicines(patient, knowledge.vocabulary) if patient else None,
        modulators=Phenoconverter(
            knowledge.genes, facts.modulators, facts.conversion_rules, facts.score_ranges
        ),
    )


def _is_shipped_publication(folder: ModelFolder) -> bool:
    """Whether a model is an unmodified published equation shipped with `pgx`.

    A user's own file can also state ``published``: such a model needs an approval.
    """
    return folder.is_shipped and folder.model.get("kind") == ModelKind.PUBLISHED.value


class Dosing:
    """Models and rules of one drug.

    Parameters
    ----------
    drug
        Drug name.
    model
        NAME, NAME@VERSION or folder of the model to use first; by default the approved model of
        the user's registry, else the published one.
    allow_unapproved
        Use a trained model in any state.

    Raises
    ------
    UnknownDrugError
        No model or rule exists for the drug.
    ModelStateError
        The requested model is not approved.
    ModelFolderError
        The model does not exist, or a folder is damaged.
    """

    def __init__(self, drug: str, model: str = "", *, allow_unapproved: bool = False) -> None:
        self.drug = drug.casefold()
        self._store = Store(key=configured_key())
        self._asked = ""
        self._rules = rules_for(self.drug)
        self._models = self._all_models(model, allow_unapproved=allow_unapproved)
        if not self._rules and not self._models:
            known = dosed_drugs(self._store)
            hint = f"there are {', '.join(known)}"
            raise UnknownDrugError(
                f"there is no dosing model for {drug!r}", remedy=did_you_mean(drug, known, hint)
            )

    def _all_models(self, name: str, *, allow_unapproved: bool) -> list[tuple[Model, ModelFolder]]:
        """Return the requested model, then approved models, then published ones."""
        found = []
        if name:
            folder = self._store.find(name)
            own = model_in(folder)
            if own.drug != self.drug:
                raise ModelError(f"{own.name} is a model for {own.drug}, not for {self.drug}")
            if not _is_shipped_publication(folder):
                check_usable(folder, allow_unapproved=allow_unapproved)
            found.append((own, folder))
            self._asked = own.name
        for folder in self._usable():
            own = model_in(folder)
            if own.drug == self.drug and all(own.name != other.name for other, _ in found):
                found.append((own, folder))
        asked = 1 if name else 0
        # trained models first, then published ones by rank
        rest = sorted(found[asked:], key=lambda m: (m[0].kind is not ModelKind.TRAINED, m[0].rank))
        return [*found[:asked], *rest]

    def _usable(self) -> Iterator[ModelFolder]:
        """Yield current versions: approved models, and published ones as shipped."""
        for name in sorted({place.name for place in self._store.places()}):
            folder = self._store.find(name)
            # a published equation as shipped needs no approval, but it can be retired
            is_approved = folder.state is LifecycleState.APPROVED
            if is_approved or (
                _is_shipped_publication(folder) and folder.state is LifecycleState.DRAFT
            ):
                yield folder

    def model(self, name: str) -> tuple[Model, ModelFolder]:
        """Return the model of that name used here, and its folder.

        Raises
        ------
        ModelFolderError
            No model of that name is in use.
        """
        for own, folder in self._models:
            if own.name == name:
                return own, folder
        raise ModelFolderError(f"no model {name!r} answers for {self.drug}")

    def answer(self, person: Person, given: Mapping[str, str] | None = None) -> DoseAnswer:
        """Return the answers of models and rules; ``given`` are inputs stated as text.

        Raises
        ------
        ModelError
            A given input belongs to no model or rule.
        OutOfDomainError
            A given value is outside the domain of a model; or, as below.
        MissingCovariateError
            No model or rule can answer, or the model requested by name cannot: its reason.
        """
        words = dict(given or {})
        self._check_names(words)
        group = _with_other_words(words)
        models, missed, why = self._predictions(person, words, group)
        rules, flows, loading = [], [], []
        for rule in self._rules:
            try:
                seen = observe(rule, person, self._stated(rule, group))
                if isinstance(rule, FlowRule):
                    flows.append(follow(rule, seen, lambda kind: _base(models, kind)))
                elif isinstance(rule, LoadingRule):
                    loading.append(load(rule, seen, _per_day(models)))
                else:
                    rules.append(answer(rule, seen))
            except ModelError as error:
                # a rule without an answer is listed with its reason; the others still answer
                why = why or error
                missed.append(_not_answered(rule.name, error))
        if why is not None and not (models or rules or flows or loading):
            raise why
        return DoseAnswer(
            drug=self.drug,
            models=tuple(models),
            rules=tuple(rules),
            flows=tuple(flows),
            loading=tuple(loading),
            not_answered=tuple(missed),
            alerts=alerts_for(self.drug, person.patient),
            order=self._order(models, flows, (*loading, *rules)),
        )

    def _order(
        self,
        models: Sequence[DosePrediction],
        flows: Sequence[FlowResult],
        rest: Sequence[LoadingResult | RuleResult],
    ) -> tuple[str, ...]:
        """Return the names of answers in reading order, see `DoseAnswer`."""
        names = [own.model for own in models]
        asked = [name for name in names if name == self._asked]
        first = [flow.rule for flow in flows if flow.preferred]
        others = [flow.rule for flow in flows]
        return tuple(dict.fromkeys([*asked, *first, *names, *others, *(own.rule for own in rest)]))

    def _stated(self, rule: AnyRule, words: Mapping[str, str]) -> dict[str, Value]:
        """Return the given values of a rule's inputs, in the rule's own terms."""
        found: dict[str, Value] = {}
        for item in rule.inputs:
            if item.name in words:
                found[item.name] = _rule_value(item, words[item.name])
                continue
            for model, _ in self._models:
                value = shared_value(item, model.inputs, _values(model, words))
                if value is not None:
                    found[item.name] = value
                    break
        return found

    def _check_names(self, words: Mapping[str, str]) -> None:
        """Refuse an unused name: its value would otherwise be ignored silently."""
        known = {own.name for model, _ in self._models for own in model.inputs}
        known |= {own.name for rule in self._rules for own in rule.inputs}
        known |= {gain.input for model, _ in self._models for gain in model.gains}
        for name in words:
            if name not in known:
                hint = f"inputs are {', '.join(sorted(known))}"
                raise ModelError(
                    f"no model or rule uses {name!r}",
                    remedy=did_you_mean(name, sorted(known), hint),
                )

    def _predictions(
        self, person: Person, words: Mapping[str, str], group: Mapping[str, str]
    ) -> tuple[list[DosePrediction], list[NotAnswered], ModelError | None]:
        """Return predictions, models without an answer, and the first model's error."""
        found: list[DosePrediction] = []
        missed: list[NotAnswered] = []
        first: ModelError | None = None
        for model, folder in self._models:
            values = _values(model, words)
            try:
                published = model.kind is ModelKind.PUBLISHED
                identity = (folder.digest, _PUBLISHED if published else folder.state.value)
                found.append(predict_dose(model, identity, person, values, group))
            except (MissingCovariateError, OutOfDomainError) as error:
                if model.name == self._asked:
                    raise
                # the first error is that of the most preferred model
                first = first or error
                missed.append(_not_answered(model.name, error))
        return sorted(found, key=self._is_blind), missed, first

    def _is_blind(self, own: DosePrediction) -> bool:
        """Whether a model not requested by name uses genotype although no genotype is available."""
        inputs = next(model for model, _ in self._models if model.name == own.model).inputs
        genes = {item.name for item in inputs if item.kind is InputKind.GENOTYPE}
        values = [item.value for item in own.inputs if item.name in genes]
        return own.model != self._asked and bool(genes) and all(v is None for v in values)


def dosed_drugs(store: Store | None = None) -> list[str]:
    """Return the drugs for which there is a model or a rule, A–Z."""
    own = store or Store(key=configured_key())
    models = {str(own.read(place).model.get("drug", "")) for place in own.places()}
    return sorted(models | {rule.drug for rule in shipped_rules().values()})


def _with_other_words(words: Mapping[str, str]) -> dict[str, str]:
    """Return the given values and those they imply; given values take precedence."""
    said = [_ALSO[pair] for pair in words.items() if pair in _ALSO]
    return {**dict(said), **words}


def drug_meant(text: str, knowledge: KnowledgeBase) -> str:
    """Return the dosed drug for a name, a brand or a code; the text itself if none."""
    known = dosed_drugs()
    if text.casefold() in known:
        return text
    for names in (
        {"name": text},
        {"rxnorm": text},
        {"atc": text},
    ):
        for found in knowledge.vocabulary.find(**names)[0]:
            for drug in knowledge.vocabulary.guided(found):
                if drug.casefold() in known:
                    return drug
    return text


def _values(model: Model, words: Mapping[str, str]) -> dict[str, InputValue]:
    own = {item.name for item in model.inputs}
    return parse_given(model, {name: text for name, text in words.items() if name in own})


def _rule_value(item: RuleInput, text: str) -> Value:
    if item.kind == "level":
        return text
    try:
        return int(text) if item.kind == "count" else float(text)
    except ValueError as error:
        raise OutOfDomainError(f"{item.name} is not a number") from error


def _base(models: Sequence[DosePrediction], kind: str) -> BaseDose:
    """Return the dose of the first equation with or without genotype."""
    wanted = kind != "clinical"
    for own in models:
        # a trained model may already have terms for the alleles that a flow adjusts for
        if own.uses_genotype == wanted and own.state == _PUBLISHED:
            _check_certain(own)
            return BaseDose(dose=own.dose, unit=own.unit, low=own.lower, high=own.upper)
    raise MissingCovariateError(
        f"no {kind} equation gives a dose", remedy="provide the required inputs"
    )


def _per_day(models: Sequence[DosePrediction]) -> float:
    if not models:
        raise MissingCovariateError("no equation gives a maintenance dose")
    _check_certain(models[0])
    return models[0].dose / _DAYS


def _check_certain(own: DosePrediction) -> None:
    """Refuse to adjust a dose that depends on an unresolved input: the result would look certain.

    Raises
    ------
    MissingCovariateError
        The data leave other doses possible.
    """
    if own.certainty is Certainty.DEPENDS:
        raise MissingCovariateError(
            f"the dose of {own.model} depends on unresolved or missing data",
            remedy="set known values with --set NAME=VALUE",
        )


def _not_answered(name: str, error: PgxError) -> NotAnswered:
    parts = [error.told, error.remedy]
    return NotAnswered(name=name, code=error.code, reason="; ".join(filter(None, parts)))
