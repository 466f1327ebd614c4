"""What a model's own files say of it, as short texts; "" where they say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pgx_dosing.registry.files import Json
from pgx_dosing.registry.folder import ModelFolder
from pgx_dosing.registry.history import History

__all__ = ["METRICS", "CardFacts", "facts_of", "in_cell", "number_text"]

METRICS = {
    "mae_mg_per_week": "mean absolute error, mg/week",
    "within_20_percent": "within 20% of the actual dose",
    "interval_coverage": "interval holds the actual dose",
}
"""Metrics that a card shows, by key of ``metrics.json``."""
_ITEMS_SHOWN = 40


def in_cell(value: object) -> str:
    """Return a value as text in a cell of a Markdown table: one line, no markup.

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
    """Return a number with four significant digits, "" for what is no number.

    >>> number_text(8.61234), number_text(3926), number_text(None)
    ('8.612', '3926', '')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(value) if isinstance(value, int) else f"{value:.4g}"


@dataclass(frozen=True)
class CardFacts:
    """Content of a model's files; what it has not is empty."""

    model: Json
    lineage: Json = field(default_factory=dict)
    metrics: Json = field(default_factory=dict)
    plan: Json = field(default_factory=dict)
    history: History | None = None
    digest: str = ""

    def statement(self, key: str) -> str:
        """Return what somebody wrote of an item: ``statements`` of model.json or lineage.json."""
        for source in (self.model, self.lineage):
            statements = source.get("statements")
            if isinstance(statements, dict) and isinstance(statements.get(key), str):
                return str(statements[key]).strip()
        return ""

    def text(self, key: str) -> str:
        """Return a text of model.json."""
        value = self.model.get(key)
        return value.strip() if isinstance(value, str) else ""

    @property
    def is_trained(self) -> bool:
        """Whether the numbers come from data at hand, not from a publication."""
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
        """What is predicted, with its unit; model.json has it as texts or as one object."""
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
        """Return what lineage.json says of the training table, at its top or under ``data``."""
        data = _object(self.lineage, "data")
        return data.get(key, self.lineage.get(key))

    @property
    def dropped(self) -> str:
        """Who was left out, by reason."""
        for key in ("dropped", "inclusion"):
            if isinstance(self.of_data(key), dict):
                return _counts(self.of_data(key))
        return ""

    @property
    def sites(self) -> str:
        """Sites, with the number of patients where it is known."""
        sites = self.of_data("sites")
        if isinstance(sites, dict):
            return f"{len(sites)}: {_counts(sites)}" if sites else ""
        if isinstance(sites, list) and sites:
            return f"{len(sites)}: " + ", ".join(str(site) for site in sites[:_ITEMS_SHOWN])
        return number_text(sites)

    @property
    def settings(self) -> str:
        """Settings of the training, the seed among them."""
        settings = self.lineage.get("settings")
        shown = dict(settings) if isinstance(settings, dict) else {}
        for key in ("recipe", "seed"):
            if key in self.lineage:
                shown.setdefault(key, self.lineage[key])
        return _counts(shown)

    @property
    def uses_race(self) -> bool | None:
        """Whether race or ancestry is an input; left out, it is none. None: it cannot be told."""
        uses = self.model.get("uses_race", False)
        return uses if isinstance(uses, bool) else None

    @property
    def made_by(self) -> str:
        """The program that trained or evaluated the model."""
        made_by = self.lineage.get("made_by")
        return made_by if isinstance(made_by, str) else ""

    @property
    def leakage(self) -> str:
        """How well the inputs tell the site, in words."""
        leakage = _object(self.lineage, "leakage").get("remark")
        return leakage if isinstance(leakage, str) else ""

    @property
    def remarks(self) -> list[str]:
        """What the evaluation says in words of its own numbers."""
        remarks = self.metrics.get("remarks")
        return [str(remark) for remark in remarks] if isinstance(remarks, list) else []

    @property
    def n(self) -> str:
        """How many patients the metrics rest on, and how many the training had."""
        measured, trained = (number_text(x) for x in (self.metrics.get("n"), self.of_data("n")))
        parts = (f"{trained} in training" if trained else "", f"{measured} in evaluation"
                 if measured else "")  # fmt: skip
        return ", ".join(part for part in parts if part)

    def blocks(self) -> Iterator[tuple[str, str, Json]]:
        """Yield all patients, then each group: name, value, numbers."""
        if self.metrics:
            yield "all", "", self.metrics
        for name, values in _object(self.metrics, "groups").items():
            for value, numbers in values.items() if isinstance(values, dict) else ():
                if isinstance(numbers, dict):
                    yield str(name), str(value), numbers

    def baselines(self) -> Iterator[tuple[str, Json]]:
        """Yield other models on the same rows: name, numbers."""
        for name, numbers in _object(self.metrics, "by_baseline").items():
            if isinstance(numbers, dict):
                yield str(name), numbers

    @property
    def limits(self) -> list[str]:
        """Limits that the model itself names."""
        limits = self.model.get("limits")
        return [str(limit) for limit in limits] if isinstance(limits, list) else []


def facts_of(folder: ModelFolder) -> CardFacts:
    """Return what the files of a verified model say."""
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
