"""Machine code called by numba's convention: types checked, results right."""

import numpy as np
import pytest

from cases import one_test
from pgx.base.accel import bound_call
from pgx.base.native import Argument, parse_signature
from pgx.errors import InvariantError


def test_signature_of_numbers_and_arrays():
    found = parse_signature("int64(uint8[::1], int64, float64, int8[:, :, ::1])")
    assert found.arguments == (
        Argument("uint8", 1),
        Argument("int64", 0),
        Argument("float64", 0),
        Argument("int8", 3),
    )


@one_test
@pytest.mark.parametrize(
    "text",
    [
        "float64(int64)",
        "int64(uint8[:])",
        "int64(uint8[:, :])",
        "int64(unicode_type)",
        "int64(uint8)",
        "int64(int64",
    ],
)
def test_other_signatures_are_refused(text):
    with pytest.raises(InvariantError):
        parse_signature(text)


@pytest.fixture(scope="module")
def fit():
    from pgx.haplotypes._kernels import fit_diplotypes

    return fit_diplotypes.load()


def arguments(**other):
    given = {
        "masks": np.array([[1], [2]], np.uint64),
        "codes": np.array([[0, 1]], np.int8),
        "block": np.array([0], np.int32),
        "n_blocks": 1,
        "haplotype": np.zeros((2, 2, 2), np.uint8),
        "out": np.zeros((2, 2), np.uint8),
    }
    return [*(given | other).values()]


def test_result_and_output(fit):
    values = arguments()
    assert fit(*values) == 1
    assert values[-1].tolist() == [[0, 1], [0, 0]]


@one_test
@pytest.mark.parametrize(
    "other",
    [
        {"masks": np.array([[1], [2]], np.int64)},
        {"codes": np.array([0, 1], np.int8)},
        {"haplotype": np.zeros((2, 2, 4), np.uint8)[:, :, ::2]},
        {"n_blocks": 1.5},
        {"out": None},
    ],
)
def test_other_types_are_refused(fit, other):
    with pytest.raises(TypeError):
        fit(*arguments(**other))


def test_a_missing_argument_is_refused(fit):
    with pytest.raises(TypeError):
        fit(*arguments()[:-1])


def test_bound_arguments_stay_and_the_free_one_is_given(fit):
    values = arguments()
    call = fit.bound(*values, free=3)
    assert call(1) == fit(*arguments()) == 1
    assert values[-1].tolist() == [[0, 1], [0, 0]]
    with pytest.raises(TypeError):
        call(1.5)
    with pytest.raises(TypeError):
        fit.bound(*arguments()[:-1], free=3)
    with pytest.raises(TypeError):
        fit.bound(*arguments(out=None), free=3)


def test_any_function_can_be_bound():
    call = bound_call(lambda a, b, c: 100 * a + 10 * b + c, 1, 0, 3, free=1)
    assert (call(2), call(5)) == (123, 153)
