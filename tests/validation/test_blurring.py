"""Phase and positions taken from the observations: as if the file had been written so."""

import gzip

import numpy as np
import pytest
from validation.blurring import chosen_at_random, hidden, without_phase
from validation.data import cohort_file, sample_info
from validation.reading import call_files, cohort_genotypes

from pgx.base.calls import CallStatus
from pgx.genotypes.matrix import Evidence
from pgx.pipeline.settings import Absent

pytestmark = pytest.mark.validation
GENE = "CYP2C19"


def rewritten(path, target, where, place):
    """Write a copy without phase; hidden genotypes become ``./.``."""
    with gzip.open(path, "rt") as source, target.open("w") as out:
        for line in source:
            if line.startswith("#"):
                out.write(line)
                continue
            fields = line.rstrip("\n").replace("|", "/").split("\t")
            site = place.get(int(fields[1]))
            if site is not None:
                for column in np.flatnonzero(where[site]).tolist():
                    fields[9 + column] = "./."
            out.write("\t".join(fields) + "\n")


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    path, assembly = cohort_file(GENE)
    phased = cohort_genotypes(GENE)
    recorded = (phased.evidence == Evidence.RECORD).any(axis=1)
    where = chosen_at_random(phased, 0.3, 7) & recorded[:, None]
    place = {v.position: i for i, v in enumerate(phased.gene.variants)}
    target = tmp_path_factory.mktemp("blurred") / "copy.vcf"
    rewritten(path, target, where, place)
    called = call_files(
        [target], only=[GENE], info=sample_info(), assembly=assembly, absent=Absent.REFERENCE
    )
    return called, hidden(without_phase(phased), where), where


def test_the_observations_are_those_of_a_rewritten_file(both):
    called, blurred, where = both
    read = called.genotypes[GENE]
    assert read.samples == blurred.samples
    assert where.any()
    assert (np.sort(read.call, axis=2) == np.sort(blurred.call, axis=2)).all()
    assert (read.phase_block == blurred.phase_block)[~where].all()


def test_the_calls_are_those_of_a_rewritten_file(both):
    from validation import callers

    called, blurred, _ = both
    statuses = set()
    for column in range(len(blurred.samples)):
        call = callers.call(blurred, column)
        assert call == called.call(GENE, column)
        statuses.add(call.status)
    assert {CallStatus.CALLED, CallStatus.AMBIGUOUS} <= statuses


def test_one_strand_stays_one_strand():
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
