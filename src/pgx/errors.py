"""The error classes; every error prints as one line: code, what, where, what to do.

::

    PgxError
    ├─ InputError            exit 3   an input file cannot be used
    │  ├─ VcfFormatError              text or container breaks the format
    │  ├─ AssemblyMismatchError       header, option and bases disagree
    │  ├─ UndeclaredAssemblyError     no assembly is declared
    │  ├─ SampleNotFoundError         a requested sample is absent
    │  ├─ InputConflictError          two inputs disagree about one site
    │  ├─ AbsenceError                absent positions of an array or imputed file as reference
    │  ├─ OutsideCallError            a line of an outside-call file
    │  ├─ PatientFileError            a patient file is malformed or implausible
    │  ├─ OverrideFileError           a line of a file of overrides
    │  ├─ LaboratoryFileError         a laboratory's name, address and logo
    │  ├─ OrderFileError              the order of a sample: identity, specimen, dates
    │  ├─ ReadsFileError              a BAM or CRAM file cannot be used
    │  └─ ResultFileError             a saved result is unreadable
    ├─ ModelError            exit 3   a dosing model cannot be used, or not for this person
    │  ├─ DataTableError              a table of patients does not fit its schema
    │  ├─ MissingCovariateError       a required input is missing
    │  ├─ OutOfDomainError            an input is outside the training range
    │  ├─ ModelFolderError            a model's folder is damaged or absent
    │  ├─ ModelStateError             a model is not approved, or cannot go to a state
    │  ├─ PredictionLogError          a log of predictions cannot be read
    │  └─ CourseFileError             a file of doses and INRs cannot be used
    ├─ UsageError            exit 2   unknown option, gene, drug
    │  ├─ UnknownGeneError · UnknownAlleleError · UnknownDrugError
    ├─ KnowledgeError        exit 4   data damaged, or of another schema
    │  ├─ SnapshotIntegrityError · SnapshotSchemaError
    │  ├─ UnreviewedError             texts of a release were not reviewed
    │  └─ OverlayError                a laboratory's folder cannot be applied
    ├─ OutputError           exit 5   disk, permission, folder in use
    │  └─ MemoryShortageError         there is too little memory
    ├─ DependencyError       exit 5   a wrapped library failed
    └─ InvariantError        exit 1   a bug in pgx
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AbsenceError",
    "AssemblyMismatchError",
    "CourseFileError",
    "DataTableError",
    "DependencyError",
    "InputConflictError",
    "InputError",
    "InvariantError",
    "KnowledgeError",
    "LaboratoryFileError",
    "MemoryShortageError",
    "MissingCovariateError",
    "ModelError",
    "ModelFolderError",
    "ModelStateError",
    "OrderFileError",
    "OutOfDomainError",
    "OutputError",
    "OutsideCallError",
    "OverlayError",
    "OverrideFileError",
    "PatientFileError",
    "PgxError",
    "PredictionLogError",
    "ReadsFileError",
    "ResultFileError",
    "SampleNotFoundError",
    "SnapshotIntegrityError",
    "SnapshotSchemaError",
    "UndeclaredAssemblyError",
    "UnknownAlleleError",
    "UnknownDrugError",
    "UnknownGeneError",
    "UnreviewedError",
    "UsageError",
    "VcfFormatError",
]


class PgxError(Exception):
    """Root of all errors that `pgx` raises on purpose.

    Parameters
    ----------
    what
        The problem, without names or values of a patient or sample.
    where
        File, line or record, e.g. ``"a.vcf line 12"``; empty when unknown.
    remedy
        What the user can do about it.
    code
        Stable code, e.g. ``"PGX-VCF-003"``; the class default otherwise.
    told
        ``what`` including the value, for a person's own result, which may contain it; a line on
        standard error may not.
    """

    default_code: ClassVar[str] = "PGX-000"
    exit_status: ClassVar[int] = 1

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        remedy: str = "",
        code: str | None = None,
        told: str = "",
    ) -> None:
        self.what = what
        self.told = told or what
        self.where = where
        self.remedy = remedy
        self.code = code or self.default_code
        super().__init__(self.line())

    def line(self) -> str:
        """Return the error as one printable line (control characters escaped)."""
        parts = [f"[{self.code}]"]
        if self.where:
            parts.append(f"{self.where}:")
        parts.append(self.what.rstrip("."))
        text = " ".join(parts)
        if self.remedy:
            text = f"{text}; {self.remedy.rstrip('.')}"
        return printable(text)


def printable(text: str) -> str:
    """Return text on one line with control and direction characters escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class InputError(PgxError, ValueError):
    """A user's input file cannot be trusted."""

    default_code = "PGX-IN-000"
    exit_status = 3


class VcfFormatError(InputError):
    """Container, header or record breaks the VCF format."""

    default_code = "PGX-VCF-001"


class AssemblyMismatchError(InputError):
    """Header, option and reference bases do not agree on the assembly."""

    default_code = "PGX-ASM-001"


class UndeclaredAssemblyError(InputError):
    """Neither header nor option declares the assembly of the positions."""

    default_code = "PGX-ASM-002"


class SampleNotFoundError(InputError):
    """A requested sample is not in the input, or the input has none."""

    default_code = "PGX-SMP-001"


class InputConflictError(InputError):
    """Two inputs disagree about one site of one sample."""

    default_code = "PGX-IN-002"


class AbsenceError(InputError):
    """Absent positions cannot be read as reference: the input typed selected alleles only."""

    default_code = "PGX-IN-003"


class OutsideCallError(InputError):
    """A line of an outside-call or sample file cannot be used."""

    default_code = "PGX-OUT-001"


class PatientFileError(InputError):
    """A patient file cannot be read, or holds impossible values."""

    default_code = "PGX-PAT-001"


class OverrideFileError(InputError):
    """A line of an override file cannot be used."""

    default_code = "PGX-OVR-001"


class LaboratoryFileError(InputError):
    """A laboratory's file, or the logo named in it, cannot be used."""

    default_code = "PGX-LAB-001"


class OrderFileError(InputError):
    """A file of orders cannot be used, or does not belong to these samples."""

    default_code = "PGX-ORD-001"


class ReadsFileError(InputError):
    """A file of aligned reads, or a file that it needs, cannot be used."""

    default_code = "PGX-BAM-001"


class ResultFileError(InputError):
    """A saved result cannot be read."""

    default_code = "PGX-RES-001"


class ModelError(PgxError, ValueError):
    """A dosing model cannot be used, or not for this patient."""

    default_code = "PGX-MOD-000"
    exit_status = 3


class DataTableError(ModelError):
    """A table of patients does not fit its declared schema."""

    default_code = "PGX-MOD-001"


class MissingCovariateError(ModelError):
    """An input that the model requires is unknown."""

    default_code = "PGX-MOD-002"


class OutOfDomainError(ModelError):
    """An input is outside the model's training range, or impossible."""

    default_code = "PGX-MOD-003"


class ModelFolderError(ModelError):
    """A model's folder is damaged, was changed, or is not a model's folder."""

    default_code = "PGX-MOD-004"


class ModelStateError(ModelError):
    """A model is not approved, or the change of state is not allowed."""

    default_code = "PGX-MOD-005"


class PredictionLogError(ModelError):
    """A log of predictions cannot be read."""

    default_code = "PGX-MOD-006"


class CourseFileError(ModelError):
    """A file of doses taken and INRs measured cannot be used."""

    default_code = "PGX-MOD-007"


class UsageError(PgxError, ValueError):
    """The command or call was used in a way that cannot work."""

    default_code = "PGX-USE-001"
    exit_status = 2


class UnknownGeneError(UsageError):
    """The knowledge base has no such gene."""

    default_code = "PGX-USE-002"


class UnknownAlleleError(UsageError):
    """The gene has no such allele."""

    default_code = "PGX-USE-003"


class UnknownDrugError(UsageError):
    """The knowledge base has no such drug."""

    default_code = "PGX-USE-004"


class KnowledgeError(PgxError):
    """The knowledge base cannot be used."""

    default_code = "PGX-KB-000"
    exit_status = 4


class SnapshotIntegrityError(KnowledgeError):
    """A table's digest is not the one in the manifest."""

    default_code = "PGX-KB-001"


class SnapshotSchemaError(KnowledgeError):
    """A table has other columns or values than its schema says."""

    default_code = "PGX-KB-002"


class UnreviewedError(KnowledgeError):
    """A release contains texts that have not been reviewed."""

    default_code = "PGX-KB-004"


class OverlayError(KnowledgeError):
    """A laboratory's folder breaks the schema, collides with the release, or is unreviewed."""

    default_code = "PGX-KB-003"


class OutputError(PgxError):
    """Results cannot be written."""

    default_code = "PGX-IO-001"
    exit_status = 5


class MemoryShortageError(OutputError):
    """The system is out of memory or threads."""

    default_code = "PGX-IO-002"


class DependencyError(PgxError):
    """A wrapped library failed; the original is kept as ``__cause__``."""

    default_code = "PGX-DEP-001"
    exit_status = 5


class InvariantError(PgxError):
    """An impossible state occurred: a bug in `pgx`, never a user error."""

    default_code = "PGX-BUG-001"
    exit_status = 1
