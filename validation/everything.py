"""All measurements by name, run in two processes, and their places on the page.

The tables of a measurement stand between ``<!-- NAME -->`` and ``<!-- /NAME -->`` of
``docs/validation.md``; only these parts are ever written, and the plots of ``docs/images``.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from validation import (
    absent,
    advice,
    builds,
    cis,
    copies,
    fixtures,
    hiding,
    masking,
    one_answer,
    pairs,
    partial_definitions,
    read_support,
    second_opinion,
    structure_genomes,
    structure_published,
    structure_tables,
    truth_tables,
    unphased,
    unphased_second_opinion,
)
from validation.tables import replaced

__all__ = ["IMAGES", "MEASUREMENTS", "PAGE", "measured", "replaced", "run"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation.md"
IMAGES = PAGE.parent / "images"
PROCESSES = 2


def _bad_input() -> str:
    return str(importlib.import_module("validation.bad_input").measured())


MEASUREMENTS: Mapping[str, Callable[[], str]] = {
    **({"bad_input": _bad_input} if importlib.util.find_spec("validation.bad_input") else {}),
    "masking": masking.measured,
    "advice": advice.measured,
    "unphased": partial(unphased.measured, IMAGES),
    **{f"hidden {part:.0%}": partial(hiding.measured, part) for part in reversed(hiding.SHARES)},
    "absent": absent.measured,
    "pairs": pairs.measured,
    "cis": cis.measured,
    "unphased_second_opinion": unphased_second_opinion.measured,
    "builds": lambda: builds.report(builds.measure()),
    **{
        f"second_opinion {run}": partial(second_opinion.measured, run)
        for run in second_opinion.RUNS
    },
    "partial_definitions": partial_definitions.measured,
    "read_support": read_support.measured,
    "copies": copies.measured,
    "structure_depth": structure_tables.measured,
    "structure_genomes": structure_genomes.measured,
    "structure_published": structure_published.measured,
    "one_answer": one_answer.measured,
    "fixtures": lambda: fixtures.report(fixtures.measure()),
    "truth": truth_tables.measured,
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
