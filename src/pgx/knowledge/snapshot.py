"""Load one release of the knowledge base and verify its digests."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pgx.base.texts import did_you_mean
from pgx.errors import SnapshotIntegrityError, SnapshotSchemaError, UnknownGeneError
from pgx.knowledge.gene_records import (
    ALLELE_NAMES,
    CORE_TABLES,
    GENE_TABLES,
    POPULATION_TABLES,
    STRUCTURE_TABLES,
    read_frequencies,
    read_genes,
)
from pgx.knowledge.integrity.genes import inapplicable, unusable
from pgx.knowledge.later import CHANGES, LaterChange, read_changes
from pgx.knowledge.medicines import (
    CONDITIONS,
    MEDICINE_TABLES,
    MedicineKnowledge,
    Vocabulary,
    read_medicines,
)
from pgx.knowledge.release_folder import default_release, read_contents
from pgx.knowledge.tables import (
    MANIFEST,
    READING_DIGITS,
    SIGNATURE,
    TEXTS,
    Manifest,
    Row,
    parse_table,
)
from pgx.records.advice import (
    Drug,
    Finding,
    Guideline,
    KnownGap,
    Statement,
    StatementSet,
    records_from_rows,
)
from pgx.records.genes import GeneCode, GeneDefinition, GeneFrequencies

if TYPE_CHECKING:
    from pgx.knowledge.overlay import Overlay

__all__ = ["KnowledgeBase"]


class KnowledgeBase:
    """One immutable release; tables are parsed on first use.

    Parameters
    ----------
    place
        Folder of the release, or the file that it was exported to; `default_release` if not given.

    Raises
    ------
    SnapshotIntegrityError
        A table is missing or its digest differs from the manifest's.
    SnapshotSchemaError
        A table or the manifest has another schema.

    Attributes
    ----------
    place
        Where the release was read from.
    signature
        The signature of the manifest; empty if it is unsigned.
    overlay
        The laboratory's folder applied to the release, None without one.
    """

    overlay: Overlay | None = None

    def __init__(self, place: Path | None = None) -> None:
        self.place = place or default_release()
        found = read_contents(self.place)
        self.manifest: Manifest = found.manifest
        self.signature = found.signature
        self._texts = found.tables

    def files(self) -> dict[str, bytes]:
        """Return the files of the release as read: tables, manifest, signature if any."""
        signature = {SIGNATURE: self.signature} if self.signature else {}
        return {**self._texts, MANIFEST: self.manifest.text().encode(), **signature}

    @property
    def table_names(self) -> tuple[str, ...]:
        """Names of the release's tables, without ``.tsv``, A–Z."""
        return tuple(sorted(name.removesuffix(".tsv") for name in self._texts))

    def table(self, name: str) -> list[Row]:
        """Return a table's rows as dictionaries of strings; ``name`` without ``.tsv``.

        Raises
        ------
        SnapshotIntegrityError
            The manifest names no such table.
        SnapshotSchemaError
            The table cannot be read.
        """
        file = f"{name}.tsv"
        if file not in self._texts:
            raise SnapshotIntegrityError(
                "the manifest names no such table", where=file, remedy="reinstall pgx"
            )
        try:
            text = self._texts[file].decode("utf-8")
        except UnicodeDecodeError as error:
            raise SnapshotSchemaError("the table is not UTF-8 text", where=file) from error
        return parse_table(name, text, file)

    @property
    def release(self) -> str:
        """Name of the release."""
        return self.manifest.release

    @functools.cached_property
    def local_genes(self) -> frozenset[str]:
        """Genes that a laboratory defines or extends; empty for a plain release."""
        return frozenset()

    @functools.cached_property
    def genes(self) -> dict[str, GeneDefinition]:
        """All genes, A–Z.

        Raises
        ------
        SnapshotSchemaError
            A cell is not a number, a term is unknown, or variants, alleles and bases of a gene
            are inconsistent.
        """
        # `kb verify` reads `genes_as_written` to list every fault; a run stops at the first
        for gene in self.genes_as_written.values():
            _refuse(unusable(gene))
        return self.genes_as_written

    @functools.cached_property
    def genes_as_written(self) -> dict[str, GeneDefinition]:
        """All genes, A–Z, including those that cannot be called.

        Raises
        ------
        SnapshotSchemaError
            A cell is not a number, or a term is unknown.
        """
        tables = {name: self.table(name) for name in GENE_TABLES}
        optional = [*STRUCTURE_TABLES, *CORE_TABLES, ALLELE_NAMES]
        return read_genes(tables | self._optional(optional))

    @functools.cached_property
    def frequencies(self) -> dict[str, GeneFrequencies]:
        """Haplotype frequencies by gene; empty in a release without them.

        Raises
        ------
        SnapshotSchemaError
            A cell is not a number, or a row has other groups than the rest of its gene.
        """
        return read_frequencies(self._optional(POPULATION_TABLES))

    @functools.cached_property
    def medicines(self) -> MedicineKnowledge:
        """Data on medicines and populations; empty in a release without them.

        Raises
        ------
        SnapshotSchemaError
            A cell is not a number, a term is unknown, a substance occurs twice, or a rule does
            not fit its gene.
        """
        for rule in self.medicines_as_written.conversion_rules:
            _refuse(inapplicable(rule, self.genes))
        return self.medicines_as_written

    @functools.cached_property
    def medicines_as_written(self) -> MedicineKnowledge:
        """Data on medicines, whether or not its rules fit the genes.

        Raises
        ------
        SnapshotSchemaError
            A cell is not a number, a term is unknown, or a substance occurs twice.
        """
        return read_medicines(self._optional((*MEDICINE_TABLES, CONDITIONS)))

    @functools.cached_property
    def vocabulary(self) -> Vocabulary:
        """Drugs by name, brand and code."""
        return Vocabulary(self.medicines.substances, (d.drug for d in self.drugs))

    @functools.cached_property
    def other_names(self) -> dict[str, tuple[str, ...]]:
        """Synonyms and brands (United States, Europe) by drug with guidelines, A–Z."""
        names = dict.fromkeys(d.drug for d in self.drugs)
        return {name: self.vocabulary.other_names(name) for name in names}

    @functools.cached_property
    def later_changes(self) -> tuple[LaterChange, ...]:
        """Dated changes by authorities, applied or pending; empty in a release without them.

        Raises
        ------
        SnapshotSchemaError
            A row cannot be read.
        """
        return read_changes(self._optional([CHANGES])[CHANGES])

    def _optional(self, names: Iterable[str]) -> dict[str, list[Row]]:
        """Return optional tables; missing ones are empty."""
        return {n: self.table(n) if f"{n}.tsv" in self._texts else [] for n in names}

    @functools.cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All guideline statements, in table order, with their source's own text."""
        found = records_from_rows(Statement, self.table("statements"))
        words = {
            (row["authority"], row["digest"][:READING_DIGITS]): row["text"]
            for row in self._optional([TEXTS])[TEXTS]
        }
        # shipped releases contain no texts: statements need not be copied
        if not words:
            return tuple(found)
        said = (words.get((s.authority, s.reading), "") for s in found)
        return tuple(
            msgspec.structs.replace(statement, words=text) if text else statement
            for statement, text in zip(found, said, strict=True)
        )

    @functools.cached_property
    def drugs(self) -> tuple[Drug, ...]:
        """All drugs of the index, A–Z."""
        return tuple(records_from_rows(Drug, self.table("drugs")))

    @functools.cached_property
    def guidelines(self) -> tuple[Guideline, ...]:
        """All guidelines."""
        return tuple(records_from_rows(Guideline, self.table("guidelines")))

    @functools.cached_property
    def known_gaps(self) -> tuple[KnownGap, ...]:
        """Known gaps of the published sources; empty in a release without them."""
        rows = self._optional(["known_gaps"])["known_gaps"]
        return tuple(records_from_rows(KnownGap, rows))

    @functools.cached_property
    def statement_sets(self) -> tuple[StatementSet, ...]:
        """Statements that answer together or add up; empty in a release without the table."""
        rows = self._optional(["statement_sets"])["statement_sets"]
        return tuple(records_from_rows(StatementSet, rows))

    @functools.cached_property
    def gene_codes(self) -> tuple[GeneCode, ...]:
        """Identifiers of genes; empty in a release without them."""
        rows = self._optional(["gene_codes"])["gene_codes"]
        return tuple(records_from_rows(GeneCode, rows))

    def gene(self, name: str) -> GeneDefinition:
        """Return one gene.

        Raises
        ------
        UnknownGeneError
            The knowledge base has no such gene.
        """
        try:
            return self.genes[name]
        except KeyError:
            raise UnknownGeneError(
                f"no gene {name!r} in the knowledge base",
                remedy=did_you_mean(name, self.genes, "see `pgx kb genes` for the list"),
            ) from None


def _refuse(findings: Iterable[Finding]) -> None:
    """Raise the first finding as an error, if there is one."""
    for first in findings:
        raise SnapshotSchemaError(
            first.what, where=first.place, remedy=first.remedy, code=first.code.value
        )
