"""Many cases in one test: each is run, and all that fail are named together.

``one_test`` stands above ``pytest.mark.parametrize``. A case has a folder, replacements and
captured output of its own, as if it were a test. Other fixtures are made once for all cases: tests
whose cases change them stay apart, and may be ``sampled``. With a sample, ``make test`` runs that
many cases and ``make test-all`` the rest too.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import itertools
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pytest

EXHAUSTIVE = pytest.mark.exhaustive
AT_ONCE = 20
"""Of the rest, so many cases are a test: workers that run side by side end at about one time."""
_PARAMETERS = type(pytest.param())


class Case(NamedTuple):
    """One set of arguments."""

    name: str
    arguments: dict[str, Any]
    marks: tuple[Any, ...] = ()


def one_test(function: Callable[..., None] | None = None, *, sample: int | None = None) -> Any:
    """Make the parameters of a test the cases of one test."""
    if function is None:
        return functools.partial(one_test, sample=sample)
    marks = list(getattr(function, "pytestmark", []))
    tables = [mark for mark in marks if mark.name == "parametrize"]
    cases = list(_product([_cases(table) for table in tables]))
    return _whole(function, cases, [m for m in marks if m not in tables], sample)


def sampled(values: Iterable[Any], sample: int, *, tuples_are_values: bool = False) -> list[Any]:
    """Return parameters of tests that stay apart; all but a sample wait for ``make test-all``.

    A tuple is a row of values for several names, unless it is said to be a value itself.
    """
    cases = [Case(str(i), {"": value}) for i, value in enumerate(values)]
    chosen = _chosen(cases, sample)
    return [
        value if i in chosen else _exhaustive(value, is_row=not tuples_are_values)
        for i, value in enumerate(case.arguments[""] for case in cases)
    ]


def _exhaustive(value: Any, *, is_row: bool) -> Any:
    if isinstance(value, _PARAMETERS):
        return pytest.param(*value.values, marks=(*value.marks, EXHAUSTIVE), id=value.id)
    row = value if is_row and isinstance(value, tuple) else (value,)
    return pytest.param(*row, marks=EXHAUSTIVE)


def _cases(table: pytest.Mark) -> list[Case]:
    names, values = table.args
    ids = table.kwargs.get("ids")
    assert table.kwargs.keys() <= {"ids"}
    names = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
    return [
        _case(names, value, ids[i] if isinstance(ids, Sequence) else ids)
        for i, value in enumerate(values)
    ]


def _case(names: list[str], value: Any, label: str | Callable[[Any], str] | None) -> Case:
    given, marks, name = value, (), None
    if isinstance(value, _PARAMETERS):
        given, marks, name = value.values, tuple(value.marks), value.id
    elif len(names) == 1:
        given = (value,)
    if name is None and isinstance(label, str):
        name = label
    if name is None:
        name = "-".join(_label(one, label) for one in given)
    return Case(name, dict(zip(names, given, strict=True)), marks)


def _label(value: Any, label: Any) -> str:
    named = label(value) if callable(label) else None
    return str(named) if named is not None else str(getattr(value, "__name__", repr(value)))[:60]


def _product(tables: list[list[Case]]) -> Iterator[Case]:
    for row in itertools.product(*tables):
        arguments = {name: value for case in row for name, value in case.arguments.items()}
        yield Case("-".join(c.name for c in row), arguments, tuple(m for c in row for m in c.marks))


def _chosen(cases: list[Case], sample: int) -> set[int]:
    """Return the numbers of some cases, always the same: with as many of the values as they can."""
    holds = [{(name, repr(value)) for name, value in c.arguments.items()} for c in cases]
    left = random.Random(len(cases)).sample(range(len(cases)), len(cases))
    seen: set[tuple[str, str]] = set()
    chosen: set[int] = set()
    while left and len(chosen) < sample:
        best = max(left, key=lambda number: len(holds[number] - seen))
        left.remove(best)
        seen |= holds[best]
        chosen.add(best)
    return chosen


def _parts(cases: list[Case], sample: int | None) -> Iterator[tuple[str, list[Case], Any]]:
    """Yield what runs together: a sample and the rest, and apart what has marks of its own."""
    plain = [case for case in cases if not case.marks]
    chosen = set(range(len(plain))) if sample is None else _chosen(plain, sample)
    yield "cases", [case for i, case in enumerate(plain) if i in chosen], ()
    rest = [case for i, case in enumerate(plain) if i not in chosen]
    for first in range(0, len(rest), AT_ONCE):
        yield f"rest{first}", rest[first : first + AT_ONCE], EXHAUSTIVE
    for name in sorted({mark.name for case in cases for mark in case.marks}):
        marked = [case for case in cases if name in {mark.name for mark in case.marks}]
        assert all(len(case.marks) == 1 for case in marked)
        yield name, marked, marked[0].marks


def _whole(
    function: Callable[..., None], cases: list[Case], marks: list[Any], sample: int | None
) -> Any:
    assert cases, "no cases"
    taken = cases[0].arguments.keys()
    parameters = inspect.signature(function).parameters
    fixtures = [p for name, p in parameters.items() if name not in taken]

    def run(cases_of_part: list[Case], **given: Any) -> None:
        _run(function, cases_of_part, given)

    functools.update_wrapper(run, function)
    del run.__wrapped__  # pytest would read its arguments
    first = inspect.Parameter("cases_of_part", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    run.__signature__ = inspect.Signature([first, *fixtures])
    run.pytestmark = marks
    parts = [pytest.param(part, id=name, marks=m) for name, part, m in _parts(cases, sample)]
    return pytest.mark.parametrize("cases_of_part", parts)(run)


def _run(function: Callable[..., None], cases: Collection[Case], fixtures: dict[str, Any]) -> None:
    failed: dict[str, BaseException] = {}
    skipped: list[BaseException] = []
    for number, case in enumerate(cases):
        try:
            with contextlib.ExitStack() as stack:
                function(**case.arguments, **_own(fixtures, number, stack))
        except pytest.skip.Exception as reason:
            skipped.append(reason)
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - whatever it is
            error.add_note(f"in the case {case.name}")
            failed[case.name] = error
    if failed:
        message = f"{len(failed)} of {len(cases)} cases fail: {'; '.join(failed)}"
        raise BaseExceptionGroup(message, list(failed.values()))
    if skipped:
        assert len(skipped) == len(cases), "some cases were skipped"
        raise skipped[0]


def _own(fixtures: dict[str, Any], number: int, stack: contextlib.ExitStack) -> dict[str, Any]:
    """Return the fixtures of a case, of which it has some to itself."""
    own = dict(fixtures)
    if "tmp_path" in own:
        own["tmp_path"] = fixtures["tmp_path"] / str(number)
        own["tmp_path"].mkdir()
    if "monkeypatch" in own:
        own["monkeypatch"] = stack.enter_context(pytest.MonkeyPatch.context())
    for name in ("capsys", "capfd"):
        if name in own:
            own[name].readouterr()
    return own
