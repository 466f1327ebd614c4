"""Sites are left out whole; a random split has to be asked for by name."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from dosing.invented import SCHEMA, frame, table
from pgx.errors import UsageError
from pgx_dosing.tables import table_of
from pgx_dosing.training.validating import Split, choose_split, folds


def of_sites(n: int):
    return table(n_sites=n, per_site=12)


def test_sites_are_the_default():
    assert choose_split(of_sites(3), None, allow_random=False) is Split.SITE
    assert choose_split(of_sites(3), None, allow_random=True) is Split.SITE


@pytest.mark.parametrize("n", [2, 5])
def test_a_random_split_of_sites_is_refused_without_the_flag(n):
    with pytest.raises(UsageError, match="flatters") as caught:
        choose_split(of_sites(n), Split.RANDOM, allow_random=False)
    assert "--allow-random-split" in caught.value.line()
    assert choose_split(of_sites(n), Split.RANDOM, allow_random=True) is Split.RANDOM


def test_two_sites_are_not_split_at_random_without_being_asked():
    with pytest.raises(UsageError, match="flatters"):
        choose_split(of_sites(2), None, allow_random=False)
    assert choose_split(of_sites(2), None, allow_random=True) is Split.RANDOM
    assert choose_split(of_sites(1), None, allow_random=False) is Split.RANDOM


def test_a_table_that_names_no_sites_is_split_at_random():
    nameless = msgspec.structs.replace(SCHEMA, site="")
    own = table_of(frame(n_sites=3), nameless, "t.csv")
    assert choose_split(own, None, allow_random=False) is Split.RANDOM
    assert choose_split(own, Split.RANDOM, allow_random=False) is Split.RANDOM


def test_two_sites_are_too_few():
    with pytest.raises(UsageError, match="three sites, the table has 2"):
        choose_split(of_sites(2), Split.SITE, allow_random=False)


@pytest.mark.parametrize("split", Split)
def test_everybody_is_left_out_once(split):
    own = of_sites(5)
    masks = list(folds(own, split))
    assert np.sum(masks, axis=0).tolist() == [1] * own.n
    assert len(masks) == (5 if split is Split.SITE else 10)


def test_a_fold_is_a_site():
    own = of_sites(4)
    assert [set(own.site[mask]) for mask in folds(own, Split.SITE)] == [{"0"}, {"1"}, {"2"}, {"3"}]
