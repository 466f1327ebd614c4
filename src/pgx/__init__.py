"""Pharmacogenomics from a person's variants: star alleles, phenotypes, therapy advice.

Everything public is loaded when first used, so that ``import pgx`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgx._version import __version__

__all__ = [
    "Assembly",
    "CallStatus",
    "Candidate",
    "GeneCall",
    "KnowledgeBase",
    "PatientResult",
    "PgxError",
    "Recommendation",
    "__version__",
    "annotate",
    "call",
    "check",
    "cohort",
    "load",
    "phenotype",
    "plot",
    "recommend",
    "report",
    "simulate",
    "to_allel",
    "to_pandas",
    "to_xarray",
]

if TYPE_CHECKING:
    from pgx import plot
    from pgx.api.advice import phenotype, recommend
    from pgx.api.files import check, cohort, simulate
    from pgx.api.frames import to_allel, to_pandas, to_xarray
    from pgx.api.results import annotate, call, load, report
    from pgx.base.assemblies import Assembly
    from pgx.errors import PgxError
    from pgx.knowledge.snapshot import KnowledgeBase
    from pgx.records.calls import CallStatus, Candidate, GeneCall, PatientResult, Recommendation

_HOMES = {
    "Assembly": "pgx.base.assemblies",
    "CallStatus": "pgx.records.calls",
    "Candidate": "pgx.records.calls",
    "GeneCall": "pgx.records.calls",
    "KnowledgeBase": "pgx.knowledge.snapshot",
    "PatientResult": "pgx.records.calls",
    "PgxError": "pgx.errors",
    "Recommendation": "pgx.records.calls",
    "annotate": "pgx.api.results",
    "call": "pgx.api.results",
    "check": "pgx.api.files",
    "cohort": "pgx.api.files",
    "load": "pgx.api.results",
    "phenotype": "pgx.api.advice",
    "recommend": "pgx.api.advice",
    "report": "pgx.api.results",
    "simulate": "pgx.api.files",
    "to_allel": "pgx.api.frames",
    "to_pandas": "pgx.api.frames",
    "to_xarray": "pgx.api.frames",
}
_MODULES = ("plot",)


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"pgx.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'pgx' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
