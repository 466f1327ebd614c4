"""Damaged files: a call, a reason or a refusal in one line; never a crash, never a made-up call."""

from __future__ import annotations

import random

import pytest

from cases import one_test
from outside.made import FILES
from pgx.base.texts import has_hidden
from pgx.errors import OutsideCallError
from pgx.inputs.outside_calls import answer
from pgx.outside.formats import read_calls
from pgx.records.calls import GeneCall
from simulated import genes

N_MUTANTS = 120
PIECES = [
    b"\t", b"\n", b"\x00", b"*", b"/", b"+", b"x", b"{", b"}", b"[", b'"', b":", b";", b"\xff",
    "≥".encode(), "\u202e".encode(), b"None", b"*1/*1", b"NaN", b"PK\x03\x04", b"\\ud800",
]  # fmt: skip


def mutant(data, chance):
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(made) + 1)
        kind = chance.random()
        if kind < 0.3:
            del made[at : at + chance.randint(1, 40)]
        elif kind < 0.6:
            made[at:at] = chance.choice(PIECES)
        elif kind < 0.8 and at < len(made):
            made[at] = chance.randrange(256)
        else:
            end = chance.randrange(at, len(made) + 1)
            made[at:at] = made[at:end]
    return bytes(made)


@one_test
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_no_crash(name):
    chance = random.Random(name)
    known = genes()
    lines: list[str] = []
    for _ in range(N_MUTANTS):
        data = mutant(FILES[name], chance)
        try:
            for call in read_calls(name, data):
                if call.gene in known:
                    found = answer(call, known[call.gene], "S1", ("*57:01",))
                    assert isinstance(found, GeneCall | str)
                    if isinstance(found, GeneCall) and found.diplotype:
                        assert not has_hidden(found.diplotype)
        except OutsideCallError as error:
            lines.append(error.line())
    assert all(line.isprintable() for line in lines)
    assert lines


@one_test
@pytest.mark.parametrize("name", [n for n in FILES if n not in ("own.tsv", "results.zip")])
def test_a_file_that_was_cut_names_no_other_alleles(name):
    """What is left of a file may say less, but nothing else."""
    calls = read_calls(name, FILES[name])
    whole = {"", *(d for c in calls for d in (c.diplotype, *c.solutions))}
    for end in range(len(FILES[name])):
        try:
            calls = read_calls(name, FILES[name][:end])
        except OutsideCallError:
            continue
        assert {d for c in calls for d in (c.diplotype, *c.solutions)} <= whole
