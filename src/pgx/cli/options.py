"""What the words of options that all commands share mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from pgx.base.errors import UsageError

if TYPE_CHECKING:
    from pgx.base.local import Override
    from pgx.base.patient import Patient
    from pgx.reads.sample import ReadsInput
    from pgx.reports.facts import ReportFacts

__all__ = [
    "MANY_SAMPLES",
    "LaboratoryFile",
    "Language",
    "MaxAge",
    "OutsideCalls",
    "Overlay",
    "Release",
    "SideFiles",
    "issued_by",
    "overrides_of",
    "patient_of",
    "reads_of",
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
MaxAge = Annotated[
    int,
    typer.Option(
        "--max-age",
        metavar="MONTHS",
        min=0,
        max=1200,
        help="age of the release, in months, above which it is warned of",
    ),
]
LaboratoryFile = Annotated[
    Path | None,
    typer.Option("--laboratory", metavar="TOML", help="name, address and logo for PDF reports"),
]


class SideFiles(NamedTuple):
    """Files beside the inputs."""

    sample_info: Path | None
    outside_calls: Path | None
    patient: Path | None
    kb_overlay: Path | None
    overrides: Path | None
    laboratory: Path | None
    reads: ReadsInput | None = None
    untyped: Path | None = None
    kb: Path | None = None

    def roles(self) -> dict[str, Path]:
        """Return those whose content changes a result, by what they are."""
        named = {
            "sample_info": self.sample_info,
            "outside_calls": self.outside_calls,
            "patient": self.patient,
            "overrides": self.overrides,
            "untyped": self.untyped,
        }
        return {role: path for role, path in named.items() if path is not None}

    def paths(self) -> list[str | Path | None]:
        """Return all of them, those of reads as well."""
        own = self.reads
        reads = [own.path, own.reference, own.normaliser] if own else []
        return [*self[:6], *reads, self.untyped, self.kb]


def reads_of(
    path: Path | None, reference: Path | None, normaliser: Path | None
) -> ReadsInput | None:
    """Return the file of reads and what goes with it.

    Raises
    ------
    UsageError
        Something goes with a file of reads that is not given.
    """
    if path is None:
        if reference is not None or normaliser is not None:
            raise UsageError("--reference and --reads-normaliser go with --reads")
        return None
    from pgx.reads.sample import ReadsInput

    return ReadsInput(path, reference, normaliser)


def tell_age(release: str, limit: int) -> None:
    """Say on standard error that a release is older than a limit in months, counted to today."""
    from pgx.base.ages import months_between, release_month, today
    from pgx.cli.console import hint

    months = months_between(release_month(release), today())
    if months is not None and months > limit:
        hint(
            f"release {release} of the knowledge base is {months} months old, more than "
            f"--max-age {limit}: install a newer one, and see pgx kb changes"
        )


def patient_of(path: Path | None) -> Patient | None:
    """Return the patient that a file describes; none without a file."""
    if path is None:
        return None
    from pgx.patients.read import read_patient

    return read_patient(path)


def overrides_of(path: Path | None) -> list[Override]:
    """Return the overrides that a file holds; none without a file."""
    if path is None:
        return []
    from pgx.pipeline.overrides import read_overrides

    return read_overrides(path)


def issued_by(facts: ReportFacts, path: Path | None) -> ReportFacts:
    """Return facts with the laboratory that a file describes; as they are without a file."""
    if path is None:
        return facts
    import msgspec

    from pgx.reports.laboratory import read_laboratory

    return msgspec.structs.replace(facts, laboratory=read_laboratory(path))
