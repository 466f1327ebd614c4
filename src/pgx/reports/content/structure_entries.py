"""Report texts on copy number and hybrid genes, built from the evidence of a call."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.records.calls import GeneCall
from pgx.records.structures import (
    WHOLE,
    CopyNumber,
    SiteBalance,
    StructuralModel,
    StructureEvidence,
)
from pgx.reports.content.phrases import decimal_mark, percent

__all__ = ["StructureEntry", "best_of", "build_structure"]

Words = Mapping[str, Any]
# the most probable are listed, the rest is counted
_LISTED: Final = 4
# more lines would obscure the result: the rest is counted
_LISTED_BALANCES: Final = 60
_PART: Final = re.compile(r"(\d{1,3}) (\S.*)")


class StructureEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Texts on copy number and hybrid genes.

    ``brief`` is shown beside a result, ``result`` is one or two lines on copies and models, or why
    they were not assessed. ``basis`` is the evidence; ``balances`` are the allele counts at
    heterozygous sites, one line each.
    """

    is_assessed: bool
    brief: str
    result: tuple[str, ...]
    basis: str
    balances: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Result and basis, without empty lines."""
        return tuple(filter(None, (*self.result, self.basis)))


def build_structure(call: GeneCall, words: Words) -> StructureEntry | None:
    """Return the texts on a gene's copy number; None if it was not part of the call."""
    found = call.structure
    if found is None:
        return None
    said: Mapping[str, Any] = words["structure"]
    is_told = found.is_assessed and bool(found.copies or found.models)
    brief = _brief(found, words) if is_told else said["brief_not_assessed"]
    return StructureEntry(
        is_assessed=is_told,
        brief=brief,
        result=tuple(_result(found, words)) if is_told else (_why(found, said),),
        basis=_basis(found, words, is_told=is_told),
        balances=tuple(_balances(found.balances, _chromosome(call), words)),
    )


def _why(found: StructureEvidence, said: Mapping[str, Any]) -> str:
    """Return why there is no result; an unknown code of another version is shown unchanged."""
    if not found.reason:
        return str(said["not_assessed_plain"])
    # a result of a newer version may have reasons unknown to this one
    reason = said["reason"].get(found.reason) or said["reason_code"].format(code=found.reason)
    return str(said["not_assessed"]).format(reason=reason)


def _brief(found: StructureEvidence, words: Words) -> str:
    said = words["structure"]
    source = said["source"].get(found.source, found.source)
    copies = _copies(found.copies[0].copies, said) if found.copies else _model(found, said)
    return str(said["brief"]).format(copies=copies, source=source)


def best_of(
    model: StructuralModel | None, copies: CopyNumber | None, words: Words
) -> Iterator[tuple[str, float]]:
    """Yield a model and a copy number as text, each with its probability."""
    said = words["structure"]
    if model is not None:
        yield _model_in_words(model.name, said), model.probability
    if copies is not None:
        yield _copies(copies.copies, said), copies.probability


def _model(found: StructureEvidence, said: Mapping[str, Any]) -> str:
    return _model_in_words(found.models[0].name, said)


def _result(found: StructureEvidence, words: Words) -> Iterator[str]:
    said = words["structure"]
    copies = [(_copies(c.copies, said), c.probability) for c in found.copies]
    models = [(_model_in_words(m.name, said), m.probability) for m in found.models]
    for listed in (copies, models):
        if listed:
            yield _with_chances(listed, words)


def _with_chances(listed: Sequence[tuple[str, float]], words: Words) -> str:
    """Name the most probable, then the alternatives."""
    said = words["structure"]
    cells = [
        said["chance"].format(what=what, percent=percent(share, words))
        for what, share in listed[:_LISTED]
    ]
    if len(listed) > _LISTED:
        cells.append(said["more"].format(count=len(listed) - _LISTED))
    if len(cells) == 1:
        return str(cells[0])
    return str(said["else"]).format(first=cells[0], others=", ".join(cells[1:]))


def _copies(count: int, said: Mapping[str, Any]) -> str:
    keys = {0: "copies_none", 1: "copies_one"}
    return str(said[keys.get(count, "copies")]).format(count=count)


def _model_in_words(name: str, said: Mapping[str, Any]) -> str:
    """Return a model such as ``2 gene + 1 *36`` as text; other names are unchanged."""
    parts = [_PART.fullmatch(part) for part in name.split(" + ")]
    # a name of another form is shown unchanged, never partly translated
    if not all(parts):
        return name
    told = [_units(int(part[1]), part[2], said) for part in parts if part]
    return str(said["and"]).join(told)


def _units(count: int, unit: str, said: Mapping[str, Any]) -> str:
    if count == 0:
        return str(said["whole_none"])
    kind = "whole" if unit == WHOLE else "hybrid"
    return str(said[f"{kind}_one" if count == 1 else kind]).format(count=count, name=unit)


def _basis(found: StructureEvidence, words: Words, *, is_told: bool) -> str:
    """Return the basis of the result; numbers without a measurement are omitted."""
    said, decimal = words["structure"], decimal_mark(words)
    facts = [said["from"].format(source=said["source"].get(found.source, found.source))]
    if found.panel:
        facts.append(said["panel"].format(name=found.panel))
    if _is_number(found.mean_depth):
        facts.append(said["depth"].format(reads=_figure(found.mean_depth, decimal)))
    if found.n_controls:
        facts.append(said["controls"].format(count=found.n_controls))
    if _is_number(found.noise):
        facts.append(said["noise"].format(percent=_figure((found.noise or 0) * 100, decimal)))
    return "; ".join(facts) if is_told or len(facts) > 1 else ""


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _figure(value: float | None, decimal: str) -> str:
    """Return a number, with one decimal if it is small."""
    shown = value or 0.0
    return (f"{shown:.0f}" if abs(shown) >= 10 else f"{shown:.1f}").replace(".", decimal)


def _balances(balances: Sequence[SiteBalance], chromosome: str, words: Words) -> Iterator[str]:
    said = words["structure"]
    for site in balances[:_LISTED_BALANCES]:
        # without reads there is no allele balance
        total = site.reference_reads + site.alternative_reads
        share = percent(site.alternative_reads / total, words) if total else "–"
        yield said["balance"].format(
            position=f"{chromosome}{site.position}",
            reference=site.reference_reads,
            alternative=site.alternative_reads,
            percent=share,
        )
    if len(balances) > _LISTED_BALANCES:
        yield said["more"].format(count=len(balances) - _LISTED_BALANCES)


def _chromosome(call: GeneCall) -> str:
    """Return the chromosome of the gene's positions with a colon, empty if none is listed."""
    places = (site.position for site in call.sites)
    chromosome, colon, _ = next(places, "").partition(":")
    return f"{chromosome}{colon}"
