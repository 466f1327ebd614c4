"""Facts from a model's own files as short texts, including the items of TRIPOD+AI.

An item that no file covers is marked as not reported, with the reason. Items that a run cannot
cover are answered by the makers: ``statements`` by number in lineage.json or model.json.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter, methodcaller
from typing import Final, NamedTuple

from pgx_dosing.registry.files import Json
from pgx_dosing.registry.folder import ModelFolder
from pgx_dosing.registry.history import History

__all__ = [
    "ITEMS",
    "METRICS",
    "CardFacts",
    "ChecklistItem",
    "answer",
    "facts_of",
    "in_cell",
    "number_text",
]

METRICS = {
    "mae_mg_per_week": "mean absolute error, mg/week",
    "within_20_percent": "within 20% of the actual dose",
    "interval_coverage": "interval holds the actual dose",
}
"""Metrics that a card shows, by key of ``metrics.json``."""
# entries of a list in a cell, which must stay readable; the rest is counted
_ITEMS_SHOWN = 40
_NOBODY_SAID: Final = "the makers left no statement"
_NOT_IN_FILES: Final = "the model's files do not say"
_NOT_MEASURED: Final = "the model has no metrics.json, or nothing of this in it"
_OF_PUBLICATION: Final = "see the publication"


def in_cell(value: object) -> str:
    """Return a value as text of a Markdown table cell: one line, markup escaped.

    >>> in_cell("dose <i>")
    'dose &lt;i&gt;'
    """
    text = " ".join(str(value).split())
    text = "".join(sign for sign in text if sign.isprintable())
    for sign, written in (("\\", "\\\\"), ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, written)
    for sign in "|*`[]#":
        text = text.replace(sign, f"\\{sign}")
    return text


def number_text(value: object) -> str:
    """Return a number with four significant digits, "" for anything else.

    >>> number_text(8.61234), number_text(3926), number_text(None)
    ('8.612', '3926', '')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    # four digits are enough for a reader; metrics.json keeps the full precision
    return str(value) if isinstance(value, int) else f"{value:.4g}"


@dataclass(frozen=True)
class CardFacts:
    """Content of a model's files; empty where a file is absent."""

    model: Json
    lineage: Json = field(default_factory=dict)
    metrics: Json = field(default_factory=dict)
    plan: Json = field(default_factory=dict)
    history: History | None = None
    digest: str = ""

    def statement(self, key: str) -> str:
        """Return the makers' statement on an item, from model.json or lineage.json."""
        for source in (self.model, self.lineage):
            statements = source.get("statements")
            if isinstance(statements, dict) and isinstance(statements.get(key), str):
                return str(statements[key]).strip()
        return ""

    def text(self, key: str) -> str:
        """Return a text from model.json."""
        value = self.model.get(key)
        return value.strip() if isinstance(value, str) else ""

    @property
    def is_trained(self) -> bool:
        """Whether the coefficients were fitted here, not taken from a publication."""
        return self.model.get("kind") == "trained"

    @property
    def source(self) -> str:
        """The publication, with its PubMed ids."""
        citation = _object(self.model, "citation")
        pmids = citation.get("pmids")
        ids = ", ".join(f"PMID {pmid}" for pmid in pmids) if isinstance(pmids, list) else ""
        text = citation.get("text")
        parts = (text if isinstance(text, str) else "", ids)
        return "; ".join(part for part in parts if part)

    @property
    def outcome(self) -> str:
        """The outcome with its unit; model.json has it as texts or as one object."""
        predicts = self.model.get("predicts")
        if isinstance(predicts, dict):
            parts = [str(predicts.get(key, "")) for key in ("quantity", "unit")]
        else:
            parts = [self.text("predicts"), self.text("unit")]
        return ", ".join(part for part in parts if part)

    @property
    def inputs(self) -> list[Json]:
        """Inputs of the model."""
        inputs = self.model.get("inputs")
        return [own for own in inputs if isinstance(own, dict)] if isinstance(inputs, list) else []

    def of_data(self, key: str) -> object:
        """Return a value of lineage.json on the training table, at its top or under ``data``."""
        data = _object(self.lineage, "data")
        return data.get(key, self.lineage.get(key))

    @property
    def dropped(self) -> str:
        """Excluded patients, by reason."""
        for key in ("dropped", "inclusion"):
            if isinstance(self.of_data(key), dict):
                return _counts(self.of_data(key))
        return ""

    @property
    def sites(self) -> str:
        """Sites, with the number of patients where known."""
        sites = self.of_data("sites")
        if isinstance(sites, dict):
            return f"{len(sites)}: {_counts(sites)}" if sites else ""
        if isinstance(sites, list) and sites:
            return f"{len(sites)}: " + ", ".join(str(site) for site in sites[:_ITEMS_SHOWN])
        return number_text(sites)

    @property
    def settings(self) -> str:
        """Training settings, including the seed."""
        settings = self.lineage.get("settings")
        shown = dict(settings) if isinstance(settings, dict) else {}
        for key in ("recipe", "seed"):
            if key in self.lineage:
                shown.setdefault(key, self.lineage[key])
        return _counts(shown)

    @property
    def uses_race(self) -> bool | None:
        """Whether race or ancestry is an input; absent means no. None: cannot be determined."""
        uses = self.model.get("uses_race", False)
        return uses if isinstance(uses, bool) else None

    @property
    def made_by(self) -> str:
        """The program that trained or evaluated the model."""
        made_by = self.lineage.get("made_by")
        return made_by if isinstance(made_by, str) else ""

    @property
    def leakage(self) -> str:
        """How well the inputs identify the site, as text."""
        leakage = _object(self.lineage, "leakage").get("remark")
        return leakage if isinstance(leakage, str) else ""

    @property
    def remarks(self) -> list[str]:
        """Remarks of the evaluation on its own metrics."""
        remarks = self.metrics.get("remarks")
        return [str(remark) for remark in remarks] if isinstance(remarks, list) else []

    @property
    def n(self) -> str:
        """Number of patients in the evaluation and in the training."""
        measured, trained = (number_text(x) for x in (self.metrics.get("n"), self.of_data("n")))
        parts = (f"{trained} in training" if trained else "", f"{measured} in evaluation"
                 if measured else "")  # fmt: skip
        return ", ".join(part for part in parts if part)

    def blocks(self) -> Iterator[tuple[str, str, Json]]:
        """Yield all patients, then each group: name, value, metrics."""
        if self.metrics:
            yield "all", "", self.metrics
        for name, values in _object(self.metrics, "groups").items():
            for value, numbers in values.items() if isinstance(values, dict) else ():
                if isinstance(numbers, dict):
                    yield str(name), str(value), numbers

    def baselines(self) -> Iterator[tuple[str, Json]]:
        """Yield other models on the same rows: name, metrics."""
        for name, numbers in _object(self.metrics, "by_baseline").items():
            if isinstance(numbers, dict):
                yield str(name), numbers

    @property
    def limits(self) -> list[str]:
        """Limits stated by the model itself."""
        limits = self.model.get("limits")
        return [str(limit) for limit in limits] if isinstance(limits, list) else []


def facts_of(folder: ModelFolder) -> CardFacts:
    """Return the facts from the files of a verified model."""
    return CardFacts(
        model=folder.model,
        lineage=folder.document("lineage.json") or {},
        metrics=folder.document("metrics.json") or {},
        plan=folder.document("change-plan.json") or {},
        history=folder.history,
        digest=folder.digest,
    )


def _object(content: Json, key: str) -> Json:
    value = content.get(key)
    return value if isinstance(value, dict) else {}


def _counts(content: object) -> str:
    if not isinstance(content, dict):
        return ""
    shown = [f"{key}: {_value(value)}" for key, value in content.items()]
    more = len(shown) - _ITEMS_SHOWN
    return ", ".join(shown[:_ITEMS_SHOWN]) + (f", and {more} more" if more > 0 else "")


def _value(value: object) -> str:
    return number_text(value) or str(value)


class ChecklistItem(NamedTuple):
    """One item: number, short title, the reported text, and why it may be missing."""

    number: str
    words: str
    says: Callable[[CardFacts], str] | None = None
    why_not: str = ""


def answer(item: ChecklistItem, facts: CardFacts) -> str:
    """Return a model's text for an item, or why there is none."""
    said = facts.statement(item.number) or (item.says(facts) if item.says else "")
    if said:
        return said
    seen = f"; {_OF_PUBLICATION}: {facts.source}" if not facts.is_trained and facts.source else ""
    why = item.why_not or (_NOT_IN_FILES if item.says else _NOBODY_SAID)
    return f"not reported: {why}{seen}"


def _groups(facts: CardFacts) -> str:
    names = dict.fromkeys(name for name, value, _ in facts.blocks() if value)
    return f"measured by {', '.join(names)}, see Performance" if names else ""


def _race(facts: CardFacts) -> str:
    if facts.uses_race is None or not facts.inputs:
        return ""
    said = "race or ancestry is an input" if facts.uses_race else "race and ancestry are no inputs"
    groups = _groups(facts)
    return f"{said}; {groups}" if groups else said


def _clusters(facts: CardFacts) -> str:
    return "; ".join(part for part in (facts.sites, facts.leakage) if part)


def _split(facts: CardFacts) -> str:
    split = facts.metrics.get("split")
    return f"{split}; {facts.settings}" if isinstance(split, str) else facts.settings


def _data(facts: CardFacts) -> str:
    source = facts.of_data("source")
    digest = facts.of_data("sha256") or facts.of_data("digest")
    told = f"table with SHA-256 {digest}" if isinstance(digest, str) and digest else ""
    return f"{source}; {told}" if isinstance(source, str) and source and told else told


def _predictors(facts: CardFacts) -> str:
    return f"{len(facts.inputs)} inputs, see Predictors" if facts.inputs else ""


def _missing(facts: CardFacts) -> str:
    ways = {str(own.get("name")): str(own.get("when_unknown", "refuse")) for own in facts.inputs}
    return ", ".join(f"{name}: {way.replace('_', ' ')}" for name, way in ways.items())


def _measures(facts: CardFacts) -> str:
    there = [words for key, words in METRICS.items() if number_text(facts.metrics.get(key))]
    return ", ".join(there)


def _performance(facts: CardFacts) -> str:
    there = [
        f"{words}: {number_text(facts.metrics[key])}"
        for key, words in METRICS.items()
        if number_text(facts.metrics.get(key))
    ]
    return "; ".join(there)


def _heterogeneity(facts: CardFacts) -> str:
    sites = [value for name, value, _ in facts.blocks() if name == "site"]
    return f"measured at {len(sites)} sites, see Performance" if sites else ""


def _updating(facts: CardFacts) -> str:
    own = facts.model.get("recalibration")
    if not isinstance(own, dict):
        return "none: no local recalibration is in this version" if facts.is_trained else ""
    return ", ".join(f"{key}: {value}" for key, value in own.items())


def _specification(facts: CardFacts) -> str:
    return f"model.json, in full; SHA-256 of the model {facts.digest}" if facts.digest else ""


def _ranges(facts: CardFacts) -> str:
    return "values outside the ranges under Predictors are refused" if facts.inputs else ""


def _imbalance(facts: CardFacts) -> str:
    return "does not apply: the outcome is a number" if "link" in facts.model else ""


def _dropped(facts: CardFacts) -> str:
    return f"left out: {facts.dropped}" if facts.dropped else ""


ITEMS: Final = (
    ChecklistItem("1", "title", methodcaller("text", "title")),
    ChecklistItem("2", "abstract"),
    ChecklistItem("3a", "health care context, why the model"),
    ChecklistItem("3b", "target population, purpose, users", methodcaller("text", "population")),
    ChecklistItem("3c", "known inequalities between groups", _race),
    ChecklistItem("4", "objectives"),
    ChecklistItem("5a", "sources of data", _data),
    ChecklistItem("5b", "dates of data"),
    ChecklistItem("6a", "setting, number and place of centres", attrgetter("sites")),
    ChecklistItem("6b", "who was eligible", _dropped),
    ChecklistItem("6c", "treatments received"),
    ChecklistItem("7", "preparation of data, also across groups"),
    ChecklistItem("8a", "outcome, when and how measured", attrgetter("outcome")),
    ChecklistItem("8b", "who judged a subjective outcome"),
    ChecklistItem("8c", "blinding of outcome"),
    ChecklistItem("9a", "choice of predictors"),
    ChecklistItem("9b", "predictors, when and how measured", _predictors),
    ChecklistItem("9c", "who judged subjective predictors"),
    ChecklistItem("10", "sample size and its reason", attrgetter("n")),
    ChecklistItem("11", "missing data", _missing),
    ChecklistItem("12a", "how data were used and split", _split),
    ChecklistItem("12b", "handling of predictors in the analysis"),
    ChecklistItem(
        "12c", "type of model, building, tuning, internal validation", attrgetter("settings")
    ),
    ChecklistItem("12d", "differences between clusters, how handled", _clusters),
    ChecklistItem("12e", "measures of performance", _measures, _NOT_MEASURED),
    ChecklistItem("12f", "updating of the model", _updating),
    ChecklistItem("12g", "how predictions were computed in evaluation", attrgetter("made_by")),
    ChecklistItem("13", "class imbalance", _imbalance, _NOBODY_SAID),
    ChecklistItem("14", "fairness", _race),
    ChecklistItem("15", "output of the model", attrgetter("outcome")),
    ChecklistItem("16", "differences of training and evaluation data"),
    ChecklistItem("17", "ethical approval"),
    ChecklistItem("18a", "funding"),
    ChecklistItem("18b", "conflicts of interest"),
    ChecklistItem("18c", "protocol"),
    ChecklistItem("18d", "registration"),
    ChecklistItem("18e", "availability of data"),
    ChecklistItem("18f", "availability of code", attrgetter("made_by")),
    ChecklistItem("19", "involvement of patients and public"),
    ChecklistItem("20a", "flow of participants", _dropped),
    ChecklistItem("20b", "characteristics of participants"),
    ChecklistItem("20c", "comparison of evaluation with development data"),
    ChecklistItem("21", "participants and outcomes in each analysis", attrgetter("n")),
    ChecklistItem("22", "full specification of the model", _specification),
    ChecklistItem("23a", "performance with intervals, also by group", _performance, _NOT_MEASURED),
    ChecklistItem(
        "23b", "differences of performance between clusters", _heterogeneity, _NOT_MEASURED
    ),
    ChecklistItem("24", "results of updating", _updating),
    ChecklistItem(
        "25", "interpretation, fairness included", lambda f: "; ".join(f.remarks), _NOT_MEASURED
    ),
    ChecklistItem("26", "limits", lambda f: "; ".join(f.limits)),
    ChecklistItem("27a", "poor or missing input in use", _ranges),
    ChecklistItem("27b", "what users have to do and to know"),
    ChecklistItem("27c", "next steps, generalisability"),
)
