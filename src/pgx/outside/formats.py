"""All formats of outside calls, recognised by what is in a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from pgx.base.errors import OutsideCallError
from pgx.outside import aldy, cyrius, dragen, pypgx, stargazer, starphase, stellarpgx
from pgx.outside.calls import OutsideCall
from pgx.outside.file import OutsideFile
from pgx.outside.own import read_own

__all__ = ["FORMATS", "ToolFormat", "format_of", "read_calls"]


class ToolFormat(msgspec.Struct, frozen=True):
    """A format of a tool: how it is recognised and read."""

    tool: str
    what: str
    recognises: Callable[[OutsideFile], bool]
    read: Callable[[OutsideFile], list[OutsideCall]]


def _is_archive(file: OutsideFile) -> bool:
    return file.is_archive


OWN: Final = ToolFormat("", "table of gene and diplotype", lambda _: True, read_own)
JSON_FORMATS: Final = (
    ToolFormat("DRAGEN", "PREFIX.targeted.json", dragen.is_dragen, dragen.read_dragen),
    ToolFormat("pb-StarPhase", "JSON", starphase.is_starphase, starphase.read_starphase),
    ToolFormat("Cyrius", "JSON", cyrius.is_cyrius_json, cyrius.read_cyrius_json),
)
TEXT_FORMATS: Final = (
    ToolFormat("Aldy", ".aldy", aldy.is_aldy_table, aldy.read_aldy_table),
    ToolFormat("Stargazer", "genotype-calls.tsv", stargazer.is_stargazer, stargazer.read_stargazer),
    ToolFormat("PyPGx", "data.tsv", pypgx.is_pypgx_table, pypgx.read_pypgx_table),
    ToolFormat("Cyrius", "table", cyrius.is_cyrius_table, cyrius.read_cyrius_table),
    ToolFormat("StellarPGx", ".alleles", stellarpgx.is_stellarpgx, stellarpgx.read_stellarpgx),
    ToolFormat("Aldy", "log", aldy.is_aldy_log, aldy.read_aldy_log),
    ToolFormat(
        "StellarPGx",
        "summary",
        stellarpgx.is_stellarpgx_summary,
        stellarpgx.read_stellarpgx_summary,
    ),
    ToolFormat("Aldy", ".simple", aldy.is_aldy_simple, aldy.read_aldy_simple),
)
ARCHIVES: Final = (ToolFormat("PyPGx", "results.zip", _is_archive, pypgx.read_pypgx_archive),)
FORMATS: Final = (*JSON_FORMATS, *TEXT_FORMATS, *ARCHIVES)


def format_of(file: OutsideFile) -> ToolFormat:
    """Return the format of a file; our own table is what no tool's file is.

    Raises
    ------
    OutsideCallError
        JSON of no tool that is known, or no text.
    """
    if file.is_archive:
        return ARCHIVES[0]
    known = JSON_FORMATS if file.is_json else TEXT_FORMATS
    for form in known:
        if form.recognises(file):
            return form
    if not file.is_json:
        return OWN
    tools = ", ".join(dict.fromkeys(form.tool for form in JSON_FORMATS))
    raise OutsideCallError(
        "JSON of no caller that is known",
        where=file.name,
        remedy=f"give a file of {tools}, or a table with gene and diplotype",
    )


def read_calls(name: str, data: bytes) -> list[OutsideCall]:
    """Return the calls of a file, whichever tool wrote it.

    Raises
    ------
    OutsideCallError
        The file is of no known format, too large, or broken; a call that a tool itself does
        not make is none of these, but a call with a reason.
    """
    file = OutsideFile(name, data)
    form = format_of(file)
    if form in TEXT_FORMATS and not file.text.endswith("\n"):
        raise OutsideCallError(
            "the last line is cut: it has no end",
            where=name,
            remedy=f"let {form.tool} write the file again, or copy it again",
        )
    return form.read(file)
