"""Pharmacogenomics from a person's variants: star alleles, phenotypes, therapy advice.

Everything public is loaded when first used, so that ``import pgx`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "Assembly",
    "GeneCall",
    "KnowledgeBase",
    "PatientResult",
    "PgxError",
    "Recommendation",
    "__version__",
    "annotate",
    "call",
    "recommend",
]

if TYPE_CHECKING:
    from pgx.base.calls import GeneCall, PatientResult, Recommendation
    from pgx.base.errors import PgxError
    from pgx.base.genes import Assembly
    from pgx.knowledge.snapshot import KnowledgeBase
    from pgx.pipeline.api import annotate, call, recommend

_HOMES = {
    "Assembly": "pgx.base.genes",
    "GeneCall": "pgx.base.calls",
    "KnowledgeBase": "pgx.knowledge.snapshot",
    "PatientResult": "pgx.base.calls",
    "PgxError": "pgx.base.errors",
    "Recommendation": "pgx.base.calls",
    "annotate": "pgx.pipeline.api",
    "call": "pgx.pipeline.api",
    "recommend": "pgx.pipeline.api",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'pgx' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
