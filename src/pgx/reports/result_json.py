"""``SAMPLE.pgx.json``: the complete result of one sample, written and read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.base.files import read_at_most
from pgx.base.texts import release_month, shape_problem
from pgx.errors import InvariantError, ResultFileError
from pgx.records.calls import PHENOCONVERTED, GeneCall, PatientResult
from pgx.reports.content.drug_ranking import in_order
from pgx.reports.safe_text import escape_json

__all__ = [
    "MAX_BYTES",
    "SCHEMA_VERSION",
    "check_consistent",
    "parse_result",
    "read_result",
    "render_json",
]

SCHEMA_VERSION: Final = "1.5"
READABLE: Final = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4", SCHEMA_VERSION})
"""Versions that this program reads.

1.0 had no patient, no overlay and no overrides; 1.1 nothing on copies and hybrids of genes;
1.2 no condition, basis, residual and newer version of advice, and kept the recommendations for
converted phenotypes in the patient's part; 1.3 no digests of shipped data and of the program,
and no files beside the variants; 1.4 no date of the release.
"""
_VERSION: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")
MAX_BYTES: Final = 64 * 1024 * 1024  # a result of all genes is smaller than 1 MB

# columns that are null if empty, although the records hold an empty string
NULLABLE: Final = ("lookup", "population", "text", "guideline_id")
_REMEDY = "use a file that this version of pgx wrote, or run `pgx annotate` again"


def render_json(result: PatientResult) -> bytes:
    r"""Return the result as JSON text: genes and drugs A–Z, equal results give equal bytes.

    Control and direction characters are written as ``\uXXXX``, so that they have no effect in a
    viewer; readers get the same strings.

    Raises
    ------
    InvariantError
        A string is not valid Unicode text (a lone surrogate).
    """
    ordered = msgspec.structs.replace(
        result,
        calls=tuple(sorted(result.calls, key=_gene)),
        recommendations=in_order(result),
    )
    try:
        tree = msgspec.to_builtins(ordered, order="deterministic")
        for row in _rows(tree):
            row.update({name: row[name] or None for name in NULLABLE})
        text = msgspec.json.format(msgspec.json.encode(tree), indent=1).decode("utf-8")
    except (UnicodeError, TypeError) as error:
        raise InvariantError("a result holds a string that JSON cannot") from error
    return (escape_json(text) + "\n").encode("utf-8")


def _gene(call: GeneCall) -> str:
    return call.gene


def _rows(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every row of recommendations in a result that has the form of one."""
    rows = tree.get("recommendations")
    for row in rows if isinstance(rows, list | tuple) else ():
        if isinstance(row, dict):
            yield row


def read_result(path: Path) -> PatientResult:
    """Read a saved result.

    Raises
    ------
    ResultFileError
        The file cannot be read, is not JSON, has another schema, or contradicts itself.
    """
    return parse_result(read_at_most(path, MAX_BYTES, ResultFileError), path.name)


def parse_result(data: bytes, where: str = "result") -> PatientResult:
    """Parse a saved result; ``where`` names it in errors.

    Raises
    ------
    ResultFileError
        Not JSON, of another schema, or self-contradictory.
    """
    if len(data) > MAX_BYTES:
        raise ResultFileError("too large for a result of pgx", where=where, remedy=_REMEDY)
    try:
        tree = msgspec.json.decode(data)
        _check_version(tree, where)
        _join_converted(tree)
        _restore_empty(tree)
        _restore_date(tree)
        result = msgspec.convert(tree, PatientResult)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ResultFileError(
            f"not a result of pgx: {shape_problem(error, PatientResult)}",
            where=where,
            remedy=_REMEDY,
        ) from error
    check_consistent(result, where)
    return result


def _check_version(tree: Any, where: str) -> None:  # noqa: ANN401 - any JSON
    version = tree.get("schema_version") if isinstance(tree, dict) else None
    if not isinstance(version, str) or version not in READABLE:
        said = "no schema version"
        if isinstance(version, str):  # any other text might identify a person
            is_plain = _VERSION.fullmatch(version) is not None
            said = f"schema version {version!r}" if is_plain else "another schema version"
        raise ResultFileError(f"{said}, expected {SCHEMA_VERSION!r}", where=where, remedy=_REMEDY)


def _join_converted(tree: dict[str, Any]) -> None:
    """Move recommendations for converted phenotypes of an older result to the others."""
    context = tree.get("context")
    rows = context.pop("adjusted", ()) if isinstance(context, dict) else ()
    if isinstance(rows, list) and isinstance(tree.get("recommendations"), list):
        converted = [{**row, "basis": PHENOCONVERTED} for row in rows if isinstance(row, dict)]
        tree["recommendations"] += converted


def _restore_empty(tree: dict[str, Any]) -> None:
    for row in _rows(tree):
        row.update({name: "" for name in NULLABLE if row.get(name, "") is None})


def _restore_date(tree: dict[str, Any]) -> None:
    """Add the date to an older result, from the name of its release."""
    made = tree.get("provenance")
    if tree["schema_version"] != SCHEMA_VERSION and isinstance(made, dict):
        release = made.get("knowledge_release")
        if isinstance(release, str):
            made.setdefault("knowledge_date", release_month(release))


def check_consistent(result: PatientResult, where: str) -> None:
    """Check for one sample, one call per gene, and probabilities between 0 and 1.

    Raises
    ------
    ResultFileError
        One of these does not hold.
    """
    # rows of another sample would be printed under this patient's name
    samples = {call.sample for call in result.calls}
    samples |= {row.sample for row in result.recommendations}
    samples |= {override.sample for override in result.overrides}
    if samples - {result.sample}:
        raise ResultFileError("rows of more than one sample", where=where, remedy=_REMEDY)
    genes = [call.gene for call in result.calls]
    if len(set(genes)) != len(genes):
        raise ResultFileError("two calls of one gene", where=where, remedy=_REMEDY)
    if not all(0.0 <= share <= 1.0 for share in _probabilities(result)):
        raise ResultFileError("a probability outside of 0 to 1", where=where, remedy=_REMEDY)


def _probabilities(result: PatientResult) -> Iterator[float]:
    """Yield every stored probability."""
    for call in result.calls:
        alternatives = call.evidence.alternatives if call.evidence else ()
        found = [call.probability, call.rest, *(c.probability for c in call.candidates)]
        found += [alternative.probability for alternative in alternatives]
        if call.structure:
            found += [c.probability for c in call.structure.copies]
            found += [m.probability for m in call.structure.models]
        yield from (share for share in found if share is not None)
    for row in result.recommendations:
        yield from (a.probability for a in row.alternatives if a.probability is not None)
