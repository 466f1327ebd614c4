"""Trees as numbers say what scikit-learn's say; damaged ones are named."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from cases import one_test
from dosing.invented import RECIPE, published, table, term
from pgx_dosing.equation import on_link
from pgx_dosing.shipped import Boosting
from pgx_dosing.specification import fill
from pgx_dosing.terms import Tree, Trees, feature_values, tree_sums
from pgx_dosing.training.fitting import fit

BOOSTED = msgspec.structs.replace(
    RECIPE,
    boosting=Boosting(weight=0.5, n_trees=40, depth=3, learning_rate=0.1, min_leaf=5,
                      subsample=0.7),
)  # fmt: skip


def test_trees_predict_as_scikit_learn_does(monkeypatch):
    from sklearn.ensemble import GradientBoostingRegressor

    kept = []
    whole_fit = GradientBoostingRegressor.fit

    def keep(self, values, target):
        kept.append((self, values))
        return whole_fit(self, values, target)

    monkeypatch.setattr(GradientBoostingRegressor, "fit", keep)
    patients = table(n_sites=4)
    own = fit(BOOSTED, patients, published)
    [(theirs, values)] = kept
    [_, boosted] = own.members
    filled = fill(own.inputs, {i.name: patients.columns[i.name] for i in own.inputs})
    assert feature_values(boosted.trees.features, filled).tolist() == values.tolist()
    ours = feature_values(boosted.terms, filled)[:, 0] * boosted.terms[0].coefficient
    ours = ours + tree_sums(boosted.trees, filled)
    assert ours == pytest.approx(theirs.predict(values), abs=2e-5)  # values have 6 digits
    assert np.ptp(ours) > 1.0
    assert on_link(own, filled) == pytest.approx(
        0.5 * ours + 0.5 * on_link(_alone(own, 0), filled), abs=1e-9
    )


def _alone(own, place):
    [*_] = own.members
    only = msgspec.structs.replace(own.members[place], weight=1.0)
    return msgspec.structs.replace(own, members=(only,))


STUMP = Tree(feature=(0, -1, -1), threshold=(60.0, 0, 0), left=(1, -1, -1), right=(2, -1, -1),
             value=(0.0, 1.0, 2.0))  # fmt: skip


def test_a_value_at_the_threshold_goes_left():
    own = Trees(features=(term(1, "number", "age"),), trees=(STUMP, STUMP))
    assert tree_sums(own, {"age": np.array([60.0, 60.001, 40.0])}).tolist() == [2, 4, 2]
    assert own.fault == ""
    assert list(own.inputs) == ["age"]


@one_test
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"left": (0, -1, -1)}, "does not lead to a leaf"),
        ({"right": (3, -1, -1)}, "does not lead to a leaf"),
        ({"left": (-1, -1, -1)}, "does not lead to a leaf"),
        ({"feature": (1, -1, -1)}, "a feature that there is not"),
        ({"value": (0.0, 1.0)}, "different lengths"),
        ({"feature": (), "threshold": (), "left": (), "right": (), "value": ()}, "lengths"),
    ],
)
def test_a_tree_that_cannot_be_walked(changes, said):
    bad = msgspec.structs.replace(STUMP, **changes)
    assert said in Trees(features=(term(1, "number", "age"),), trees=(STUMP, bad)).fault
