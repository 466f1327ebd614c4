"""The matching kernel, compiled and as Python, against a plain search over all phasings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx.haplotypes._kernels import fit_diplotypes
from reference.match import fit_diplotypes as oracle


@st.composite
def problems(draw):
    n_positions = draw(st.integers(1, 5))
    n_alleles = draw(st.integers(1, 5))
    masks = draw(
        st.lists(
            st.lists(st.integers(1, 7), min_size=n_positions, max_size=n_positions),
            min_size=n_alleles,
            max_size=n_alleles,
        )
    )
    code = st.integers(-1, 3)
    codes = draw(st.lists(st.tuples(code, code), min_size=n_positions, max_size=n_positions))
    n_blocks = 0
    block = []
    for first, second in codes:
        if first == second:
            block.append(-1)
            continue
        number = draw(st.integers(0, n_blocks))
        n_blocks = max(n_blocks, number + 1)
        block.append(number)
    return masks, codes, block, n_blocks


def run(function, masks, codes, block, n_blocks):
    n = len(masks)
    out = np.full((n, n), 9, np.uint8)
    count = function(
        np.array(masks, np.uint64),
        np.array(codes, np.int8).reshape(-1, 2),
        np.array(block, np.int32),
        n_blocks,
        np.zeros((n_blocks + 1, 2, n), np.uint8),
        out,
    )
    found = {(int(i), int(j)) for i, j in np.argwhere(out == 1)}
    assert count == len(found)
    assert set(np.unique(out).tolist()) <= {0, 1}
    return found


@given(problems())
@settings(max_examples=300, deadline=None)
def test_compiled_kernel_equals_the_plain_search(problem):
    assert run(fit_diplotypes, *problem) == oracle(*problem)


@given(problems())
@settings(max_examples=60, deadline=None)
def test_python_form_equals_the_plain_search(problem):
    assert run(fit_diplotypes.py_func, *problem) == oracle(*problem)


def test_one_signature_is_compiled():
    assert len(fit_diplotypes.signatures) == 1


def test_other_types_are_refused():
    with pytest.raises(TypeError):
        fit_diplotypes(
            np.ones((1, 1), np.int64),
            np.zeros((1, 2), np.int8),
            np.zeros(1, np.int32),
            0,
            np.zeros((1, 2, 1), np.uint8),
            np.zeros((1, 1), np.uint8),
        )


@given(problems())
@settings(max_examples=100, deadline=None)
def test_swapping_all_haplotypes_changes_nothing(problem):
    masks, codes, block, n_blocks = problem
    swapped = [(b, a) for a, b in codes]
    assert run(fit_diplotypes, masks, codes, block, n_blocks) == run(
        fit_diplotypes, masks, swapped, block, n_blocks
    )


@given(problems(), st.integers(0, 4))
@settings(max_examples=100, deadline=None)
def test_hiding_a_position_never_makes_a_call_more_specific(problem, position):
    masks, codes, block, n_blocks = problem
    position %= len(codes)
    hidden = list(codes)
    hidden[position] = (-1, -1)
    assert run(fit_diplotypes, masks, codes, block, n_blocks) <= run(
        fit_diplotypes, masks, hidden, block, n_blocks
    )
