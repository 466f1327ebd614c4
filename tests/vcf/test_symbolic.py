"""The rest of a line with a symbolic structural allele: ends, copies and their quality."""

import numpy as np
import pytest

from cases import one_test
from pgx.io.records import NONE, UNREADABLE, parse_symbolic


def parsed(info=".", form="GT", *cells, position=100, end=200):
    return parse_symbolic("\t".join(["", info, form, *(cells or ("0/1",))]), position, end)


def test_a_symbolic_allele_starts_behind_its_position():
    found = parsed()
    assert (found.start, found.end) == ((101, 101), (200, 200))
    assert found.copies is None
    assert found.quality is None


@one_test
@pytest.mark.parametrize(
    ("info", "start", "end"),
    [
        ("END=200;CIPOS=-5,7;CIEND=0,0", (96, 108), (200, 200)),
        ("IMPRECISE;CIEND=-20,1", (101, 101), (180, 201)),
        ("CIPOS=.;CIEND=", (101, 101), (200, 200)),
        ("CIPOS=5,7", None, (200, 200)),  # an interval that leaves out the place itself
        ("CIPOS=1;CIEND=a,b", None, None),
    ],
)
def test_ends(info, start, end):
    found = parsed(info)
    assert (found.start, found.end) == (start, end)


def test_copies_and_quality_of_many_samples():
    cells = ("0/1:1:50", "0/0", "./.:.:.", "1:x:y", "1:2.9:70.6", "1:-1:-3", "0:nan:inf", "0:2:1e9")
    found = parsed(".", "GT:CN:CNQ", *cells)
    bad = UNREADABLE
    assert found.copies.tolist() == [1, NONE, NONE, bad, 3, bad, bad, 2]
    assert found.quality.tolist() == [50, NONE, NONE, 0, 70, 0, 0, 32_767]


@pytest.mark.parametrize("form", ["GT:QS:CN", "GT:CN:QS", "CN:QS"])
def test_the_order_of_keys_does_not_matter(form):
    values = {"GT": "0/1", "QS": "33", "CN": "3"}
    found = parsed(".", form, ":".join(values[key] for key in form.split(":")))
    assert (found.copies.tolist(), found.quality.tolist()) == ([3], [33])


def test_samples_are_alike_where_copies_and_quality_are():
    found = parsed(".", "CN:CNQ", "1:20", "1:20", "1:30", "2:20", ".:20", "x:20")
    keys = found.keys(6)
    assert keys[0] == keys[1]
    assert len(set(keys.tolist())) == 5
    taken = found.take(np.array([3, 0]))
    assert (taken.copies.tolist(), taken.quality.tolist()) == ([2, 1], [20, 20])
    assert len(set(parsed(".", "GT", "0", "1").keys(2).tolist())) == 1
