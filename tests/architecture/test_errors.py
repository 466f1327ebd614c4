"""The error tree: distinct codes, one line, the exit statuses of the contract."""

from __future__ import annotations

import inspect

import pytest

from cases import one_test
from pgx import errors
from pgx.errors import PgxError

CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, PgxError) and kind is not PgxError
]
STATUS = {
    "InputError": 3,
    "ModelError": 3,
    "UsageError": 2,
    "KnowledgeError": 4,
    "OutputError": 5,
    "DependencyError": 5,
    "InvariantError": 1,
}


def test_default_codes_are_distinct():
    codes = [kind.default_code for kind in [PgxError, *CLASSES]]
    assert len(set(codes)) == len(codes)


@one_test
@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_exit_status_is_that_of_the_family(kind):
    families = [parent.__name__ for parent in kind.__mro__ if parent.__name__ in STATUS]
    assert [STATUS[name] for name in families] == [kind.exit_status]


@one_test
@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_line_says_code_place_fault_and_remedy(kind):
    line = kind("it broke.", where="a.vcf line 3", remedy="mend it.").line()
    assert line == f"[{kind.default_code}] a.vcf line 3: it broke; mend it"


def test_a_line_is_one_line_whatever_is_in_it():
    line = PgxError("a\nb\x1b[31m\u202e", where="x\ty", remedy="z\r").line()
    assert line.isprintable()


def test_the_tree_is_drawn_in_full():
    drawn = errors.__doc__ or ""
    assert all(kind.__name__ in drawn for kind in CLASSES)
    assert set(errors.__all__) == {kind.__name__ for kind in CLASSES} | {"PgxError"}
