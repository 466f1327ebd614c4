"""A laboratory's folder applied to a release: rows are added, none changed; genes are callable."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from pgx.base.assemblies import CANONICAL, MITOCHONDRION, Assembly, contig_length
from pgx.errors import OverlayError, SnapshotSchemaError
from pgx.knowledge.integrity.genes import gene_findings
from pgx.knowledge.overlay import Overlay, PlacedRow
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import Row
from pgx.phenotypes import NO_SCORE
from pgx.records.advice import LocalStatement, Statement, record_from_row
from pgx.records.genes import (
    AlleleDefinition,
    DefiningVariant,
    GeneDefinition,
    Ploidy,
    Strategy,
    core_allele,
)

__all__ = [
    "LocalKnowledge",
    "check_local_genes",
]

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
    """A release with a laboratory's folder, with the interface of a release.

    Parameters
    ----------
    base
        The release; its manifest and digest are also those of this object.
    overlay
        The folder's tables, as `pgx.knowledge.overlay.read_overlay` returns them.

    Raises
    ------
    OverlayError
        A row of the folder has the name of another row, or contradicts a row of the release.
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
        """Genes that the folder defines or extends."""
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
    """Return a table's rows to add, without duplicate names.

    Raises
    ------
    OverlayError
        A name of the release, or one that occurs twice.
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
    """Refuse a duplicate position, or one that the release describes differently."""
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
    """Return positions; bases added by a laboratory follow those of the release."""
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
    """Return segments; overlapping or adjacent segments of one gene are joined.

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
        # adjacent segments are joined: an indel may span their border
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
    """Return drugs of the folder that are not substances of the release.

    Raises
    ------
    OverlayError
        The name is a synonym or another spelling of a substance or drug of the release, or the
        codes differ from those of the release.
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


_GENE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)
_BASES: Final = re.compile(r"[ACGT]{1,1000}")
_SCORE: Final = re.compile(r"≥?[0-9]{1,3}\.[0-9]{1,6}", re.ASCII)
_JOINS: Final = frozenset(";=|")
_MAX_ALTS: Final = 60  # a definition is one 64-bit mask a position
_REMEDY: Final = "see docs/how-to/local-rules.md"


def check_local_genes(base: KnowledgeBase, local: LocalKnowledge) -> None:
    """Check the genes that a laboratory's folder defines or extends.

    Raises
    ------
    OverlayError
        A gene, position, allele, segment or rule breaks the schema or fails `verify_release`,
        duplicates an existing description, or could never be called.
    """
    overlay = local.overlay
    if overlay is None:
        return
    _check_cells(overlay)
    try:
        genes = local.genes_as_written
        for row in _gene_rows(overlay):
            if row.cells["gene"] not in genes:
                raise OverlayError(
                    f"no gene {row.cells['gene']!r}",
                    where=row.where,
                    remedy="add it to genes.tsv, or correct its name",
                )
    except SnapshotSchemaError as error:
        raise OverlayError(error.what, where=error.where, remedy=_REMEDY) from error
    # the same checks as for a release: a laboratory's gene is called like any other
    for name in sorted(local.local_genes):
        for problem, where in _problems(genes[name], base.genes.get(name)):
            raise OverlayError(f"{name}: {problem}", where=where, remedy=_REMEDY)
        for finding in gene_findings(genes[name]):
            raise OverlayError(finding.what, where=finding.place, remedy=_REMEDY)


def _gene_rows(overlay: Overlay) -> Iterator[PlacedRow]:
    for table in ("genes", "variants", "alleles", "segments", "phenotype_rules"):
        yield from overlay.rows(table)


def _check_cells(overlay: Overlay) -> None:
    """Refuse names and bases that would be ambiguous in keys and diplotypes."""
    for row in overlay.rows("genes"):
        if not _GENE_NAME.fullmatch(row.cells["gene"]):
            raise OverlayError(
                f"{row.cells['gene']!r} is no name of a gene",
                where=row.where,
                remedy="use letters, digits, - and _",
            )
    for row in overlay.rows("phenotype_rules"):
        cells = (row.cells[n] for n in ("function_1", "function_2", "phenotype", "lookup_key"))
        if any(_JOINS & set(cell) for cell in cells):
            raise OverlayError(
                "a function, phenotype or key holds one of ; = |", where=row.where, remedy=_REMEDY
            )
    for row in overlay.rows("segments"):
        if set(row.cells["sequence"]) - set("ACGT"):
            raise OverlayError(
                "a sequence holds other letters than A, C, G, T", where=row.where, remedy=_REMEDY
            )


_Problem = tuple[str, str]


def _problems(gene: GeneDefinition, base: GeneDefinition | None) -> Iterator[_Problem]:
    if base is None:
        yield from _gene_problems(gene)
    if gene.strategy is Strategy.OUTSIDE:
        if gene.variants or gene.alleles or gene.segments:
            yield "a gene of outside calls has no positions, alleles or segments", "genes.tsv"
        return
    known = {v.position for v in base.variants} if base else set()
    for variant in gene.variants:
        yield from _variant_problems(gene, variant, is_new=variant.position not in known)
    yield from _allele_problems(gene, {a.name for a in base.alleles} if base else set())
    yield from _rule_problems(gene, base)


def _gene_problems(gene: GeneDefinition) -> Iterator[_Problem]:
    usual = {MITOCHONDRION: Ploidy.MITOCHONDRIAL, "chrX": Ploidy.X_LINKED}
    # `Ploidy` has no value for chrY
    if gene.contig not in CANONICAL or gene.contig == "chrY":
        yield f"contig {gene.contig!r} is none of chr1 to chr22, chrX, chrM", "genes.tsv"
    elif gene.ploidy is not usual.get(gene.contig, Ploidy.AUTOSOME):
        yield f"ploidy {gene.ploidy.value} does not fit {gene.contig}", "genes.tsv"
    if gene.strategy is Strategy.OUTSIDE:
        return
    if not gene.variants or not gene.alleles:
        yield "no positions or no alleles", "genes.tsv"
    references = [a.name for a in gene.alleles if a.is_reference]
    if references != [gene.default_allele]:
        yield "default_allele is not the one allele with reference yes", "genes.tsv"
    if gene.scored and gene.uncertain_function != NO_SCORE:
        yield f"the uncertain function of a scored gene is {NO_SCORE}", "genes.tsv"
    if gene.strategy is Strategy.VARIANT_LIST and gene.uncertain_function not in (
        gene.function_order
    ):
        yield (
            "a gene that lists variants needs function_order, with uncertain_function",
            "genes.tsv",
        )
    copies = {bool(rule.function_2) for rule in gene.rules}
    if gene.ploidy is not Ploidy.AUTOSOME and copies == {True}:
        yield "no rule for one copy (function_2 empty), on chrX or chrM", "phenotype_rules.tsv"
    places = {v.position for v in gene.variants}
    if any({p.decisive, p.substitute} - places for p in gene.proxies):
        yield "proxies name positions that the gene does not have", "genes.tsv"


def _variant_problems(
    gene: GeneDefinition, variant: DefiningVariant, *, is_new: bool
) -> Iterator[_Problem]:
    place = f"position {variant.position}"
    if not all(_BASES.fullmatch(a) for a in (*variant.alleles, variant.ref_grch37)):
        yield f"{place} has an allele with other letters than A, C, G, T", "variants.tsv"
    if len(set(variant.alleles)) < len(variant.alleles) or len(variant.alts) > _MAX_ALTS:
        yield f"{place} has an allele twice, or too many", "variants.tsv"
    lengths = {a: contig_length(gene.contig, a) for a in Assembly}
    if any(gene.position_on(variant, a) > length for a, length in lengths.items()):
        yield f"{place} lies behind the end of {gene.contig}", "variants.tsv"
    if is_new and not any(variant.position in a.defining for a in gene.alleles):
        yield f"{place} is in the definition of no allele", "variants.tsv"


def _allele_problems(gene: GeneDefinition, known: set[str]) -> Iterator[_Problem]:
    cores = Counter(core_allele(a.name).casefold() for a in gene.alleles if a.name not in known)
    base = {core_allele(name).casefold() for name in known}
    definitions = Counter(_definition(a) for a in gene.alleles if not a.structural)
    functions = _functions(gene)
    for allele in gene.alleles:
        if allele.name in known:
            continue
        core = core_allele(allele.name).casefold()
        # calls are reported by core allele: two alleles with one core would be ambiguous
        if core in base or cores[core] > 1:
            yield f"{allele.name} is a spelling or suballele of another allele", "alleles.tsv"
        if known and allele.is_reference:
            yield f"{allele.name}: the gene has a reference allele already", "alleles.tsv"
        if not allele.defining and not (allele.is_reference or allele.structural):
            yield f"{allele.name} has no definition", "alleles.tsv"
        elif not allele.structural and definitions[_definition(allele)] > 1:
            yield f"{allele.name} is defined like another allele", "alleles.tsv"
        if allele.function and functions and allele.function not in functions:
            said = f"{allele.name}: no rule, and no other allele, has function {allele.function!r}"
            yield said, "alleles.tsv"
        yield from _value_problems(gene, allele)


def _definition(allele: AlleleDefinition) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(allele.defining.items()))


def _functions(gene: GeneDefinition) -> set[str]:
    """Return the functions in a gene's rules and order."""
    found = {f for rule in gene.rules for f in (rule.function_1, rule.function_2) if f}
    return found | set(gene.function_order) | {gene.uncertain_function} if found else set()


def _value_problems(gene: GeneDefinition, allele: AlleleDefinition) -> Iterator[_Problem]:
    if gene.scored:
        value = allele.activity_value
        if (allele.function or None) != value:
            yield f"{allele.name}: function of a scored gene is the activity value", "alleles.tsv"
        elif value and value != NO_SCORE and not _SCORE.fullmatch(value):
            yield f"{allele.name}: activity value {value!r} is no number like 0.5", "alleles.tsv"
    elif allele.activity_value:
        yield f"{allele.name}: the gene is not scored", "alleles.tsv"
    ranked = gene.strategy is Strategy.VARIANT_LIST and bool(gene.function_order)
    if ranked and allele.function and allele.function not in gene.function_order:
        yield f"{allele.name}: its function is not in function_order", "alleles.tsv"


def _rule_problems(gene: GeneDefinition, base: GeneDefinition | None) -> Iterator[_Problem]:
    """Rules of a scored gene are found by score, so each score must have one meaning."""
    new = [rule for rule in gene.rules if base is None or rule not in base.rules]
    if gene.scored:
        meanings = {(r.activity_score, r.phenotype, r.lookup_key) for r in gene.rules}
        scores = Counter(score for score, _, _ in meanings)
        if any(n > 1 for score, n in scores.items() if score) or (
            new and not all(r.activity_score for r in gene.rules)
        ):
            yield "a score has no, or more than one, meaning", "phenotype_rules.tsv"
    elif any(rule.activity_score for rule in gene.rules):
        yield "rules name scores, and the gene is not scored", "phenotype_rules.tsv"
