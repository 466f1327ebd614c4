"""A release with a laboratory's folder laid over it: rows are added, none is changed.

The one row that may stand in both is a position of a gene, to which a laboratory may add bases;
overlapping segments that say the same are joined.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Final

from pgx.base.advice import LocalStatement, Statement, record_from_row
from pgx.base.errors import OverlayError, SnapshotSchemaError
from pgx.knowledge.overlay import Overlay, PlacedRow
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import Row

__all__ = ["LocalKnowledge"]

_NAMED_ONCE: Final = {
    "sources": ("source",),
    "genes": ("gene",),
    "alleles": ("gene", "allele"),
    "drugs": ("drug", "authority"),
    "guidelines": ("guideline_id",),
    "statements": ("id",),
}
"""Columns that name a row of a table: a laboratory's row may not have the name of another."""
_BY_PLACE: Final = {"variants": "position_grch38", "segments": "start"}


class LocalKnowledge(KnowledgeBase):
    """A release and a laboratory's folder over it, read like a release.

    Parameters
    ----------
    base
        The release; its manifest and digest stay those of this object.
    overlay
        What `pgx.knowledge.overlay.read_overlay` found in the folder.

    Raises
    ------
    OverlayError
        A row of the folder has the name of another row, or contradicts one of the release.
    """

    def __init__(self, base: KnowledgeBase, overlay: Overlay) -> None:
        self.place = base.place
        self.manifest = base.manifest
        self.signature = base.signature
        self._texts = base._texts  # noqa: SLF001 - the same release, digests checked once
        self.overlay = overlay
        self._added = {name: _added(base, overlay, name) for name in overlay.tables}
        self._added["substances"] = _substances(base, overlay)

    @functools.cached_property
    def local_genes(self) -> frozenset[str]:
        """Genes that the folder defines or adds to."""
        return self.overlay.genes if self.overlay else frozenset()

    def table(self, name: str) -> list[Row]:
        """Return the rows of the release, then those of the folder; positions in order."""
        rows = super().table(name)
        added = self._added.get(name)
        if not added:
            return rows
        if name == "variants":
            rows = _with_bases(rows, added)
        elif name == "segments":
            rows = _joined_segments([*rows, *added], self.local_genes)
        else:
            rows = [*rows, *added]
        place = _BY_PLACE.get(name)
        return sorted(rows, key=lambda r: (r["gene"], int(r[place]))) if place else rows

    @functools.cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All statements of the release, then the laboratory's."""
        own = (record_from_row(Statement, row) for row in super().table("statements"))
        rows = self.overlay.rows("statements") if self.overlay else ()
        return (*own, *map(_statement, rows))


def _statement(row: PlacedRow) -> LocalStatement:
    try:
        return record_from_row(LocalStatement, row.cells)
    except SnapshotSchemaError as error:
        raise _refused(error.what, row, "correct the line") from error


def _refused(what: str, row: PlacedRow, remedy: str) -> OverlayError:
    return OverlayError(what, where=row.where, remedy=remedy)


def _added(base: KnowledgeBase, overlay: Overlay, table: str) -> list[Row]:
    """Return a table's rows to add, no name twice.

    Raises
    ------
    OverlayError
        A name of the release, or one that stands twice.
    """
    columns = _NAMED_ONCE.get(table)
    rows = overlay.rows(table)
    if columns:
        known = {_name(row, columns) for row in base.table(table)}
        own: set[tuple[str, ...]] = set()
        for row in rows:
            name = _name(row.cells, columns)
            if name in known or name in own:
                whose = "the knowledge base has" if name in known else "the folder has"
                said = " ".join(row.cells[column] for column in columns)
                remedy = "add to it in other tables, or take another name"
                raise _refused(f"{said}: {whose} it already", row, remedy)
            own.add(name)
    if table == "variants":
        _check_positions(base, rows)
    return [row.cells for row in rows]


def _name(row: Row, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[column].casefold() for column in columns)


def _check_positions(base: KnowledgeBase, rows: Iterable[PlacedRow]) -> None:
    """Refuse a position that stands twice, or that the release has and describes otherwise."""
    known = {(r["gene"], r["position_grch38"]): r for r in base.table("variants")}
    seen: set[tuple[str, str]] = set()
    for row in rows:
        place = (row.cells["gene"], row.cells["position_grch38"])
        if place in seen:
            raise _refused("the position stands twice", row, "list its bases in alts")
        seen.add(place)
        old = known.get(place)
        same = ("position_grch37", "ref_grch38", "ref_grch37")
        if old is not None and any(old[name] != row.cells[name] for name in same):
            raise _refused(
                f"{place[0]} {place[1]} is another in the knowledge base",
                row,
                "give the reference bases and the GRCh37 position as it has them",
            )


def _with_bases(rows: list[Row], added: list[Row]) -> list[Row]:
    """Return positions, with the bases that a laboratory adds behind those of the release."""
    new = {(row["gene"], row["position_grch38"]): row for row in added}
    found = []
    for row in rows:
        more = new.pop((row["gene"], row["position_grch38"]), None)
        if more is not None:
            alts = dict.fromkeys([*row["alts"].split(","), *more["alts"].split(",")])
            row = row | {"alts": ",".join(alts)}
        found.append(row)
    return [*found, *new.values()]


def _joined_segments(rows: list[Row], genes: frozenset[str]) -> list[Row]:
    """Return segments, those of one gene that overlap or touch as one.

    Raises
    ------
    OverlayError
        Two overlapping segments hold different bases.
    """
    found = [row for row in rows if row["gene"] not in genes]
    mine = sorted(
        (row for row in rows if row["gene"] in genes), key=lambda r: (r["gene"], int(r["start"]))
    )
    for row in mine:
        last = found[-1] if found else None
        at = int(row["start"]) - int(last["start"]) if last else 0
        if last is None or last["gene"] != row["gene"] or at > len(last["sequence"]):
            found.append(row)
            continue
        both = min(len(last["sequence"]) - at, len(row["sequence"]))
        if last["sequence"][at : at + both] != row["sequence"][:both]:
            raise OverlayError(
                f"segments of {row['gene']} hold different bases at {row['start']}",
                where="segments.tsv",
                remedy="correct start or sequence: forward strand of GRCh38",
            )
        found[-1] = last | {"sequence": last["sequence"] + row["sequence"][both:]}
    return found


def _substances(base: KnowledgeBase, overlay: Overlay) -> list[Row]:
    """Return drugs of the folder that the release does not know as substances.

    Raises
    ------
    OverlayError
        The name is another name, or another spelling, of a substance or drug of the release, or
        the codes are not those of the release.
    """
    drugs = {d.drug.casefold(): d for d in base.drugs} if overlay.rows("drugs") else {}
    found = []
    for row in overlay.rows("drugs"):
        name = row.cells["drug"]
        known, unknown = base.vocabulary.find(name=name)
        spelled = [] if unknown or len(known) > 1 else [s.substance for s in known]
        drug = drugs.get(name.casefold())
        meant = drug.drug if drug else next(iter(spelled), name)
        if meant != name:
            raise _refused(f"{name} is {meant} in the knowledge base", row, "use that name")
        _check_codes(base, row, name)
        if not spelled:
            cells = {c: row.cells[c] for c in ("rxnorm", "atc", "source")} | {"substance": name}
            found.append({"synonyms": "", "brands": "", "ingredients": ""} | cells)
    return found


def _check_codes(base: KnowledgeBase, row: PlacedRow, name: str) -> None:
    for column in ("rxnorm", "atc"):
        for code in filter(None, row.cells[column].split(";")):
            coded = {column: code}
            others, _ = base.vocabulary.find(**coded)
            if others and name not in [s.substance for s in others]:
                raise _refused(
                    f"{column} {code} is {others[0].substance} in the knowledge base",
                    row,
                    "correct the code or the name",
                )
