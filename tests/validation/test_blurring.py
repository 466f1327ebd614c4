"""Phase and positions taken from the observations: as if the file had been written so."""

import gzip
import re

import numpy as np
import pytest
from validation.callers import chosen_at_random, hidden, without_phase
from validation.data import cohort_file, cohort_genotypes, read_files, sample_info

from pgx.genotypes.matrix import Evidence
from pgx.inputs.settings import Absent
from pgx.records.calls import CallStatus
from validation import callers

pytestmark = pytest.mark.validation
GENE = "CYP2C19"


def rewritten(target, *, without=()):
    """Write a copy of the gene's file without phase and without records at some positions."""
    path, _ = cohort_file(GENE)
    with gzip.open(path, "rt") as source, target.open("w") as out:
        for line in source:
            if line.startswith("#"):
                out.write(line)
            elif int(line.split("\t", 2)[1]) not in without:
                out.write(re.sub(r"\t(\d)\|(\d)(?=[:\t\n])", unphased, line))


def unphased(match):
    return "\t" + "/".join(sorted(match.groups()))


def read(path, absent):
    _, assembly = cohort_file(GENE)
    found = read_files([path], only=[GENE], info=sample_info(), assembly=assembly, absent=absent)
    return found.genotypes[GENE]


def same_calls(first, second):
    one, other = ([callers.call(g, i) for i in range(len(g.samples))] for g in (first, second))
    assert one == other
    return {call.status for call in one}


def test_without_phase_is_a_file_with_slashes(tmp_path):
    rewritten(tmp_path / "copy.vcf")
    written = read(tmp_path / "copy.vcf", Absent.REFERENCE)
    blurred = without_phase(cohort_genotypes(GENE))
    assert (np.sort(written.call, axis=2) == np.sort(blurred.call, axis=2)).all()
    assert (written.phase_block == blurred.phase_block).all()
    assert {CallStatus.CALLED} <= same_calls(written, blurred)


def test_hidden_positions_are_records_that_are_not_there(tmp_path):
    complete = cohort_genotypes(GENE, Absent.NO_CALL)
    recorded = np.flatnonzero((complete.evidence == Evidence.RECORD).any(axis=1))
    gone = [complete.gene.variants[i].position for i in recorded[::2]]
    rewritten(tmp_path / "copy.vcf", without=gone)
    written = read(tmp_path / "copy.vcf", Absent.NO_CALL)
    where = np.zeros(complete.reason.shape, bool)
    where[recorded[::2]] = True
    blurred = hidden(without_phase(complete), where)
    assert (written.reason == blurred.reason).all()
    assert (written.evidence == blurred.evidence).all()
    assert CallStatus.AMBIGUOUS in same_calls(written, blurred)


def test_one_haplotype_stays_one_haplotype():
    phased = cohort_genotypes("G6PD")
    males = (phased.call[..., 1] < 0).all(axis=0)
    assert males.any()
    everything = np.ones(phased.reason.shape, bool)
    blurred = hidden(without_phase(phased), everything)
    assert (blurred.call[:, males, 1] == phased.call[:, males, 1]).all()
    assert (blurred.call[..., 0] == -1).all()
    assert not (blurred.call[:, ~males] >= 0).any()


def test_what_is_hidden_depends_on_seed_and_gene_alone():
    phased = cohort_genotypes(GENE)
    first = chosen_at_random(phased, 0.2, 1)
    assert (first == chosen_at_random(phased, 0.2, 1)).all()
    assert (first != chosen_at_random(phased, 0.2, 2)).any()
    assert abs(first.mean() - 0.2) < 0.01
