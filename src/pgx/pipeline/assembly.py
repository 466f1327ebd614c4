"""Decide which assembly an input is on: what its header says, what the user says, no default."""

from __future__ import annotations

from pgx.base.errors import AssemblyMismatchError, UndeclaredAssemblyError
from pgx.base.genes import Assembly
from pgx.io.header import VcfHeader

__all__ = ["decide_assembly"]


def decide_assembly(header: VcfHeader, asked: Assembly | None, where: str) -> Assembly:
    """Return the input's assembly.

    Raises
    ------
    AssemblyMismatchError
        The header declares another assembly than asked for.
    UndeclaredAssemblyError
        Neither the header nor the user says which.
    """
    declared = _declared(header, where)
    if declared is None and asked is None:
        raise UndeclaredAssemblyError(
            "the header does not say which assembly the positions are on",
            where=where,
            remedy="give --assembly GRCh37 or --assembly GRCh38",
        )
    if declared is not None and asked is not None and declared is not asked:
        signal = next((text for text, a in header.assembly_signals if a is declared), "header")
        raise AssemblyMismatchError(
            f"the header declares {declared} ({signal}), --assembly says {asked}",
            where=where,
            remedy="leave --assembly out, or give the file that belongs to it",
        )
    return declared or asked  # type: ignore[return-value]


def _declared(header: VcfHeader, where: str) -> Assembly | None:
    try:
        return header.declared_assembly
    except AssemblyMismatchError as error:
        raise AssemblyMismatchError(error.what, where=where, remedy=error.remedy) from error
