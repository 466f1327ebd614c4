"""What would tell candidates apart: enough, and no smaller set does, by trying them all."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx.alleles.observation import Observation
from pgx.alleles.settling import smallest_set


def observation(codes, block):
    blocks = np.array(block, np.int32)
    return Observation(np.array(codes, np.int8), blocks, int(blocks.max(initial=-1)) + 1, False)


def answer(pair, question):
    """Return what a question's answer would be of one pair of haplotypes, strands unordered."""
    if isinstance(question, int):
        return sorted(own[question] for own in pair)
    a, b = question
    return sorted((own[a], own[b]) for own in pair)


def tells_apart(questions, one, two):
    return any(answer(one, q) != answer(two, q) for q in questions)


def is_enough(questions, rows, rivals, all_questions):
    """Whether the questions tell all apart that can be told apart at all."""
    for one, two in itertools.product(rows, rivals):
        if tells_apart(all_questions, one, two) and not tells_apart(questions, one, two):
            return False
    return True


@st.composite
def problems(draw):
    """Two heterozygous positions of unknown phase, three or four unanswered ones."""
    n = draw(st.integers(1, 4))
    missing = st.lists(st.integers(0, 1), min_size=n, max_size=n)
    rows = []
    for _ in range(draw(st.integers(2, 6))):
        a, b = draw(missing), draw(missing)
        cis = draw(st.booleans())
        one = ((0, 0, *a), (1, 1, *b)) if cis else ((0, 1, *a), (1, 0, *b))
        rows.append(one[::-1] if draw(st.booleans()) else one)
    rivals = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    return rows, rivals, n


@given(problems())
@settings(max_examples=250, deadline=None)
def test_no_smaller_set_is_enough(problem):
    rows, is_rival, n = problem
    seen = observation([(0, 1), (0, 1), *[(-1, -1)] * n], [0, 1, *[-1] * n])
    first = np.array([row[0] for row in rows], np.int8)
    second = np.array([row[1] for row in rows], np.int8)
    found = smallest_set(seen, first, second, np.array(is_rival))
    chosen = [*found.sites, *found.phases]
    ours = [row for row, rival in zip(rows, is_rival, strict=True) if not rival]
    theirs = [row for row, rival in zip(rows, is_rival, strict=True) if rival]
    every = [*range(2, 2 + n), (0, 1)]
    assert set(chosen) <= set(every)
    assert is_enough(chosen, ours, theirs, every)
    for smaller in itertools.combinations(every, len(chosen) - 1 if chosen else 0):
        assert not chosen or not is_enough(smaller, ours, theirs, every)


def test_nothing_is_asked_where_no_answer_helps():
    seen = observation([(0, 0), (-1, -1)], [-1, -1])
    rows = np.zeros((2, 2), np.int8)
    found = smallest_set(seen, rows, rows, np.array([False, True]))
    assert found == ((), ())


def test_a_block_of_half_calls_is_not_asked_for():
    """The phase of a position with one known strand says nothing."""
    seen = observation([(0, -1), (0, 1), (0, 1)], [0, 1, 2])
    first = np.array([(0, 0, 0), (0, 0, 1)], np.int8)
    second = np.array([(0, 1, 1), (0, 1, 0)], np.int8)
    for turn in (1, -1):
        one, two = [(first, second), (second, first)][::turn][0]
        assert smallest_set(seen, one, two, np.array([False, True])) == ((), ((1, 2),))


def test_more_answers_than_two_are_thinned():
    """Three rivals, each at a site of its own, need three answers and no fourth."""
    seen = observation([(-1, -1)] * 5, [-1] * 5)
    first = np.zeros((4, 5), np.int8)
    first[1, 0] = first[2, 1] = first[3, 2] = 1
    found = smallest_set(
        seen, first, np.zeros((4, 5), np.int8), np.array([False, True, True, True])
    )
    assert found.sites == (0, 1, 2)
