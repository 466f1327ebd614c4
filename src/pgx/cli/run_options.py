"""Options of the commands that read variants, each declared once and collected in records.

A command declares its options as a record, whose fields are options or groups of options; `asked`
converts them to typer parameters. Defaults are those of `RunSettings`, so that command line and
Python do not diverge.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, cast, get_type_hints

import msgspec
import typer

from pgx.cli.options import OutsideCalls
from pgx.inputs.choices import settings_of
from pgx.inputs.settings import MOST, Limits, RunSettings

__all__ = [
    "DEFAULTS",
    "AbsentWord",
    "AssemblyWord",
    "CellLimits",
    "EvidenceOptions",
    "Genes",
    "SampleInfoFile",
    "Samples",
    "ScopeOptions",
    "Untyped",
    "asked",
    "limits_of",
]

DEFAULTS: Final = RunSettings()

AssemblyWord = Annotated[
    str | None, typer.Option("--assembly", help="GRCh37 or GRCh38, if not in the header")
]
Genes = Annotated[str, typer.Option("--genes", help="only these genes, comma-separated")]
Drugs = Annotated[str, typer.Option("--drugs", help="only these drugs, comma-separated")]
Samples = Annotated[str, typer.Option("--samples", help="only these samples, comma-separated")]
SampleInfoFile = Annotated[
    Path | None,
    typer.Option("--sample-info", metavar="TSV", help="sample, sex, population, superpopulation"),
]
AbsentWord = Annotated[
    str,
    typer.Option("--absent", help="genotype of positions without a record: no-call or reference"),
]
Untyped = Annotated[
    Path | None,
    typer.Option(
        "--untyped", metavar="TSV", help="positions not typed by the call set: contig, pos"
    ),
]


class ScopeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The scope of a run."""

    assembly: AssemblyWord = None
    genes: Genes = ""
    drugs: Drugs = ""
    samples: Samples = ""
    sample_info: SampleInfoFile = None
    outside_calls: OutsideCalls = None


class CellLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits below which genotypes count as unknown, for every command that reads genotypes."""

    min_gq: Annotated[
        int, typer.Option(min=0, max=MOST, help="minimum genotype quality; lower counts as unknown")
    ] = DEFAULTS.min_gq
    min_dp: Annotated[
        int, typer.Option(min=0, max=MOST, help="minimum read depth; lower counts as unknown")
    ] = DEFAULTS.min_dp


class EvidenceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options for reading, calling and interpreting genotypes."""

    absent: AbsentWord = DEFAULTS.absent.value
    untyped: Untyped = None
    prior: Annotated[
        str,
        typer.Option(help="prior for unresolved diplotypes: population or none"),
    ] = DEFAULTS.prior.value
    ancestry: Annotated[
        str, typer.Option(help="average, inferred, recorded, or AFR, AMR, EAS, EUR, SAS")
    ] = DEFAULTS.ancestry
    threshold: Annotated[
        float,
        typer.Option(min=0.5, max=1.0, help="posterior probability required to call a diplotype"),
    ] = DEFAULTS.threshold
    confidence: Annotated[
        float,
        typer.Option(
            metavar="C",
            help="posterior probability required for a definite recommendation, 0.5 to 1",
        ),
    ] = DEFAULTS.confidence
    cells: CellLimits

    def settings(self, scope: ScopeOptions, *, with_sites: bool = True) -> RunSettings:
        """Return the run settings.

        Raises
        ------
        UsageError
            A value is invalid.
        InputError
            The file of untyped positions cannot be read.
        """
        return settings_of(
            assembly=scope.assembly,
            genes=scope.genes,
            drugs=scope.drugs,
            samples=scope.samples,
            absent=self.absent,
            with_sites=with_sites,
            limits=limits_of(self),
        )


def limits_of(options: msgspec.Struct) -> Limits:
    """Return the settings of `Limits` for which a command has options."""
    found: dict[str, object] = {}
    for name in options.__struct_fields__:
        value = getattr(options, name)
        if isinstance(value, msgspec.Struct):
            found |= limits_of(value)
        elif name in Limits.__annotations__:
            found[name] = value
    return cast("Limits", found)


_Record = TypeVar("_Record", bound=msgspec.Struct)
_Command = Callable[[_Record], int | None]


def asked(record: type[_Record]) -> Callable[[_Command[_Record]], Callable[..., int | None]]:
    """Convert the fields of a record to typer options, and pass the record to a command.

    Fields keep their order; a field that is itself a record of options is expanded in place.
    """

    def taking(command: _Command[_Record]) -> Callable[..., int | None]:
        @functools.wraps(command)
        def told(**words: Any) -> int | None:  # noqa: ANN401 - the types of the options
            return command(_filled(record, words))

        # typer inspects these instead of the function's own parameter
        told.__signature__ = inspect.Signature(list(_parameters(record)))  # type: ignore[attr-defined]
        told.__annotations__ = {}
        return told

    return taking


def _groups(record: type[msgspec.Struct]) -> Iterator[tuple[str, Any, bool]]:
    """Yield name and type of each field, and whether it is a record of options."""
    hints = get_type_hints(record, include_extras=True)
    for name in record.__struct_fields__:
        kind = hints[name]
        yield name, kind, isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _parameters(record: type[msgspec.Struct]) -> Iterator[inspect.Parameter]:
    """Yield the typer parameters; groups are expanded in place."""
    own = inspect.signature(record).parameters
    for name, kind, is_group in _groups(record):
        if is_group:
            yield from _parameters(kind)
        else:
            keyword = inspect.Parameter.KEYWORD_ONLY
            yield inspect.Parameter(name, keyword, default=own[name].default, annotation=kind)


def _filled(record: type[_Record], words: Mapping[str, Any]) -> _Record:
    """Return a record of the values from typer."""
    return record(
        **{
            name: _filled(kind, words) if is_group else words[name]
            for name, kind, is_group in _groups(record)
        }
    )
