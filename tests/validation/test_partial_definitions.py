"""200 haplotypes that carry a part of a definition with its causal variant."""

from collections import Counter

import numpy as np
import pytest
from validation.partial_definitions import examples, judge

from pgx.haplotypes.definitions import matching_alleles
from validation import partial_definitions


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_none_is_sure_and_wrong(step):
    found = judge(examples()[::step])
    assert len(found) == 200 / step
    assert not [item for item in found if item.sure_and_wrong]
    assert sum(item.leads for item in found) >= 190 / step


def test_the_examples_are_parts_of_definitions():
    chosen = examples()
    assert set(Counter(e.way for e in chosen)) == set(partial_definitions.WAYS)
    assert len({e.gene.gene.gene for e in chosen}) >= 5
    for example in chosen:
        part, whole = example.partial[0], example.whole[0]
        assert not matching_alleles(example.gene, part)
        assert ((part == whole) | (part == example.gene.base)).all()
        assert (part != whole).any()
        assert np.any(part != example.gene.base)


@pytest.mark.exhaustive
def test_the_table_has_a_row_for_all():
    text = partial_definitions.measured()
    assert text.splitlines()[-1].startswith("| all | 200 |")
