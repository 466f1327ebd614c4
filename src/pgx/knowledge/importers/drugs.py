"""Drugs of the index: RxNorm and ATC codes, CPIC levels of their genes, covered or pending."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import msgspec

from pgx.base.advice import Drug, DrugStatus, Statement
from pgx.knowledge.importers.readings import Row

__all__ = ["DrugCodes", "build_drugs", "read_levels"]


class DrugCodes(msgspec.Struct, frozen=True):
    """Codes of one drug and the CPIC level of each of its genes."""

    rxnorm: str = ""
    atc: tuple[str, ...] = ()
    levels: dict[str, str] = {}


def read_levels(path: Path) -> dict[str, DrugCodes]:
    """Read CPIC's table of gene–drug pairs (columns Gene, Drug, RxNorm, ATC, CPICLevel)."""
    codes: dict[str, DrugCodes] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            seen = codes.get(row["Drug"], DrugCodes())
            rxnorm = "" if row["RxNorm"] == "NA" else row["RxNorm"]
            atc = tuple(sorted(filter(None, row["ATC"].replace("NA", "").split(", "))))
            levels = {**seen.levels, row["Gene"]: row["CPICLevel"]}
            codes[row["Drug"]] = DrugCodes(seen.rxnorm or rxnorm, seen.atc or atc, levels)
    return codes


def build_drugs(
    statements: Iterable[Statement],
    pending: Iterable[Row],
    codes: dict[str, DrugCodes],
    authority: str,
    source: str,
) -> list[Drug]:
    """Return every drug with a statement, and every drug known to wait for one, A–Z.

    A drug of the pending list that has statements is covered, and the reason tells what
    part of it is missing.
    """
    genes: dict[str, set[str]] = {}
    sources: dict[str, set[str]] = {}
    guidelines: dict[str, set[str]] = {}
    for statement in statements:
        genes.setdefault(statement.drug, set()).update(statement.genes)
        guidelines.setdefault(statement.drug, set()).add(statement.guideline_id)
        sources.setdefault(statement.drug, set()).add(statement.source)
    waiting = {row["drug"]: row for row in pending}
    drugs = []
    for name in sorted(genes | waiting):
        code = codes.get(name, DrugCodes())
        wanted = waiting.get(name, {})
        own = genes.get(name, set()) | set(filter(None, wanted.get("genes", "").split(";")))
        listed = guidelines.get(name, set()) | {wanted.get("guideline_id", "")}
        drugs.append(
            Drug(
                drug=name,
                authority=authority,
                status=DrugStatus.COVERED if name in genes else DrugStatus.PENDING,
                reason=wanted.get("reason", ""),
                rxnorm=code.rxnorm,
                atc=code.atc,
                genes=tuple(sorted(own)),
                guidelines=tuple(sorted(filter(None, listed))),
                source=max(sources.get(name, {source})),
            )
        )
    return drugs
