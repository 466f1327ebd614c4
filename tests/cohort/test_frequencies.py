"""Frequencies against a plain count, sample by sample, and what each kind of call counts as."""

from collections import defaultdict

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgx.engine.calling import GeneTable
from pgx.engine.frequencies import (
    ALLELE_FREQUENCY_SCHEMA,
    CALL_STATUS_SCHEMA,
    DIPLOTYPE_FREQUENCY_SCHEMA,
    PHENOTYPE_FREQUENCY_SCHEMA,
    Grouping,
    frequency_tables,
    sample_groups,
    wilson,
)
from pgx.records.calls import CallStatus, Candidate, GeneCall, KeyEvidence
from simulated import genes

GENE = genes()["CYP2C19"]
NAMES = ("*1", "*2", "*10", "*36+*10", "*1x2", "[*2 + *3]")
RULES = GENE.rules[:4]


@st.composite
def calls(draw):
    status = draw(st.sampled_from(CallStatus))
    if status in (CallStatus.NO_CALL, CallStatus.NOT_ASSESSED):
        return GeneCall(sample="", gene=GENE.gene, status=status)
    haplotypes = draw(st.integers(1, 2))
    diplotype = st.lists(st.sampled_from(NAMES), min_size=haplotypes, max_size=haplotypes).map(
        "/".join
    )
    fits = draw(st.lists(diplotype, min_size=1, max_size=4, unique=True))
    eighths = draw(st.lists(st.integers(0, 2), min_size=len(fits), max_size=len(fits)))
    weights = [e / 8 for e in eighths] if draw(st.booleans()) else [None] * len(fits)
    keys = draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True))
    return GeneCall(
        sample="",
        gene=GENE.gene,
        status=status,
        diplotype=fits[0],
        candidates=tuple(Candidate(d, w) for d, w in zip(fits, weights, strict=True)),
        phenotype=keys[0].phenotype,
        phenotypes=tuple(dict.fromkeys(k.phenotype for k in keys)),
        key_evidence=tuple(
            KeyEvidence(lookup_key=k.lookup_key, probability=1 / 4 if weights[0] else None)
            for k in keys
        ),
    )


@st.composite
def cohorts(draw):
    distinct = draw(st.lists(calls(), min_size=1, max_size=5))
    n_samples = draw(st.integers(0, 12))
    index = draw(
        st.lists(st.integers(0, len(distinct) - 1), min_size=n_samples, max_size=n_samples)
    )
    numbers = draw(st.lists(st.integers(-1, 1), min_size=n_samples, max_size=n_samples))
    everyone = Grouping("all", ("all",), np.zeros(n_samples, np.int32))
    levels = [everyone, Grouping("superpopulation", ("AFR", "EUR"), np.array(numbers, np.int32))]
    return GeneTable(GENE.gene, distinct, np.array(index, np.int32)), levels


class Plain:
    """What a loop over samples counts; keys are (level, group) and name."""

    def __init__(self, table, levels):
        self.count = defaultdict(lambda: defaultdict(int))
        self.expected = defaultdict(lambda: defaultdict(float))
        self.whole = defaultdict(float)
        self.without = defaultdict(int)
        for level in levels:
            for sample, number in enumerate(level.numbers.tolist()):
                if number >= 0:
                    self.add(table.calls[table.index[sample]], (level.name, level.groups[number]))

    def add(self, call, group):
        if call.diplotype is None:
            self.without[group] += 1
            return
        self.whole[group] += self.size(call)
        if call.status is CallStatus.CALLED:
            for name in self.names(call.diplotype, call):
                self.count[group][name] += 1
                self.expected[group][name] += 1
            return
        for name, weight in self.weighed(call):
            self.expected[group][name] += weight


class Alleles(Plain):
    column = "allele"

    def size(self, call):
        return call.diplotype.count("/") + 1

    def names(self, diplotype, call):
        return diplotype.split("/")

    def weighed(self, call):
        for candidate in call.candidates:
            for name in candidate.diplotype.split("/"):
                yield name, candidate.probability or 0.0


class Diplotypes(Alleles):
    column = "diplotype"

    def size(self, call):
        return 1

    def names(self, diplotype, call):
        return [diplotype]

    def weighed(self, call):
        return [(c.diplotype, c.probability or 0.0) for c in call.candidates]


class Phenotypes(Diplotypes):
    column = "phenotype"

    def names(self, diplotype, call):
        return [call.phenotype]

    def weighed(self, call):
        terms = {rule.lookup_key: rule.phenotype for rule in GENE.rules}
        return [(terms[k.lookup_key], k.probability or 0.0) for k in call.key_evidence]


@pytest.mark.parametrize("plain", [Alleles, Diplotypes, Phenotypes])
@given(cohort=cohorts())
def test_frames_are_what_a_loop_over_samples_counts(plain, cohort):
    table, levels = cohort
    frames = frequency_tables(table, GENE, levels)
    frame = getattr(frames, f"{plain.column}s")
    counted = plain(table, levels)
    for row in frame.iter_rows(named=True):
        group, name = (row["level"], row["group"]), row[plain.column]
        total = sum(counted.count[group].values())
        assert row["count"] == counted.count[group].pop(name, 0)
        counted.count[group][name] = row["count"]
        assert row["expected"] == pytest.approx(counted.expected[group][name])
        assert row["total"] == total
        assert row["expected_total"] == pytest.approx(counted.whole[group])
        left = counted.whole[group] - sum(counted.expected[group].values())
        assert row["undetermined"] == pytest.approx(left, abs=1e-9)
        assert row["not_called"] == counted.without[group]
        if total:
            assert row["frequency"] == row["count"] / total
            assert (row["low"], row["high"]) == tuple(map(float, wilson(row["count"], total)))
        else:
            assert (row["frequency"], row["low"], row["high"]) == (None, None, None)
    seen = {(r["level"], r["group"], r[plain.column]) for r in frame.iter_rows(named=True)}
    assert len(seen) == len(frame)
    some = {(*g, n) for g, names in counted.expected.items() for n, x in names.items() if x > 0}
    assert some <= seen
    if plain is Diplotypes:
        assert some == seen


@given(cohorts())
def test_statuses_are_counted_in_every_group(cohort):
    table, levels = cohort
    frame = frequency_tables(table, GENE, levels).statuses
    assert frame.schema == CALL_STATUS_SCHEMA
    expected = []
    for level in levels:
        for number, group in enumerate(level.groups):
            own = [table.calls[c].status for c in table.index[level.numbers == number]]
            counts = [own.count(status) for status in CallStatus]
            expected.append((GENE.gene, level.name, group, len(own), *counts))
    assert frame.rows() == expected


def of(*distinct, index=None, gene=GENE):
    """Frames of samples that have these calls, one each."""
    n_samples = len(distinct) if index is None else len(index)
    numbers = np.arange(len(distinct)) if index is None else np.array(index)
    table = GeneTable(gene.gene, list(distinct), numbers.astype(np.int32))
    return frequency_tables(table, gene, sample_groups([str(i) for i in range(n_samples)], {}))


def called(diplotype, **fields):
    fields.setdefault("status", CallStatus.CALLED)
    return GeneCall(sample="", gene=GENE.gene, diplotype=diplotype, **fields)


def test_names_of_several_parts_are_one_allele_and_the_default_comes_first():
    frames = of(called("*36+*10/[*2 + *3]"), called("*1/*10"), called("*1x2/*2"))
    assert frames.alleles["allele"].to_list() == [
        "*1", "*1x2", "*2", "*10", "*36+*10", "[*2 + *3]",
    ]  # fmt: skip
    assert frames.alleles["total"].unique().to_list() == [6]


def test_a_haploid_call_is_one_chromosome():
    frames = of(called("A"), called("A/B"))
    assert frames.alleles.select("allele", "count", "total").rows() == [("A", 2, 3), ("B", 1, 3)]
    assert frames.diplotypes.select("diplotype", "total").rows() == [("A", 2), ("A/B", 2)]


def test_a_called_sample_counts_once_whatever_its_probability():
    [row] = of(called("*2/*2", probability=0.96)).diplotypes.iter_rows(named=True)
    assert (row["count"], row["expected"], row["undetermined"]) == (1, 1.0, 0.0)


def test_what_candidates_leave_open_is_undetermined():
    open_call = called(
        "*1/*2",
        status=CallStatus.AMBIGUOUS,
        candidates=(Candidate("*1/*2", 0.5), Candidate("*1/*3", 0.25)),
        rest=0.25,
    )
    frames = of(open_call, called("*1/*1"))
    alleles = {r["allele"]: r for r in frames.alleles.iter_rows(named=True)}
    assert {name: r["expected"] for name, r in alleles.items()} == {
        "*1": 2.75, "*2": 0.5, "*3": 0.25,
    }  # fmt: skip
    assert {name: r["count"] for name, r in alleles.items()} == {"*1": 2, "*2": 0, "*3": 0}
    assert {(r["total"], r["expected_total"], r["undetermined"]) for r in alleles.values()} == {
        (2, 4.0, 0.5)
    }


def test_without_a_prior_all_is_undetermined_but_a_phenotype_on_which_all_agree():
    fits = (Candidate("*1/*2"), Candidate("*1/*3"))
    term = "Intermediate Metabolizer"
    open_call = called(
        "*1/*2", status=CallStatus.AMBIGUOUS, candidates=fits, phenotypes=(term,), phenotype=term
    )
    frames = of(open_call, called("*2/*2", phenotype="Poor Metabolizer"))
    assert frames.diplotypes.select("diplotype", "expected", "undetermined").rows() == [
        ("*2/*2", 1.0, 1.0)
    ]
    assert frames.phenotypes.select("phenotype", "count", "expected", "undetermined").rows() == [
        (term, 0, 1.0, 0.0), ("Poor Metabolizer", 1, 1.0, 0.0),
    ]  # fmt: skip


def test_a_phenotype_alone_has_alleles_that_nobody_knows():
    """As other tools may give it: called, without a diplotype."""
    frames = of(called(None, phenotype="Poor Metabolizer"), called("*1/*2", phenotype="X"))
    assert frames.phenotypes["total"].to_list() == [2, 2]
    assert set(frames.alleles.select("total", "expected_total", "undetermined").rows()) == {
        (2, 4.0, 2.0)
    }
    assert set(frames.diplotypes.select("total", "undetermined").rows()) == {(1, 1.0)}


def test_a_gene_that_nothing_is_said_of_has_statuses_alone():
    frames = of(GeneCall(sample="", gene=GENE.gene, status=CallStatus.NOT_ASSESSED))
    assert [len(frame) for frame in frames] == [0, 0, 0, 1]
    assert frames.statuses["n_not_assessed"].to_list() == [1]


def test_schemas_are_kept_and_frames_fit_under_each_other():
    schemas = (
        ALLELE_FREQUENCY_SCHEMA, DIPLOTYPE_FREQUENCY_SCHEMA, PHENOTYPE_FREQUENCY_SCHEMA,
        CALL_STATUS_SCHEMA,
    )  # fmt: skip
    some, none = of(called("*1/*2", phenotype="X")), of(index=[])
    for one, other, schema in zip(some, none, schemas, strict=True):
        assert one.schema == other.schema == schema
        assert pl.concat([one, other]).height == one.height + other.height


def test_no_name_of_an_allele_holds_what_separates_two():
    names = [a.name for gene in genes().values() for a in gene.alleles]
    assert names
    assert not [name for name in names if "/" in name]


@given(cohorts(), st.randoms(use_true_random=False))
def test_the_order_of_samples_and_of_calls_changes_nothing(cohort, random):
    table, levels = cohort
    order = list(range(len(table.index)))
    random.shuffle(order)
    places = list(range(len(table.calls)))
    random.shuffle(places)
    number = np.array(places, np.int32)
    calls_again = [table.calls[places.index(i)] for i in range(len(places))]
    other = GeneTable(table.gene, calls_again, number[table.index[order]])
    own_levels = [level._replace(numbers=level.numbers[order]) for level in levels]
    before = frequency_tables(table, GENE, levels)
    after = frequency_tables(other, GENE, own_levels)
    for one, two in zip(before, after, strict=True):
        assert one.equals(two)
