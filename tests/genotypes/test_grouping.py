"""Samples are told apart exactly by their cells, and every cell is found again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgx.base.assemblies import Assembly
from pgx.genotypes._kernels import FULL, pack_cell, refine
from pgx.genotypes.build import touching
from pgx.genotypes.grouping import SampleGrouper, first_of_groups, number_groups
from pgx.genotypes.sites import GeneLocus
from pgx.io.records import NOT_KEPT, Block, Scan, ScannedRecord, SiteReason
from reference import grouping as plain
from simulated import genes

REASONS = [int(SiteReason.OK), int(SiteReason.LOW_GQ), int(SiteReason.NO_CALL)]
CELL = st.tuples(
    st.sampled_from([-2, -1, 0, 1, 2, 126]),
    st.sampled_from([-2, -1, 0, 1, 126]),
    st.integers(0, 1),
    st.sampled_from(REASONS),
    st.sampled_from([0, 1, 2**31 - 1]),
)
MODES = pytest.mark.parametrize("run", [refine, refine.py_func], ids=["compiled", "python"])


def arrays(cells):
    columns = list(zip(*cells, strict=True))
    genotypes = np.array(columns[:2], np.int8).T.copy()
    kinds = (np.uint8, np.uint8, np.int32)
    return genotypes, *(np.array(c, k) for c, k in zip(columns[2:], kinds, strict=True))


def refined(run, groups, cells, *, room=64, other=()):
    genotypes, phased, reason, phase_set = arrays(cells)
    n = int(groups.max()) + 1
    parent, keys = np.zeros(room, np.int32), np.zeros(room, np.int64)
    out = np.zeros(len(groups), np.int32)
    count = run(
        groups, genotypes, phased, reason, phase_set, np.array(other, np.int64),
        np.zeros((n, 2), np.int64), np.zeros((2 * room, 3), np.int64), parent, keys, out,
    )  # fmt: skip
    return count, out, parent, keys


@MODES
@given(st.data())
def test_the_kernel_does_what_its_twin_does(run, data):
    cells = data.draw(st.lists(CELL, min_size=1, max_size=40))
    groups = number_groups(
        data.draw(st.lists(st.integers(0, 3), min_size=len(cells), max_size=len(cells)))
    )
    count, out, parent, keys = refined(run, groups, cells)
    expected, born = plain.refine(groups.tolist(), cells)
    assert out.tolist() == expected
    assert count == len(born)
    assert parent[:count].tolist() == [group for group, _ in born]
    packed = [int(pack_cell(a, b, p, r, s)) for _, (a, b, p, r, s) in born]
    assert keys[:count].tolist() == packed


@MODES
def test_no_room_is_said_and_nothing_lost(run):
    cells = [(0, k, 0, 0, 0) for k in range(20)]
    groups = np.zeros(20, np.int32)
    assert refined(run, groups, cells, room=16)[0] == FULL
    assert groups.tolist() == [0] * 20
    assert refined(run, groups, cells, room=32)[0] == 20


@MODES
def test_other_numbers_count_in_place_of_cells(run):
    groups = np.array([0, 0, 1, 1], np.int32)
    count, out, parent, keys = refined(run, groups, [(0, 0, 0, 0, 0)] * 4, other=[5, 6, 5, 5])
    assert (count, out.tolist()) == (3, [0, 1, 2, 2])
    assert (parent[:3].tolist(), keys[:3].tolist()) == ([0, 0, 1], [5, 6, 5])


def scan_of(records, n_samples):
    empty = np.zeros((0, n_samples), np.int8)
    return Scan(
        samples=tuple(f"S{i}" for i in range(n_samples)), records=records,
        genotypes=np.zeros((0, n_samples, 2), np.int8), phased=empty.view(np.bool_),
        phase_set=empty.astype(np.int32), reason=empty.view(np.uint8), gq=empty.astype(np.int16),
        dp=empty.astype(np.int32), likelihoods=None, region_first=np.zeros(1, np.int64),
        region_last=np.zeros(1, np.int64), n_records=len(records), sites_only=False,
        has_depth=False, hg19_chrm=False,
    )  # fmt: skip


def record_at(locus, site):
    where = locus.sites[site].position
    return ScannedRecord(
        contig=locus.gene.contig, position=where, end=where, ref=locus.sites[site].ref,
        alts=("A",), filter="PASS", filter_passed=True, block="", line=1,
    )  # fmt: skip


@given(st.data())
def test_every_cell_is_found_again(data):
    locus = GeneLocus(genes()["CYP2C9"], Assembly.GRCH38)
    n_samples = data.draw(st.integers(1, 30))
    n_records = data.draw(st.integers(1, 5))
    records = [record_at(locus, site) for site in range(n_records)]
    likelihoods = np.full((n_records, n_samples, 6), -1, np.int16)
    reads = np.full((n_records, n_samples, 3), -1, np.int32)
    rows = []
    for row in range(n_records):
        cells = data.draw(st.lists(CELL, min_size=n_samples, max_size=n_samples))
        rows.append(arrays(cells))
        likelihoods[row, :, 0] = data.draw(
            st.lists(st.integers(-1, 2), min_size=n_samples, max_size=n_samples)
        )
        reads[row, :, 0] = data.draw(
            st.lists(st.integers(-1, 1), min_size=n_samples, max_size=n_samples)
        )
    stacked = [np.stack(each) for each in zip(*rows, strict=True)]
    quality = np.full((n_records, n_samples), -1)
    grouper = SampleGrouper([locus], [np.zeros(n_samples, np.int32)])
    cut = data.draw(st.integers(0, n_records))
    for part in (slice(0, cut), slice(cut, n_records)):
        genotypes, phased, reason, phase_set = (each[part].copy() for each in stacked)
        block = Block(
            records[part], genotypes, phased, phase_set, reason, quality[part].astype(np.int16),
            quality[part].astype(np.int32), likelihoods[part].copy(),
            reads[part].copy(),
        )  # fmt: skip
        grouper.take(block)
    columns = grouper.columns(0, scan_of(records, n_samples))
    for values in (columns.scan.gq, columns.scan.dp):  # not -1, which says that there is none
        assert (values == NOT_KEPT).all()
    found, groups = columns.scan, columns.groups
    genotypes, phased, reason, phase_set = stacked
    assert np.array_equal(found.genotypes[:, groups], genotypes)
    assert np.array_equal(found.phased[:, groups], phased.astype(bool))
    assert np.array_equal(found.reason[:, groups], reason)
    assert np.array_equal(found.phase_set[:, groups], phase_set)
    assert found.reads is None or np.array_equal(found.reads[:, groups], reads)
    assert found.reads is not None or (reads < 0).all()
    unsure = reason == int(SiteReason.LOW_GQ)
    if unsure.any():
        assert np.array_equal(found.likelihoods[:, groups][unsure], likelihoods[unsure])
    said = [
        tuple((*genotypes[r, s], phased[r, s], reason[r, s], phase_set[r, s], reads[r, s, 0],
               likelihoods[r, s, 0] if unsure[r, s] else None) for r in range(n_records))
        for s in range(n_samples)
    ]  # fmt: skip
    assert groups.tolist() == number_groups(said).tolist()
    assert found.samples == tuple(f"S{i}" for i in first_of_groups(groups, groups.max() + 1))


def test_records_elsewhere_do_not_tell_samples_apart():
    locus = GeneLocus(genes()["CYP2C9"], Assembly.GRCH38)
    low, high = locus.span()
    far = ScannedRecord(
        contig=locus.gene.contig, position=high + 100_000, end=high + 100_000, ref="C",
        alts=("<DEL>",), filter="PASS", filter_passed=True, block="", line=1,
    )  # fmt: skip
    near = far.__class__(
        **{
            **{f: getattr(far, f) for f in far.__struct_fields__},
            "position": high + 5_000,
            "end": high + 6_000,
        }
    )
    genotypes = np.array([[[0, 0], [0, 1], [0, 0]]], np.int8)
    zeros = np.zeros((1, 3), np.uint8)
    rest = (zeros, zeros.astype(np.int32), zeros, zeros.astype(np.int16), zeros.astype(np.int32))
    for record, expected in ((far, [0, 0, 0]), (near, [0, 1, 0])):
        grouper = SampleGrouper([locus], [np.zeros(3, np.int32)])
        grouper.take(Block([record], genotypes, *rest, None))
        assert grouper.columns(0, scan_of([record], 3)).groups.tolist() == expected
    assert touching([locus], [near]) == [{}]
    assert low < high


def test_a_restart_forgets():
    locus = GeneLocus(genes()["CYP2C9"], Assembly.GRCH38)
    genotypes = np.array([[[0, 0], [0, 1]]], np.int8)
    zeros = np.zeros((1, 2), np.uint8)
    rest = (zeros, zeros.astype(np.int32), zeros, zeros.astype(np.int16), zeros.astype(np.int32))
    grouper = SampleGrouper([locus], [np.zeros(2, np.int32)])
    grouper.take(Block([record_at(locus, 0)], genotypes, *rest, None))
    assert grouper.n_groups(0) == 2
    grouper.restart()
    assert grouper.n_groups(0) == 1
    assert grouper.columns(0, scan_of([], 2)).numbers == []
