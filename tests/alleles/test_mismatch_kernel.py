"""The kernel that looks for contradictions, compiled and as Python, against a plain search."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx.haplotypes._kernels import find_mismatches
from reference.match import find_mismatches as oracle


@st.composite
def problems(draw):
    n_positions = draw(st.integers(0, 6))
    code = st.integers(-1, 3)
    haplotype = draw(st.lists(code, min_size=n_positions, max_size=n_positions))
    row = st.lists(st.integers(0, 3), min_size=n_positions, max_size=n_positions)
    return draw(st.lists(row, max_size=6)), haplotype


def run(function, haplotypes, haplotype):
    codes = np.array(haplotypes, np.int8).reshape(len(haplotypes), len(haplotype))
    where = np.full((len(haplotypes), 3), 77, np.int64)
    count = function(codes, np.array(haplotype, np.int8), where)
    return [tuple(row) for row in where.tolist()], count


@given(problems())
@settings(max_examples=300, deadline=None)
def test_compiled_kernel_equals_the_plain_search(problem):
    assert run(find_mismatches, *problem) == oracle(*problem)


@given(problems())
@settings(max_examples=100, deadline=None)
def test_python_form_equals_the_plain_search(problem):
    assert run(find_mismatches.py_func, *problem) == oracle(*problem)


def test_one_signature_is_compiled():
    assert len(find_mismatches.signatures) == 1


def test_other_types_are_refused():
    with pytest.raises(TypeError):
        find_mismatches(
            np.zeros((1, 1), np.int64), np.zeros(1, np.int8), np.zeros((1, 3), np.int64)
        )
