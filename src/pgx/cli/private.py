"""``--deidentify`` and what goes with it: pseudonyms, their key, their table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from pgx.base.files import real_path
from pgx.errors import OutputError, UsageError

if TYPE_CHECKING:
    from pgx.reports.files.result_set import Apart

__all__ = [
    "Deidentify",
    "Privacy",
    "PrivacyOptions",
    "PseudonymKey",
    "PseudonymTable",
    "privacy_of",
]

Deidentify = Annotated[
    bool,
    typer.Option("--deidentify", help="pseudonyms for samples, years for dates, no free texts"),
]
PseudonymKey = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="secret from which stable pseudonyms are made"),
]
PseudonymTable = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="write which sample has which pseudonym; keep it apart"),
]
COLUMNS = ("pseudonym", "sample")


class Privacy(NamedTuple):
    """What the options of de-identification say; ``key`` is None where names are counted."""

    is_on: bool
    key: bytes | None
    table: Path | None
    key_file: Path | None = None

    def names(self, samples: Sequence[str]) -> list[str]:
        """Return what samples are called in the output: pseudonyms, or their own names."""
        from pgx.reports.content.deidentification import counted_pseudonyms, keyed_pseudonyms

        if not self.is_on:
            return list(samples)
        if self.key is None:
            return counted_pseudonyms(len(samples))
        return keyed_pseudonyms(samples, self.key)

    def check_inputs(self, inputs: Iterable[str | Path | None]) -> None:
        """Refuse a table that is a file which the command reads.

        Raises
        ------
        OutputError
            It is one of ``inputs``, or the key.
        """
        from pgx.base.files import refuse_own_inputs

        if self.table is not None:
            refuse_own_inputs([self.table], [*inputs, self.key_file])

    def table_of(self, samples: Sequence[str]) -> Apart | None:
        """Return the table of which sample has which pseudonym, where one is asked for."""
        if self.table is None:
            return None
        from pgx.reports.files.result_set import Apart
        from pgx.reports.tables.tsv_tables import render_rows

        rows = zip(self.names(samples), samples, strict=True)
        return Apart(self.table, render_rows(COLUMNS, rows).encode("utf-8"))

    def write_with(self, output: Path, data: bytes, samples: Sequence[str]) -> None:
        """Write a file of results, and the table that belongs to it, where one is asked for.

        Raises
        ------
        OutputError
            One cannot be written.
        """
        from pgx.reports.files.output_folder import new_file, write_file

        apart = self.table_of(samples)
        if apart is None:
            write_file(output, data)
            return
        with new_file(apart.path, is_private=True) as table, new_file(output) as result:
            for handle, content in ((table, apart.data), (result, data)):
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
            # ended before the new one has its place, a run leaves none rather than another's
            apart.path.unlink(missing_ok=True)


class PrivacyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How samples are named in results."""

    deidentify: Deidentify = False
    pseudonym_key: PseudonymKey = None
    pseudonym_table: PseudonymTable = None


def privacy_of(options: PrivacyOptions, output: Path, *, force: bool) -> Privacy:
    """Return what the options say; checks what can be checked before the work.

    Raises
    ------
    UsageError
        A key or a table without ``--deidentify``, a key that is none, or a table among results.
    OutputError
        The table is there already.
    """
    key, table = options.pseudonym_key, options.pseudonym_table
    if not options.deidentify and (key or table):
        raise UsageError(
            "--pseudonym-key and --pseudonym-table go with --deidentify",
            remedy="add --deidentify",
        )
    if table is not None and real_path(output) in (real_path(table), real_path(table).parent):
        raise UsageError(
            "the table of pseudonyms would stand among the results that it tells apart",
            remedy="name a file in another folder with --pseudonym-table",
        )
    if table is not None and table.exists() and not force:
        raise OutputError(
            "the table of pseudonyms is there already", remedy="replace it with --force"
        )
    from pgx.reports.content.deidentification import read_key

    return Privacy(options.deidentify, read_key(key) if key else None, table, key)
