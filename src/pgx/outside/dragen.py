"""DRAGEN's targeted callers: ``PREFIX.targeted.json``.

Of its targets those that are named like alleles are read: ``cyp2d6`` and ``cyp2b6``. The calls of
the star allele caller, which may stand in the same file, are not: it takes positions without a
record for the reference, and small variants are called here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pgx.base.errors import OutsideCallError
from pgx.outside.calls import OutsideCall, Unanswered, split_solutions, tool_call
from pgx.outside.file import OutsideFile

__all__ = ["is_dragen", "read_dragen"]

_TOOL: Final = "DRAGEN"
_TARGETS: Final = ("cyp2d6", "cyp2b6")  # of genes that are named by star alleles
_OTHERS: Final = ("cyp21a2", "gba", "hba", "lpa", "rh", "smn")
_SUFFIX: Final = ".targeted.json"
_SAMPLE: Final = ("sample", "sampleId", "sampleName")
_SEVERAL: Final = "more_than_one_possible_genotype"


def is_dragen(file: OutsideFile) -> bool:
    """Whether a file is DRAGEN's: some target's name stands at its top."""
    targets = {*_TARGETS, *_OTHERS} & set(file.tree) if file.is_json else set()
    return any(isinstance(file.tree[name], dict) for name in targets)


def read_dragen(file: OutsideFile) -> list[OutsideCall]:
    """Return the calls of CYP2D6 and CYP2B6.

    Raises
    ------
    OutsideCallError
        A genotype is no text, or neither gene was called.
    """
    calls = list(_calls(file))
    if not calls:
        raise OutsideCallError(
            f"none of the targets {', '.join(_TARGETS)} is there",
            where=file.name,
            remedy="let DRAGEN call them (--enable-targeted), or leave the file out",
        )
    return calls


def _calls(file: OutsideFile) -> Iterator[OutsideCall]:
    sample = _sample(file)
    for target in _TARGETS:
        found = file.tree.get(target)
        if found is None:
            continue
        where = f"{file.name} {target}"
        if not isinstance(found, dict):
            raise OutsideCallError(
                "not an object with genotype and genotypeFilter",
                where=where,
                remedy="let the tool write the file again",
            )
        genotype = _text(found, "genotype", where)
        passed = _text(found, "genotypeFilter", where).casefold()
        yield tool_call(
            _TOOL,
            target.upper(),
            sample,
            split_solutions(genotype),
            where,
            _reason(genotype, passed),
        )


def _reason(genotype: str, passed: str) -> str:
    """Return why a genotype does not count; no filter at all is none that was passed."""
    if not split_solutions(genotype) or genotype.casefold() == "none":
        return Unanswered.NO_RESULT.value
    if any("/" not in part for part in split_solutions(genotype)):
        return Unanswered.NOT_ASSIGNED.value
    expected = ("pass", _SEVERAL) if ";" in genotype else ("pass",)
    return "" if passed in expected else Unanswered.NOT_PASSED.value


def _text(found: dict[str, object], name: str, where: str) -> str:
    value = found.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OutsideCallError(
            f"{name} is no text", where=where, remedy="let the tool write the file again"
        )
    return value.strip()


def _sample(file: OutsideFile) -> str:
    """Return the sample that the file names, else what stands before ``.targeted.json``."""
    for name in _SAMPLE:
        value = file.tree.get(name)
        if isinstance(value, str) and value:
            return value
    lower = file.name.lower()
    return file.name[: -len(_SUFFIX)] if lower.endswith(_SUFFIX) else ""
