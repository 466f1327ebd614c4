"""Items of TRIPOD+AI (BMJ 2024;385:e078378) in short words, and what a model says to each.

What no file says is not reported, with the reason; nothing is made up. A sentence of the makers,
``statements`` by number in lineage.json or model.json, answers an item that a run cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from pgx_dosing.registry.card_facts import METRICS, CardFacts, number_text

__all__ = ["ITEMS", "ChecklistItem", "answer"]

_NOBODY_SAID: Final = "the makers left no statement"
_NOT_IN_FILES: Final = "the model's files do not say"
_NOT_MEASURED: Final = "the model has no metrics.json, or nothing of this in it"
_OF_PUBLICATION: Final = "see the publication"


class ChecklistItem(NamedTuple):
    """One item: number, short words, what the files say to it, and why they may say nothing."""

    number: str
    words: str
    says: Callable[[CardFacts], str] | None = None
    why_not: str = _NOBODY_SAID


def answer(item: ChecklistItem, facts: CardFacts) -> str:
    """Return what a model says to an item, or why it does not."""
    said = facts.statement(item.number) or (item.says(facts) if item.says else "")
    if said:
        return said
    seen = f"; {_OF_PUBLICATION}: {facts.source}" if not facts.is_trained and facts.source else ""
    return f"not reported: {item.why_not}{seen}"


def _title(facts: CardFacts) -> str:
    return facts.text("title")


def _population(facts: CardFacts) -> str:
    return facts.text("population")


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


def _interpretation(facts: CardFacts) -> str:
    return "; ".join(facts.remarks)


def _split(facts: CardFacts) -> str:
    split = facts.metrics.get("split")
    return f"{split}; {facts.settings}" if isinstance(split, str) else facts.settings


def _data(facts: CardFacts) -> str:
    source = facts.of_data("source")
    digest = facts.of_data("sha256") or facts.of_data("digest")
    told = f"table with SHA-256 {digest}" if isinstance(digest, str) and digest else ""
    return f"{source}; {told}" if isinstance(source, str) and source and told else told


def _settings(facts: CardFacts) -> str:
    return facts.settings


def _predictors(facts: CardFacts) -> str:
    return f"{len(facts.inputs)} inputs, see Predictors" if facts.inputs else ""


def _missing(facts: CardFacts) -> str:
    ways = {str(own.get("name")): str(own.get("when_unknown", "refuse")) for own in facts.inputs}
    return ", ".join(f"{name}: {way.replace('_', ' ')}" for name, way in ways.items())


def _outcome(facts: CardFacts) -> str:
    return facts.outcome


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


def _limits(facts: CardFacts) -> str:
    return "; ".join(facts.limits)


def _ranges(facts: CardFacts) -> str:
    return "values outside the ranges under Predictors are refused" if facts.inputs else ""


def _imbalance(facts: CardFacts) -> str:
    return "does not apply: the outcome is a number" if "link" in facts.model else ""


def _code(facts: CardFacts) -> str:
    return facts.made_by


def _sites(facts: CardFacts) -> str:
    return facts.sites


def _dropped(facts: CardFacts) -> str:
    return f"left out: {facts.dropped}" if facts.dropped else ""


def _n(facts: CardFacts) -> str:
    return facts.n


ITEMS: Final = (
    ChecklistItem("1", "title", _title, _NOT_IN_FILES),
    ChecklistItem("2", "abstract"),
    ChecklistItem("3a", "health care context, why the model"),
    ChecklistItem("3b", "target population, purpose, users", _population, _NOT_IN_FILES),
    ChecklistItem("3c", "known inequalities between groups", _race, _NOT_IN_FILES),
    ChecklistItem("4", "objectives"),
    ChecklistItem("5a", "sources of data", _data, _NOT_IN_FILES),
    ChecklistItem("5b", "dates of data"),
    ChecklistItem("6a", "setting, number and place of centres", _sites, _NOT_IN_FILES),
    ChecklistItem("6b", "who was eligible", _dropped, _NOT_IN_FILES),
    ChecklistItem("6c", "treatments received"),
    ChecklistItem("7", "preparation of data, also across groups"),
    ChecklistItem("8a", "outcome, when and how measured", _outcome, _NOT_IN_FILES),
    ChecklistItem("8b", "who judged a subjective outcome"),
    ChecklistItem("8c", "blinding of outcome"),
    ChecklistItem("9a", "choice of predictors"),
    ChecklistItem("9b", "predictors, when and how measured", _predictors, _NOT_IN_FILES),
    ChecklistItem("9c", "who judged subjective predictors"),
    ChecklistItem("10", "sample size and its reason", _n, _NOT_IN_FILES),
    ChecklistItem("11", "missing data", _missing, _NOT_IN_FILES),
    ChecklistItem("12a", "how data were used and split", _split, _NOT_IN_FILES),
    ChecklistItem("12b", "handling of predictors in the analysis"),
    ChecklistItem(
        "12c", "type of model, building, tuning, internal validation", _settings, _NOT_IN_FILES
    ),
    ChecklistItem("12d", "differences between clusters, how handled", _clusters, _NOT_IN_FILES),
    ChecklistItem("12e", "measures of performance", _measures, _NOT_MEASURED),
    ChecklistItem("12f", "updating of the model", _updating, _NOT_IN_FILES),
    ChecklistItem("12g", "how predictions were computed in evaluation", _code, _NOT_IN_FILES),
    ChecklistItem("13", "class imbalance", _imbalance),
    ChecklistItem("14", "fairness", _race, _NOT_IN_FILES),
    ChecklistItem("15", "output of the model", _outcome, _NOT_IN_FILES),
    ChecklistItem("16", "differences of training and evaluation data"),
    ChecklistItem("17", "ethical approval"),
    ChecklistItem("18a", "funding"),
    ChecklistItem("18b", "conflicts of interest"),
    ChecklistItem("18c", "protocol"),
    ChecklistItem("18d", "registration"),
    ChecklistItem("18e", "availability of data"),
    ChecklistItem("18f", "availability of code", _code, _NOT_IN_FILES),
    ChecklistItem("19", "involvement of patients and public"),
    ChecklistItem("20a", "flow of participants", _dropped, _NOT_IN_FILES),
    ChecklistItem("20b", "characteristics of participants"),
    ChecklistItem("20c", "comparison of evaluation with development data"),
    ChecklistItem("21", "participants and outcomes in each analysis", _n, _NOT_IN_FILES),
    ChecklistItem("22", "full specification of the model", _specification, _NOT_IN_FILES),
    ChecklistItem("23a", "performance with intervals, also by group", _performance, _NOT_MEASURED),
    ChecklistItem(
        "23b", "differences of performance between clusters", _heterogeneity, _NOT_MEASURED
    ),
    ChecklistItem("24", "results of updating", _updating, _NOT_IN_FILES),
    ChecklistItem("25", "interpretation, fairness included", _interpretation, _NOT_MEASURED),
    ChecklistItem("26", "limits", _limits, _NOT_IN_FILES),
    ChecklistItem("27a", "poor or missing input in use", _ranges, _NOT_IN_FILES),
    ChecklistItem("27b", "what users have to do and to know"),
    ChecklistItem("27c", "next steps, generalisability"),
)
