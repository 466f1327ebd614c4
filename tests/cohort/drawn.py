"""Random genotypes of a few positions, and the same read sample by sample."""

from __future__ import annotations

import msgspec
import numpy as np
from hypothesis import strategies as st

from pgx.engine.frequencies import Grouping
from pgx.engine.reading import Piece
from pgx.genotypes.matrix import ABSENT, MISSING, Evidence, GeneGenotypes, Unknown
from pgx.records.genes import GeneDefinition, Ploidy
from simulated import genes

FULL = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2)]
SINGLE = [(0, ABSENT), (1, ABSENT)]
OPEN = [(MISSING, MISSING), (0, MISSING), (MISSING, 1), (MISSING, ABSENT)]
REASONS = [Unknown.NONE, Unknown.NO_RECORD, Unknown.LOW_GQ, Unknown.MALE_HETEROZYGOUS]


def small_gene(ploidy: Ploidy = Ploidy.AUTOSOME, n_sites: int = 3) -> GeneDefinition:
    gene = genes()["CYP2C19"]
    return msgspec.structs.replace(gene, ploidy=ploidy, variants=gene.variants[:n_sites])


@st.composite
def genotypes(draw, gene, n_columns):
    names = tuple(f"c{i}" for i in range(n_columns))
    found = GeneGenotypes.empty(gene, names)
    for site in range(len(gene.variants)):
        for column in range(n_columns):
            pair = draw(st.sampled_from(FULL + SINGLE + OPEN))
            found.call[site, column] = pair
            is_open = MISSING in pair
            found.reason[site, column] = draw(st.sampled_from(REASONS)) if is_open else 0
            assumed = not is_open and draw(st.booleans())
            found.evidence[site, column] = (
                Evidence.ASSUMED_REFERENCE if assumed else Evidence.RECORD
            )
    found.haploid_samples = draw(st.sets(st.integers(0, n_columns - 1)))
    for column in draw(st.sets(st.integers(0, n_columns - 1))):
        found.add_note(column, "mixed_ploidy")
    return found


@st.composite
def pieces(draw, gene, n_samples):
    """Two pieces of which every sample is in one."""
    first = draw(st.sets(st.integers(0, n_samples - 1))) if n_samples else set()
    found = []
    for own in (sorted(first), sorted(set(range(n_samples)) - first)):
        if not own:
            continue
        n_columns = draw(st.integers(1, 3))
        columns = draw(
            st.lists(st.integers(0, n_columns - 1), min_size=len(own), max_size=len(own))
        )
        read = draw(genotypes(gene, n_columns))
        found.append(Piece(read, np.array(own), np.array(columns, np.int32)))
    return found


def by_sample(drawn):
    """What each sample shows: sample → (genotypes, column)."""
    return {
        sample: (piece.genotypes, column)
        for piece in drawn
        for sample, column in zip(piece.samples.tolist(), piece.columns.tolist(), strict=True)
    }


def is_called(pair):
    return pair[0] >= 0 and pair[1] in (0, 1, 2, ABSENT)


def shown(gene, *pairs, reason=Unknown.NONE):
    """A piece of samples with one pair each, alike at all positions."""
    found = GeneGenotypes.empty(gene, tuple(map(str, range(len(pairs)))))
    found.call[:] = np.array(pairs, np.int8)
    found.reason[:] = reason
    found.evidence[:] = Evidence.RECORD
    return [Piece(found, np.arange(len(pairs)), np.arange(len(pairs), dtype=np.int32))]


def everyone(n_samples):
    return Grouping("all", ("all",), np.zeros(n_samples, np.int32))
