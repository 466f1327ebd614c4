"""Advice kept chunk by chunk is that which is found for all samples at once."""

from __future__ import annotations

import numpy as np
import pytest

from pgx.engine import results, work
from pgx.engine.parts import FolderParts, MemoryParts
from pgx.engine.plan import make_plan
from pgx.engine.results import kept_advice
from pgx.engine.work import Steps, do_parts, read_engine
from pgx.inputs.settings import RunSettings
from simulated import cohort_text

PAIRS = ("*1/*1", "*1/*2", "*2/*17", "*17/*17", "*1/*3")
N_SAMPLES = 12


@pytest.fixture(params=[5, 12])
def done(request, tmp_path, monkeypatch):
    """Return finished parts and what does steps, with chunks of so many samples."""
    for module in (work, results):
        monkeypatch.setattr(module, "CHUNK_SAMPLES", request.param)
    people = {f"S{i}": {"CYP2C19": PAIRS[i % len(PAIRS)]} for i in range(N_SAMPLES)}
    vcf = tmp_path / "a.vcf"
    vcf.write_text(cohort_text(people), "utf-8")
    plan = make_plan([str(vcf)], RunSettings(genes=("CYP2C19", "CYP2D6")))
    steps = Steps(plan, read_engine(plan), FolderParts(tmp_path, plan))
    do_parts(steps)
    return steps, range(-(-N_SAMPLES // request.param))


def advised(steps, chunks):
    for chunk in chunks:
        steps.advise(chunk)
    return kept_advice(steps.parts, N_SAMPLES)


def test_it_is_what_is_found_at_once(done):
    steps, chunks = done
    kept = advised(steps, chunks)
    whole = steps.engine.advice([steps.parts.calls(gene) for gene in steps.plan.genes])
    assert kept.width == whole.width
    for first, last in ((0, N_SAMPLES), (0, 3), (3, 4), (4, 11), (2, 12)):
        own, expected = kept.of_samples(first, last), whole.of_samples(first, last)
        assert own.dtype == np.int32
        assert own.shape == expected.shape
        for rows, others in zip(own, expected, strict=True):
            assert [kept.rows[row] for row in rows] == [whole.rows[row] for row in others]
    assert len(set(kept.rows)) == len(kept.rows)


def test_it_is_none_where_a_chunk_is_not_there(done):
    steps, chunks = done
    assert kept_advice(steps.parts, N_SAMPLES) is None
    assert advised(steps, chunks[:-1]) is None
    assert kept_advice(MemoryParts(), N_SAMPLES) is None
