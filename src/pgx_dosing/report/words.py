"""Records of a report's dose section, and model texts in the report's language.

Texts of models and rules are English data. Those shipped with `pgx` are translated by the tables
beside them (``words/TAG.json``, English text to translation); a text without a translation
stays English and is recorded, so that a page can mark it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pgx.base.shipped import data_files, read_data
from pgx.messages.catalogue import DEFAULT_LANGUAGE
from pgx.reports.content.phrases import figure, phenotype_in_words

if TYPE_CHECKING:
    # a page without doses needs the records only and loads no model
    from pgx_dosing.specification import InputValue

__all__ = [
    "DoseBar",
    "DoseEntry",
    "DoseFact",
    "EquationEntry",
    "RuleEntry",
    "Teller",
    "amount",
    "one_decimal",
    "pubmed",
]

Words = Mapping[str, Any]
# forms of values that are rendered by rule: gene names, ranges and codes
_GENE: Final = re.compile(r"[a-z]+\d+[a-z0-9]*")
_OR: Final = " or "
_SPAN: Final = re.compile(r"([\d.]+) to ([\d.]+)")
_CODE: Final = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
_PUBMED: Final = "https://pubmed.ncbi.nlm.nih.gov/"


class DoseFact(msgspec.Struct, frozen=True):
    """A name, a value, and whether the value was imputed."""

    name: str
    value: str
    is_open: bool = False


class DoseBar(msgspec.Struct, frozen=True):
    """Contribution of one input to the typical patient's dose, in the unit of the dose."""

    name: str
    amount: float
    said: str


class EquationEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A dose by one equation.

    ``dose``, ``typical``, ``low`` and ``high`` are in ``unit``; ``said`` is the dose as text.
    ``bars`` add up from ``typical`` to ``dose``. ``certainty`` is a code, ``alternatives`` are
    other doses compatible with the data, with their conditions.
    """

    title: str
    model: str
    predicts: str
    unit: str
    dose: float
    typical: float
    said: str
    typical_said: str
    interval: str
    certainty: str
    low: float | None = None
    high: float | None = None
    alternatives: tuple[str, ...] = ()
    bars: tuple[DoseBar, ...] = ()
    inputs: tuple[DoseFact, ...] = ()
    remarks: tuple[str, ...] = ()
    population: str = ""
    limits: tuple[str, ...] = ()
    source: str = ""
    links: tuple[tuple[str, str], ...] = ()


class RuleEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a guideline's flow, a regimen, a label or a score.

    ``answers`` are all those compatible with the data: one if all relevant inputs are known.
    """

    title: str
    jurisdiction: str
    certainty: str
    answers: tuple[str, ...]
    open: str = ""
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    population: str = ""
    limits: tuple[str, ...] = ()
    source: str = ""
    links: tuple[tuple[str, str], ...] = ()


class DoseEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Answers of models and rules for one drug; ``refusal`` is the reason for a missing dose.

    ``brief`` is the summary beside the drug's recommendation; the first of ``equations`` is shown
    in full.
    ``preferred`` are flows that a guideline prefers to an equation for this person; they come
    before ``equations``, all other rules after.
    """

    drug: str
    name: str
    anchor: str
    asked: str
    brief: str
    refusal: str = ""
    notes: tuple[str, ...] = ()
    preferred: tuple[RuleEntry, ...] = ()
    equations: tuple[EquationEntry, ...] = ()
    rules: tuple[RuleEntry, ...] = ()
    not_answered: tuple[DoseFact, ...] = ()


def amount(value: float) -> str:
    """Return a dose with three significant digits.

    >>> amount(31.274), amount(4.4676)
    ('31.3', '4.47')
    """
    # below 100 three significant digits; above, whole units
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def one_decimal(value: InputValue) -> InputValue:
    """Return an imputed value to one decimal: more digits would suggest false precision."""
    return round(value, 1) if isinstance(value, float) else value


def pubmed(pmid: str) -> str:
    """Return the PubMed address of a paper."""
    return f"{_PUBMED}{pmid}/"


@functools.cache
def _translations(language: str) -> dict[str, str]:
    if language == DEFAULT_LANGUAGE:
        return {}
    found = data_files(f"models/words/{language}.json")
    return msgspec.json.decode(read_data(found[0]), type=dict[str, str]) if found else {}


class Teller:
    """Renders texts, values and numbers in the language of ``words``.

    ``left`` are the texts left in English.
    """

    def __init__(self, words: Words) -> None:
        self.words = words
        self.dose: Mapping[str, Any] = words["dose"]
        self.left: set[str] = set()
        self._is_english = words["language"] == DEFAULT_LANGUAGE
        self._own = _translations(words["language"])

    def say(self, text: str) -> str:
        """Return a text of a model or rule, translated where possible."""
        if self._is_english or not text:
            return text
        found = self._own.get(text)
        if found is None:
            return self.english(text)
        return found

    def english(self, text: str) -> str:
        """Return a text that is English in every language."""
        if not self._is_english:
            self.left.add(text)
        return text

    def texts(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Return several texts."""
        return tuple(map(self.say, texts))

    def number(self, value: float) -> str:
        """Return an amount with three significant digits."""
        return figure(amount(value), self.words)

    def span(self, low: float, high: float) -> str:
        """Return an amount, or a range."""
        ends = self.number(low), self.number(high)
        return (
            ends[0] if ends[0] == ends[1] else self.dose["span"].format(low=ends[0], high=ends[1])
        )

    def percent(self, share: float) -> str:
        """Return a fraction (0–1) as a percentage."""
        return str(self.dose["percent"].format(number=figure(f"{share * 100:.3g}", self.words)))

    def reason(self, code: str) -> str:
        """Return, as text, why an input is not known."""
        known = self.dose["reason"].get(code) or self.words["reason"].get(code)
        return str(known) if known else code.replace("_", " ")

    def short(self, name: str) -> str:
        """Return a short name of an input; for a gene, its symbol."""
        known = self.dose["short"].get(name)
        if known:
            return str(known)
        return name.upper() if _GENE.fullmatch(name) else name.replace("_", " ")

    def value(self, value: InputValue, unit: str = "") -> str:
        """Return a value of an input."""
        if isinstance(value, bool):
            return str(self.dose["yes" if value else "no"])
        if isinstance(value, float):
            return f"{figure(f'{value:.4g}', self.words)} {self.say(unit)}".rstrip()
        return self.level(str(value))

    def level(self, value: str) -> str:
        """Return a level as text: term, genotype, phenotype or range; ``or`` joins several."""
        if _OR in value:
            return str(self.dose["values"]).join(map(self.level, value.split(_OR)))
        span = _SPAN.fullmatch(value)
        if span:
            low, high = (figure(end, self.words) for end in span.groups())
            return str(self.dose["span"].format(low=low, high=high))
        if value in ("yes", "no"):
            return str(self.dose[value])
        if value in self.words["phenotype"]:
            return phenotype_in_words(value, self.words)
        if value in self._own:
            return self._own[value]
        return value.replace("_", " ") if _CODE.fullmatch(value) else figure(value, self.words)

    def links(self, pmids: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Return names and addresses of papers."""
        return tuple((f"PMID {p}", pubmed(p)) for p in pmids if p.isdecimal())
