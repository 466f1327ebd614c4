"""Drugs of the index: RxNorm and ATC codes, CPIC levels of their genes, covered or pending."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from pgx.knowledge.importers.readings import Readings
from pgx.knowledge.importers.releases import SourceRow
from pgx.knowledge.tables import Row, read_text
from pgx.records.advice import Drug, DrugStatus, Statement

__all__ = ["DrugCodes", "build_drugs", "read_levels"]

UNCODED: Final = "texts_not_coded"


class DrugCodes(msgspec.Struct, frozen=True):
    """Codes of one drug and the CPIC level of each of its genes."""

    rxnorm: str = ""
    atc: tuple[str, ...] = ()
    levels: dict[str, str] = {}


def read_levels(path: Path) -> dict[str, DrugCodes]:
    """Read CPIC's table of gene–drug pairs (columns Gene, Drug, RxNorm, ATC, CPICLevel)."""
    codes: dict[str, DrugCodes] = {}
    with io.StringIO(read_text(path), newline="") as lines:
        for row in csv.DictReader(lines):
            seen = codes.get(row["Drug"], DrugCodes())
            rxnorm = "" if row["RxNorm"] == "NA" else row["RxNorm"]
            atc = tuple(sorted(filter(None, row["ATC"].replace("NA", "").split(", "))))
            levels = {**seen.levels, row["Gene"]: row["CPICLevel"]}
            codes[row["Drug"]] = DrugCodes(seen.rxnorm or rxnorm, seen.atc or atc, levels)
    return codes


def build_drugs(
    authority: str,
    rows: Iterable[SourceRow],
    unfinished: set[str],
    statements: Iterable[Statement],
    readings: Readings,
    codes: Mapping[str, DrugCodes],
) -> list[Drug]:
    """Return every drug of the sources and of the pending list, A–Z.

    ``rows`` holds one row of the sources per drug, the newest; ``unfinished`` are drugs
    with a sentence that nobody has read: covered in part, or pending.
    """
    waiting = {row["drug"]: row for row in readings.pending}
    newest = {row.drug: row for row in rows}
    known: dict[str, list[Statement]] = {}
    for statement in statements:
        known.setdefault(statement.drug, []).append(statement)
    last = max(row.source for row in newest.values())
    drugs = []
    for name in sorted(newest | waiting):
        own = known.get(name, [])
        reason = waiting.get(name, {}).get("reason", UNCODED if name in unfinished else "")
        code = codes.get(name, DrugCodes())
        drugs.append(
            Drug(
                drug=name,
                authority=authority,
                status=DrugStatus.COVERED if own else DrugStatus.PENDING,
                reason=reason,
                rxnorm=code.rxnorm,
                atc=code.atc,
                genes=_genes(own, newest.get(name), waiting.get(name, {})),
                guidelines=_guidelines(own, newest.get(name), waiting.get(name, {})),
                source=max((s.source for s in own), default=last),
            )
        )
    return drugs


def _genes(own: Iterable[Statement], row: SourceRow | None, wanted: Row) -> tuple[str, ...]:
    found = {gene for statement in own for gene in statement.genes}
    found.update(gene for gene, _ in (row.keys if row else ()))
    return tuple(sorted(found.union(filter(None, wanted.get("genes", "").split(";")))))


def _guidelines(own: Iterable[Statement], row: SourceRow | None, wanted: Row) -> tuple[str, ...]:
    found = {statement.guideline_id for statement in own} | {wanted.get("guideline_id", "")}
    return tuple(sorted(filter(None, found | ({row.guideline_id} if row else set()))))
