"""Read orders: identity, specimen and dates of samples, for rendered reports only.

No message contains a value of the file or a sample's name: an entry is named by its number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import msgspec

from pgx.base.files import read_at_most
from pgx.base.texts import nearest, shape_problem
from pgx.errors import InputConflictError, OrderFileError, UsageError
from pgx.inputs.texts import FormatError, day_problem, parse_table, text_problem, with_plain_days
from pgx.records.calls import PatientResult, iso_day
from pgx.records.order import Order, Signature

__all__ = [
    "check_same_person",
    "check_samples",
    "order_of",
    "read_orders",
    "refuse_without_names",
]

_MAX_BYTES: Final = 16 * 2**20
_MAX_ORDERS: Final = 100_000
_MAX_SIGNATURES: Final = 6
_LENGTHS: Final = {"indication": 500, "comment": 4_000}
_LENGTH: Final = 200  # of every other text
_BREAKS: Final = {"comment": "\n"}
_SEXES: Final = ("male", "female", "other", "unknown")
_DAYS: Final = ("birth_date", "collected", "received", "reported")
"""Days in the order of time."""
_OLDEST: Final = 125  # years, as of a patient file
_PLAIN: Final = re.compile(r"[a-z][a-z_]{0,39}")
_REMEDY: Final = "see docs/how-to/laboratory.md"


def read_orders(path: Path) -> dict[str, Order]:
    """Return orders by sample from TOML, or JSON if the name ends in ``.json``.

    Raises
    ------
    OrderFileError
        The file cannot be read or parsed; a field is unknown, too long, or has hidden characters;
        a day is invalid, or before one that it follows.
    """
    data = read_at_most(path, _MAX_BYTES, OrderFileError)
    if len(data) > _MAX_BYTES:
        raise OrderFileError("larger than 16 MiB", where=path.name, remedy=_REMEDY)
    try:
        tree = with_plain_days(parse_table(data, path))
    except FormatError as error:
        raise OrderFileError(
            f"no file of orders: {error}", where=path.name, remedy=_REMEDY
        ) from error
    if not 0 < len(tree) <= _MAX_ORDERS:
        raise OrderFileError(
            f"no orders, or more than {_MAX_ORDERS:,}", where=path.name, remedy=_REMEDY
        )
    return {
        sample: _order(held, sample, f"{path.name} entry {number}")
        for number, (sample, held) in enumerate(tree.items(), 1)
    }


def _order(held: object, sample: str, where: str) -> Order:
    if not isinstance(held, dict):
        raise OrderFileError(
            "a field outside of a sample's table",
            where=where,
            remedy='begin each order with ["SAMPLE"], the name in the #CHROM line',
        )
    if problem := text_problem(sample, _LENGTH) or ("" if sample else "is empty"):
        raise OrderFileError(f"the sample's name {problem}", where=where, remedy=_REMEDY)
    _check_names(held, where)
    try:
        order = msgspec.convert(held, Order)
    except msgspec.ValidationError as error:
        raise OrderFileError(shape_problem(error, Order), where=where, remedy=_REMEDY) from error
    for problem in _problems(order):
        raise OrderFileError(problem, where=where, remedy="correct the order")
    return order


def _check_names(held: Mapping[str, Any], where: str) -> None:
    """Refuse unknown fields by name, with the field that may be meant."""
    signatures = held.get("signatures")
    tables: list[tuple[Mapping[str, Any], type[msgspec.Struct]]] = [(held, Order)]
    tables += [(s, Signature) for s in _listed(signatures) if isinstance(s, dict)]
    for table, kind in tables:
        known = kind.__struct_fields__
        for name in table:
            if name in known:
                continue
            # a name of another form may be a value at the wrong place
            said = f"field {name}" if _PLAIN.fullmatch(name) else "a field"
            meant = nearest(name, known)
            remedy = f"write {meant}" if meant else f"leave it out; known are {', '.join(known)}"
            raise OrderFileError(f"{said} is unknown", where=where, remedy=remedy)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _problems(order: Order) -> Iterator[str]:
    yield from _text_problems(order, "")
    for number, signature in enumerate(order.signatures, 1):
        yield from _text_problems(signature, f"signature {number}, ")
        if not signature.name.strip():
            yield f"signature {number}, name is empty"
        if problem := day_problem(signature.date):
            yield f"signature {number}, date {problem}"
    if len(order.signatures) > _MAX_SIGNATURES:
        yield f"more than {_MAX_SIGNATURES} signatures"
    if order.sex not in ("", *_SEXES):
        yield f"sex is none of {', '.join(_SEXES)}"
    yield from _day_problems(order)


def _text_problems(record: msgspec.Struct, place: str) -> Iterator[str]:
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, str):
            most = _LENGTHS.get(name, _LENGTH)
            problem = text_problem(value, most, allowed=_BREAKS.get(name, ""))
            if problem:
                yield f"{place}{name} {problem}"


def _day_problems(order: Order) -> Iterator[str]:
    for name in _DAYS:
        if problem := day_problem(getattr(order, name)):
            yield f"{name} {problem}"
            return
    days = [(name, found) for name in _DAYS if (found := iso_day(getattr(order, name)))]
    for (first, before), (second, after) in pairwise(days):
        if after < before:
            yield f"{second} is before {first}"
    if len(days) > 1 and days[0][0] == "birth_date":
        age = days[1][1].year - days[0][1].year
        if age > _OLDEST:
            yield f"birth_date is more than {_OLDEST} years before {days[1][0]}"


def check_samples(orders: Mapping[str, Order], samples: Collection[str]) -> int:
    """Return the number of samples without an order.

    Raises
    ------
    OrderFileError
        An order is for a sample that no input has: it may be that of another run.
    """
    lacking = orders.keys() - set(samples)
    if lacking:
        raise OrderFileError(
            f"{len(lacking)} of {len(orders)} orders are for samples that no input has",
            remedy="check the names of the orders against the #CHROM line",
        )
    return len(set(samples) - orders.keys())


def order_of(orders: Mapping[str, Order], sample: str) -> Order:
    """Return the order of one sample; orders of other samples are allowed.

    Raises
    ------
    OrderFileError
        There is none.
    """
    found = orders.get(sample)
    if found is None:
        raise OrderFileError(
            "no order for the sample of this result",
            remedy="check the names of the orders against the result's sample",
        )
    return found


def check_same_person(order: Order, result: PatientResult) -> None:
    """Compare an order with the patient file of a result: sex and date of birth.

    Raises
    ------
    InputConflictError
        They differ, so one of them belongs to another person.
    """
    if result.context is None:
        return
    patient = result.context.patient
    for name in ("sex", "birth_date"):
        ordered, told = getattr(order, name), getattr(patient, name)
        # the patient file has no other sex than these two
        if ordered not in ("", *_SEXES[2:]) and told and ordered != told:
            raise InputConflictError(
                f"{name} of the order is not that of the patient file",
                remedy="check that both belong to this sample",
            )


def refuse_without_names(*, is_private: bool) -> None:
    """Refuse an order beside ``--deidentify``.

    Raises
    ------
    UsageError
        Results without names were requested.
    """
    if is_private:
        raise UsageError(
            "--order, --amends and --reason identify a person: they exclude --deidentify",
            remedy="leave out one of them",
        )
