"""What is given for reports beside their results: issuer, orders, status, the amended report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.files import file_digest
from pgx.errors import ResultFileError, UsageError
from pgx.inputs.laboratory_file import check_validated, read_laboratory
from pgx.inputs.order_file import check_same_person, read_orders, refuse_without_names
from pgx.records.calls import PatientResult
from pgx.records.laboratory import Laboratory, intended_use
from pgx.records.order import Amends, Order, ReportStatus
from pgx.reports.content.deidentification import is_deidentified
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.result_json import read_result

__all__ = ["NOTHING_ISSUED", "ReportIssue", "read_issue"]

_REPLACING: Final = frozenset({ReportStatus.AMENDED, ReportStatus.CORRECTED})


class ReportIssue(msgspec.Struct, frozen=True, kw_only=True):
    """Issuer, orders by sample, status, and the earlier report; each None or empty if not given."""

    laboratory: Laboratory | None = None
    orders: Mapping[str, Order] = {}
    status: ReportStatus | None = None
    amends: Amends | None = None

    def facts(self, facts: ReportFacts) -> ReportFacts:
        """Return the facts of a release with those of this issue."""
        return msgspec.structs.replace(
            facts,
            laboratory=self.laboratory,
            orders=self.orders,
            status=self.status,
            amends=self.amends,
        )

    def stated(self, result: PatientResult) -> PatientResult:
        """Return a result with the intended use that the laboratory declares.

        Raises
        ------
        UsageError
            The result has no names, and an order or an earlier report is given.
        InputConflictError
            The order is not of the person of the patient file.
        ResultFileError
            The earlier report is of another sample.
        """
        order = self.orders.get(result.sample)
        refuse_without_names(is_private=is_deidentified(result) and bool(order or self.amends))
        if order is not None:
            check_same_person(order, result)
        if self.amends is not None and self.amends.result.sample != result.sample:
            raise ResultFileError(
                "the report to be amended is of another sample",
                remedy="give the saved result of this sample's report with --amends",
            )
        if self.laboratory is None:
            return result
        made = msgspec.structs.replace(
            result.provenance,
            intended_use=intended_use(self.laboratory),
            validated_genes=self.laboratory.validated_genes,
        )
        return msgspec.structs.replace(result, provenance=made)

    def stated_all(self, results: Iterable[PatientResult]) -> Iterator[PatientResult]:
        """Yield the results one by one, as of `stated`."""
        for result in results:
            yield self.stated(result)

    def check_genes(self, genes: Iterable[str]) -> None:
        """Refuse a validated gene that the knowledge base does not have.

        Raises
        ------
        LaboratoryFileError
            There is one.
        """
        if self.laboratory is not None:
            check_validated(self.laboratory, genes)


NOTHING_ISSUED: Final = ReportIssue()


def read_issue(
    *,
    laboratory: Path | None = None,
    order: Path | None = None,
    amends: Path | None = None,
    reason: str = "",
    status: str = "",
    is_private: bool = False,
) -> ReportIssue:
    """Return what the files and values of a command give for its reports.

    ``is_private`` says that the results are to be de-identified.

    Raises
    ------
    UsageError
        The values contradict each other, or identify a person although results are de-identified.
    InputError
        A file cannot be used.
    """
    refuse_without_names(is_private=is_private and bool(order or amends or reason))
    chosen = _status(status, amends, reason)
    return ReportIssue(
        laboratory=read_laboratory(laboratory) if laboratory else None,
        orders=read_orders(order) if order else {},
        status=chosen,
        amends=_amends(amends, reason) if amends else None,
    )


def _status(status: str, amends: Path | None, reason: str) -> ReportStatus | None:
    """Return the status: as given, amended for a report that replaces another, else None."""
    known = [s.value for s in ReportStatus]
    if status and status not in known:
        raise UsageError(f"no report status {status!r}", remedy=f"choose from {', '.join(known)}")
    if bool(amends) != bool(reason.strip()):
        raise UsageError(
            "--amends and --reason go together",
            remedy="name the saved result of the earlier report, and say why it is replaced",
        )
    chosen = ReportStatus(status) if status else None
    if amends is None:
        if chosen in _REPLACING:
            raise UsageError(
                f"a report that is {status} replaces another one",
                remedy="name the saved result of that report with --amends",
            )
        return chosen
    if chosen is not None and chosen not in _REPLACING:
        raise UsageError(
            f"a report that replaces another one is not {status}",
            remedy="choose amended or corrected",
        )
    return chosen or ReportStatus.AMENDED


def _amends(path: Path, reason: str) -> Amends:
    return Amends(result=read_result(path), sha256=file_digest(path), reason=reason.strip())
