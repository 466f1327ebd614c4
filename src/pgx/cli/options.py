"""Values of options shared by several commands, including `--deidentify`."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import msgspec
import typer

from pgx.base.accel import CACHE_VARIABLE, on_uncached_code
from pgx.base.files import real_path
from pgx.cli.console import hint, say
from pgx.errors import OutputError, UsageError, printable

if TYPE_CHECKING:
    from pgx.reads.sample import ReadsInput
    from pgx.records.calls import Override
    from pgx.records.patient import Patient

__all__ = [
    "MANY_SAMPLES",
    "Annex",
    "Deidentify",
    "Language",
    "MaxAge",
    "OutsideCalls",
    "Overlay",
    "Privacy",
    "PrivacyOptions",
    "PseudonymKey",
    "PseudonymTable",
    "Quiet",
    "Release",
    "overrides_of",
    "patient_of",
    "privacy_of",
    "reads_of",
    "run_app",
    "shown_help",
    "single",
    "tell_age",
]

MANY_SAMPLES: Final = 1_000
"""Above so many, files of each sample are written only where asked for."""
Language = Annotated[
    str, typer.Option("--language", "--lang", metavar="TAG", help="language of reports: en or de")
]
OutsideCalls = Annotated[
    Path | None,
    typer.Option(
        "--outside-calls",
        metavar="FILE",
        help="calls of other tools: a table of sample, gene, diplotype, phenotype, "
        "activity_score; or a file of DRAGEN (targeted.json), Cyrius, Aldy, StellarPGx, PyPGx, "
        "Stargazer or pb-StarPhase",
    ),
]
Overlay = Annotated[
    Path | None,
    typer.Option("--kb-overlay", metavar="DIR", help="folder of a laboratory's genes and rules"),
]
Release = Annotated[
    Path | None,
    typer.Option(
        "--kb",
        metavar="FILE",
        help="release to use: a file of pgx kb export, or a folder; PGX_KB by default",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="only errors on stderr")]
MaxAge = Annotated[
    int,
    typer.Option(
        "--max-age",
        metavar="MONTHS",
        min=0,
        max=1200,
        help="warn if the release is older than this many months",
    ),
]
Annex = Annotated[
    bool, typer.Option("--annex", help="PDF reports with an annex: evidence, all drugs, doses")
]


def reads_of(
    path: Path | None, reference: Path | None, normaliser: Path | None
) -> ReadsInput | None:
    """Return the file of reads and its options.

    Raises
    ------
    UsageError
        An option needs a file of reads, and none is given.
    """
    if path is None:
        if reference is not None or normaliser is not None:
            raise UsageError("--reference and --reads-normaliser go with --reads")
        return None
    from pgx.reads.sample import ReadsInput

    return ReadsInput(path, reference, normaliser)


def tell_age(release: str, limit: int) -> None:
    """Warn on standard error if a release is older than a limit in months, as of today."""
    from pgx.base.texts import months_between, release_month, today
    from pgx.cli.console import hint

    months = months_between(release_month(release), today())
    if months is not None and months > limit:
        hint(
            f"release {release} of the knowledge base is {months} months old, more than "
            f"--max-age {limit}: install a newer one, and see pgx kb changes"
        )


def patient_of(path: Path | None) -> Patient | None:
    """Return the patient from a file; None without a file.

    Prints a note if no dosing models are installed, because a report without doses must not be
    read as one in which no dose needs a change.
    """
    if path is None:
        return None
    from pgx.base.extensions import extension
    from pgx.patients.read import read_patient

    patient = read_patient(path)
    if extension("pgx.dosing", "records") is None:
        say("warning: no dosing models are installed, so no dose is predicted; install pgx anew")
    return patient


def overrides_of(path: Path | None) -> list[Override]:
    """Return the overrides from a file; none without a file."""
    if path is None:
        return []
    from pgx.inputs.side_files import read_overrides

    return read_overrides(path)


# typer bundles click or uses the library, depending on its version; this is its error class
_UsageError: Any = typer.BadParameter.__mro__[1]
_EXAMPLES = "Examples:"
_INTERRUPTED = 130
_AS_WRITTEN = "\b"  # marks a paragraph that is not re-wrapped


def single(command: Callable[..., object], name: str) -> typer.Typer:
    """Return an app with one command and no subcommands."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name)(command)
    return app


def shown_help(command: Callable[..., object]) -> str:
    """Return a command's docstring with its examples one per line, not re-wrapped."""
    text = inspect.getdoc(command) or ""
    before, title, after = text.partition(_EXAMPLES)
    if not title:
        return text
    lines = [line for line in after.splitlines() if line.strip()]
    return "\n".join([before.rstrip(), "", _AS_WRITTEN, title, *lines])


def run_app(app: typer.Typer, words: list[str], name: str) -> int:
    """Run an app; return its exit status."""
    on_uncached_code(None if "--quiet" in words else _say_unkept)
    for command in app.registered_commands:
        if command.callback is not None and not command.help:
            command.help = shown_help(command.callback)
    try:
        status = app(
            args=words, prog_name=name, standalone_mode=False, help_option_names=["-h", "--help"]
        )
    except _UsageError as error:
        where = error.ctx.command_path if error.ctx else name
        sys.stderr.write(f"[PGX-USE-001] {printable(_what(error))} see {where} --help\n")
        return 2
    except typer.Exit as error:
        status = int(error.exit_code)
    except typer.Abort:
        status = _INTERRUPTED
    if status == _INTERRUPTED:  # typer catches the interrupt without a message
        sys.stderr.write("interrupted\n")
    return int(status) if isinstance(status, int) else 0


def _say_unkept() -> None:
    hint(
        "compiled code cannot be kept: this run, and every other, compiles for some 20 s;"
        f" name a folder that only you can write with {CACHE_VARIABLE}"
    )


def _what(error: Any) -> str:  # noqa: ANN401 - the class is that of typer's own click
    """Return the error with the nearest existing option or command."""
    possible = getattr(error, "possibilities", None)
    if possible:
        return f"{str(error.message).rstrip('.')}; did you mean {possible[0]}?"
    text = str(error.format_message()).rstrip(".")
    return text if text.endswith("?") else f"{text};"


if TYPE_CHECKING:
    from pgx.reports.files.result_set import Apart


Deidentify = Annotated[
    bool,
    typer.Option(
        "--deidentify", help="replace samples by pseudonyms and dates by years; remove free text"
    ),
]
PseudonymKey = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="secret key for stable pseudonyms"),
]
PseudonymTable = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="write the table of samples and pseudonyms; store it separately"
    ),
]
COLUMNS = ("pseudonym", "sample")


class Privacy(NamedTuple):
    """Values of the de-identification options; ``key`` is None for counted pseudonyms."""

    is_on: bool
    key: bytes | None
    table: Path | None
    key_file: Path | None = None

    def names(self, samples: Sequence[str]) -> list[str]:
        """Return the sample names in the output: pseudonyms, or the original names."""
        from pgx.reports.content.deidentification import counted_pseudonyms, keyed_pseudonyms

        if not self.is_on:
            return list(samples)
        if self.key is None:
            return counted_pseudonyms(len(samples))
        return keyed_pseudonyms(samples, self.key)

    def check_inputs(self, inputs: Iterable[str | Path | None]) -> None:
        """Refuse a table path that is also an input of the command.

        Raises
        ------
        OutputError
            It is one of ``inputs``, or the key.
        """
        from pgx.base.files import refuse_own_inputs

        if self.table is not None:
            refuse_own_inputs([self.table], [*inputs, self.key_file])

    def table_of(self, samples: Sequence[str]) -> Apart | None:
        """Return the table of samples and pseudonyms, if requested."""
        if self.table is None:
            return None
        from pgx.reports.files.result_set import Apart
        from pgx.reports.tables.tsv_tables import render_rows

        rows = zip(self.names(samples), samples, strict=True)
        return Apart(self.table, render_rows(COLUMNS, rows).encode("utf-8"))

    def write_with(self, output: Path, data: bytes, samples: Sequence[str]) -> None:
        """Write a results file, and its pseudonym table if requested.

        Raises
        ------
        OutputError
            A file cannot be written.
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
            # a run that ends early leaves no table, rather than that of another run
            apart.path.unlink(missing_ok=True)


class PrivacyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options for sample names in results."""

    deidentify: Deidentify = False
    pseudonym_key: PseudonymKey = None
    pseudonym_table: PseudonymTable = None


def privacy_of(options: PrivacyOptions, output: Path, *, force: bool) -> Privacy:
    """Return the values of the options; checks what can be checked before the run.

    Raises
    ------
    UsageError
        A key or a table without ``--deidentify``, an invalid key, or a table among results.
    OutputError
        The table already exists.
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
