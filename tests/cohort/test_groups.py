"""Groups of samples by what a sample table says."""

import numpy as np

from pgx.engine.frequencies import sample_groups
from pgx.inputs.settings import SampleInfo


def person(name, superpopulation="", population=""):
    return SampleInfo(sample=name, superpopulation=superpopulation, population=population)


def test_without_a_table_all_are_one_group():
    [level] = sample_groups(("a", "b"), {})
    assert (level.name, level.groups, level.numbers.tolist()) == ("all", ("all",), [0, 0])
    assert level.n_samples.tolist() == [2]


def test_groups_are_sorted_and_the_unknown_are_in_none():
    info = {
        "a": person("a", "SAS", "PJL"), "b": person("b", "AFR"), "d": person("d", "AFR", "YRI"),
        "elsewhere": person("elsewhere", "EUR"),
    }  # fmt: skip
    levels = sample_groups(("a", "b", "c", "d"), info)
    assert [level.name for level in levels] == ["all", "superpopulation", "population"]
    assert levels[1].groups == ("AFR", "SAS")
    assert levels[1].numbers.tolist() == [1, 0, -1, 0]
    assert levels[1].numbers.dtype == np.int32
    assert levels[1].n_samples.tolist() == [2, 1]
    assert levels[2].groups == ("PJL", "YRI")
    assert levels[2].numbers.tolist() == [0, -1, -1, 1]


def test_a_level_that_nobody_has_is_left_out():
    levels = sample_groups(("a",), {"a": person("a", population="GBR")})
    assert [level.name for level in levels] == ["all", "population"]
    [level] = sample_groups((), {})
    assert level.n_samples.tolist() == [0]
