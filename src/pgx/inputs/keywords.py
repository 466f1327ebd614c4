"""Keyword arguments and option texts as the settings of a run."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from pgx.base.assemblies import Assembly
from pgx.base.texts import shape_problem
from pgx.errors import UsageError
from pgx.inputs.settings import Absent, Limits, Prior, RunSettings, Untyped

__all__ = [
    "Names",
    "assembly_of",
    "names_of",
    "settings_of",
]


Names = str | Iterable[str]
"""Names as a text, separated by commas, or one by one."""
_Choice = TypeVar("_Choice", bound=StrEnum)
_ASSEMBLIES: Final = {
    "grch37": Assembly.GRCH37,
    "hg19": Assembly.GRCH37,
    "grch38": Assembly.GRCH38,
    "hg38": Assembly.GRCH38,
}
"""UCSC names the same assemblies hg19 and hg38; its hg19 had another mitochondrion at first."""


def settings_of(
    *,
    assembly: Assembly | str | None = None,
    genes: Names = (),
    drugs: Names = (),
    samples: Names = (),
    absent: Absent | str = Absent.NO_CALL,
    with_sites: bool = True,
    limits: Limits | None = None,
) -> RunSettings:
    """Return the settings that words mean.

    Raises
    ------
    UsageError
        A word means nothing, a value is of another type or outside of its range.
    InputError
        The file of untyped positions cannot be read.
    """
    said = {
        "assembly": assembly_of(assembly),
        "genes": names_of(genes, "genes"),
        "drugs": names_of(drugs, "drugs"),
        "samples": names_of(samples, "samples"),
        "absent": _choice(Absent, absent, "absent"),
        "with_sites": with_sites,
        **_limits_of(limits or {}),
    }
    try:
        return msgspec.convert(said, RunSettings)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, UsageError):  # a value outside of its range
            raise error.__cause__ from None
        raise UsageError(
            f"a setting has another type: {shape_problem(error, RunSettings)}",
            remedy="see pgx.annotate",
        ) from error


def _limits_of(limits: Limits) -> dict[str, object]:
    unknown = sorted(set(limits) - set(Limits.__annotations__))
    if unknown:
        known = ", ".join(Limits.__annotations__)
        raise UsageError(f"no argument {unknown[0]!r}", remedy=f"there are {known}")
    said: dict[str, object] = {**limits}
    if "prior" in limits:
        said["prior"] = _choice(Prior, limits["prior"], "prior")
    if "untyped" in limits:
        said["untyped"] = _untyped_of(limits["untyped"])
    return said


def _untyped_of(given: Untyped) -> object:
    if isinstance(given, str | Path):
        if "\0" in str(given):
            raise UsageError("a path has a null character")
        from pgx.inputs.side_files import read_untyped

        given = read_untyped(Path(given))
    places = () if given is None else given
    return list(places) if isinstance(places, Iterable) else places


def names_of(given: Names, what: str = "names") -> tuple[str, ...]:
    """Return names, each once; a text holds several, separated by commas.

    >>> names_of("CYP2C19, CYP2D6"), names_of(["CYP2C19", "CYP2C19"])
    (('CYP2C19', 'CYP2D6'), ('CYP2C19',))

    Raises
    ------
    UsageError
        Neither a text nor texts.
    """
    if isinstance(given, str):
        return tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    found = tuple(given) if isinstance(given, Iterable) else (given,)
    if not all(isinstance(name, str) for name in found):
        raise UsageError(f"{what} are names, or one text of them", remedy="see help(pgx.annotate)")
    return tuple(dict.fromkeys(found))


def assembly_of(word: Assembly | str | None) -> Assembly | None:
    """Return the assembly that a word names, in any case; None for None.

    >>> assembly_of("hg38")
    <Assembly.GRCH38: 'GRCh38'>

    Raises
    ------
    UsageError
        It is neither GRCh37 nor GRCh38, which are hg19 and hg38 too.
    """
    if word is None:
        return None
    found = _ASSEMBLIES.get(word.casefold()) if isinstance(word, str) else None
    if found is None:
        raise UsageError(f"unknown assembly {word!r}", remedy="choose GRCh37 or GRCh38")
    return found


def _choice(kind: type[_Choice], word: str, what: str) -> _Choice:
    try:
        return kind(word)
    except ValueError:
        known = " or ".join(kind)
        raise UsageError(f"{what} is {known}, not {word!r}", remedy="choose one of them") from None
