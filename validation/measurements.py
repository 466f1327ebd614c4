"""All measurements by name, run in two processes, and their places on the page.

The tables of a measurement stand between ``<!-- NAME -->`` and ``<!-- /NAME -->`` of
``docs/validation.md``; only these parts are ever written, and the plots of ``docs/images``.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from validation import (
    absent,
    advice,
    bad_input,
    builds,
    cis,
    copies,
    fixtures,
    masking,
    one_answer,
    pairs,
    partial_definitions,
    read_support,
    second_opinion,
    structure_depth,
    structure_genomes,
    truth,
    unphased,
)
from validation.tables import replaced

__all__ = ["IMAGES", "MEASUREMENTS", "PAGE", "measured", "replaced", "run"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation.md"
IMAGES = PAGE.parent / "images"
PROCESSES = 2


MEASUREMENTS: Mapping[str, Callable[[], str]] = {
    "bad_input": bad_input.measured,
    "masking": masking.measured,
    "advice": advice.measured,
    "unphased": partial(unphased.measured, IMAGES),
    **{
        f"hidden {part:.0%}": partial(unphased.measured_hidden, part)
        for part in reversed(unphased.SHARES)
    },
    "absent": absent.measured,
    "pairs": pairs.measured,
    "cis": cis.measured,
    "unphased_second_opinion": second_opinion.measured_contest,
    "builds": lambda: builds.report(builds.measure()),
    **{
        f"second_opinion {run}": partial(second_opinion.measured, run)
        for run in second_opinion.RUNS
    },
    "partial_definitions": partial_definitions.measured,
    "read_support": read_support.measured,
    "copies": copies.measured,
    "structure_depth": structure_depth.measured,
    "structure_genomes": structure_genomes.measured,
    "structure_published": structure_genomes.measured_published,
    "one_answer": one_answer.measured,
    "fixtures": lambda: fixtures.report(fixtures.measure()),
    "truth": truth.measured,
}
"""What is measured, by the name of its part of the page; the longest first."""


def measured(name: str) -> str:
    """Run one measurement by its name."""
    return MEASUREMENTS[name]()


def run(names: Sequence[str]) -> Mapping[str, str]:
    """Run measurements in two processes; names in the order given."""
    # forked workers would share the threads of the libraries that are loaded already
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        return dict(zip(names, pool.map(measured, names), strict=True))
