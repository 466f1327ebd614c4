"""Options of a laboratory's report: issuer, orders, status, the earlier report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from pgx.cli.console import hint

if TYPE_CHECKING:
    from collections.abc import Collection

    from pgx.reports.issue import ReportIssue

__all__ = ["IssueOptions", "LaboratoryFile", "issue_of", "tell_without_order"]

LaboratoryFile = Annotated[
    Path | None,
    typer.Option(
        "--laboratory",
        metavar="FILE",
        help="the laboratory: letterhead, accreditation, methods, validated genes (TOML or JSON)",
    ),
]


class IssueOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a laboratory's report."""

    laboratory: LaboratoryFile = None
    order: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="identity, specimen and dates by sample (TOML or JSON); for PDF, HTML, FHIR and "
            "Excel only",
        ),
    ] = None
    amends: Annotated[
        Path | None,
        typer.Option(metavar="RESULT.json", help="saved result of the report that this replaces"),
    ] = None
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="why the report of --amends is replaced")
    ] = ""
    report_status: Annotated[
        str,
        typer.Option(metavar="STATUS", help="preliminary, final, amended or corrected"),
    ] = ""

    def paths(self) -> tuple[Path | None, ...]:
        """Return the paths of the files that are read."""
        return self.laboratory, self.order, self.amends


def issue_of(options: IssueOptions, *, is_private: bool = False) -> ReportIssue:
    """Return what the options give for reports; files are read and checked.

    Raises
    ------
    UsageError, InputError
        See `pgx.reports.issue.read_issue`.
    """
    from pgx.reports.issue import read_issue

    return read_issue(
        laboratory=options.laboratory,
        order=options.order,
        amends=options.amends,
        reason=options.reason,
        status=options.report_status,
        is_private=is_private,
    )


def tell_without_order(issue: ReportIssue, samples: Collection[str], *, quiet: bool) -> None:
    """Say on standard error how many samples have no order; they are not named."""
    lacking = sum(sample not in issue.orders for sample in samples) if issue.orders else 0
    if lacking and not quiet:
        hint(f"{lacking} of {len(samples)} sample(s) have no order: their reports are without one")
