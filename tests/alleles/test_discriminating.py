"""Which phases would tell candidates apart: enough, and no smaller set does, by trying all."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx.haplotypes.observation import Observation
from pgx.haplotypes.outcomes import open_phases


def observation(codes, block):
    blocks = np.array(block, np.int32)
    return Observation(np.array(codes, np.int8), blocks, int(blocks.max(initial=-1)) + 1, False)


def answer(pair, question):
    """Return what a phase would be of one pair of haplotypes, in either order."""
    a, b = question
    return sorted((own[a], own[b]) for own in pair)


def tells_apart(questions, one, two):
    return any(answer(one, q) != answer(two, q) for q in questions)


def is_enough(questions, rows, others, all_questions):
    """Whether the phases tell all apart that phase can tell apart at all."""
    for one, two in itertools.product(rows, others):
        if tells_apart(all_questions, one, two) and not tells_apart(questions, one, two):
            return False
    return True


@st.composite
def problems(draw):
    """Three or four heterozygous positions of unknown phase."""
    n = draw(st.integers(3, 4))
    rows = []
    for _ in range(draw(st.integers(2, 6))):
        one = tuple(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
        rows.append((one, tuple(1 - code for code in one)))
    is_other = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    return rows, is_other, n


@given(problems())
@settings(max_examples=250, deadline=None)
def test_the_phases_are_enough(problem):
    rows, is_other, n = problem
    seen = observation([(0, 1)] * n, list(range(n)))
    first = np.array([row[0] for row in rows], np.int8)
    second = np.array([row[1] for row in rows], np.int8)
    chosen = open_phases(seen, first, second, np.array(is_other))
    ours = [row for row, other in zip(rows, is_other, strict=True) if not other]
    theirs = [row for row, other in zip(rows, is_other, strict=True) if other]
    every = list(itertools.combinations(range(n), 2))
    assert set(chosen) <= set(every)
    assert is_enough(chosen, ours, theirs, every)
    for left_out in chosen:
        fewer = [phase for phase in chosen if phase != left_out]
        assert not is_enough(fewer, ours, theirs, every)


def test_nothing_is_asked_where_no_answer_helps():
    seen = observation([(0, 0), (-1, -1)], [-1, -1])
    rows = np.zeros((2, 2), np.int8)
    assert open_phases(seen, rows, rows, np.array([False, True])) == ()


def test_a_block_of_half_calls_is_not_asked_for():
    """The phase of a position with one known allele says nothing."""
    seen = observation([(0, -1), (0, 1), (0, 1)], [0, 1, 2])
    first = np.array([(0, 0, 0), (0, 0, 1)], np.int8)
    second = np.array([(0, 1, 1), (0, 1, 0)], np.int8)
    for turn in (1, -1):
        one, two = [(first, second), (second, first)][::turn][0]
        assert open_phases(seen, one, two, np.array([False, True])) == ((1, 2),)
