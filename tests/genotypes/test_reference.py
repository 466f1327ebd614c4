"""REF bases of many records at once, against one record after the other."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx.base.assemblies import Assembly
from pgx.genotypes.build import SiteIndex, structural_records, touching
from pgx.genotypes.copies import reaches
from pgx.genotypes.reference import _agreements, _agrees, _ReferenceTally, _Written
from pgx.genotypes.sites import GeneLocus
from pgx.io.records import ScannedRecord
from pgx.knowledge.snapshot import KnowledgeBase

KB = KnowledgeBase()
LOCI = [GeneLocus(KB.genes[g], a) for g in ("CYP2C19", "CYP2C9", "DPYD") for a in Assembly]
ALTS = [("<NON_REF>",), ("G", "<NON_REF>"), (), ("<DEL>",), ("G]chr1:5]",), ("*",), ("A",)]


@st.composite
def records(draw):
    """Records at and around known bases, of the genes' contigs and another one."""
    found = []
    for _ in range(draw(st.integers(0, 12))):
        locus = draw(st.sampled_from(LOCI))
        start, end = draw(st.sampled_from(locus.reference.spans()))
        position = draw(st.integers(max(1, start - 3), end + 3))
        known = locus.reference.base(position)
        ref = draw(st.sampled_from([known or "N", "A", "C", "G", "T", "N", "R", "AC", "ACGTA"]))
        contig = draw(st.sampled_from([locus.gene.contig, "chr22"]))
        length = draw(st.sampled_from([0, 1, 40, 30_000]))
        alts = draw(st.sampled_from(ALTS))
        last = max(position + len(ref) - 1, position + length)
        found.append(ScannedRecord(contig, position, last, ref, alts, "PASS", True, "", 1))
    return found


@settings(max_examples=150, deadline=None)
@given(records())
def test_bases_of_all_records_are_compared_as_those_of_each(given_records):
    plain, fast = _ReferenceTally(), _ReferenceTally()
    written = _Written(given_records)
    for locus in LOCI:
        for index, record in enumerate(given_records):
            if record.contig == locus.gene.contig:
                plain.add(index, record, locus)
        contig = written.by_contig.get(locus.gene.contig)
        if contig is not None:
            fast.add_bases(contig, locus)
            for index in contig.longer:
                fast.add(index, given_records[index], locus)
    assert vars(fast) == vars(plain)


@settings(max_examples=150, deadline=None)
@given(records())
def test_agreements_are_those_with_the_first_gene_that_knows_the_base(given_records):
    for name, contig in _Written(given_records).by_contig.items():
        here = [locus for locus in LOCI if locus.gene.contig == name]
        single = [given_records[i] for i in contig.numbers.tolist()]
        answers = [_agrees(record, here) for record in single]
        assert _agreements(contig, here) == (answers.count(True), answers.count(False))


def test_bases_of_positions_are_those_of_each():
    for locus in LOCI:
        edges = [p for span in locus.reference.spans() for p in span]
        positions = np.array([0, *(p + k for p in edges for k in (-1, 0, 1)), 10**9])
        letters = [ord(locus.reference.base(p) or "\0") for p in positions.tolist()]
        assert locus.reference.letters(positions).tolist() == letters


@settings(max_examples=150, deadline=None)
@given(records())
def test_records_over_sites_are_found_as_one_by_one(given_records):
    index = SiteIndex(LOCI)
    expected = [{} for _ in LOCI]
    for number, record in enumerate(given_records):
        for place, locus in enumerate(LOCI):
            for i, site in enumerate(locus.sites):
                overlaps = site.low <= record.end and record.position <= site.high
                if record.contig == locus.gene.contig and overlaps:
                    expected[place].setdefault(i, []).append(number)
    assert touching(LOCI, given_records, index) == expected


@settings(max_examples=100, deadline=None)
@given(records())
def test_no_record_that_reaches_a_gene_is_left_out(given_records):
    symbolic = structural_records(given_records)
    for locus in LOCI:
        assert {n for n, r in enumerate(given_records) if reaches(locus, r)} <= set(symbolic)
    assert symbolic == [n for n, r in enumerate(given_records) if r.alts in (ALTS[3], ALTS[4])]
