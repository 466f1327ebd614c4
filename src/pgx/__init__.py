"""Pharmacogenomics from a person's variants: star alleles, phenotypes, therapy advice.

Everything public is loaded when first used, so that ``import pgx`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgx.base.views import register_html

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
    "plot",
    "recommend",
    "to_allel",
    "to_pandas",
]

if TYPE_CHECKING:
    from pgx import plot
    from pgx.arrays import to_allel
    from pgx.base.calls import GeneCall, PatientResult, Recommendation
    from pgx.base.errors import PgxError
    from pgx.base.genes import Assembly
    from pgx.frames import to_pandas
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
    "to_allel": "pgx.arrays",
    "to_pandas": "pgx.frames",
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


def _patient_html(result: Any) -> str:  # noqa: ANN401 - records are imported when first used
    from importlib import import_module

    text: str = import_module("pgx.notebook").patient_html(result)
    return text


register_html("PatientResult", _patient_html)
