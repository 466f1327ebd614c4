"""What is promised of a run's safety, and what the experiments on the page measured of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from validation.tables import table

__all__ = ["PART", "PROMISES", "promised"]

PART: Final = "promises"
_ROW: Final = re.compile(r"^\| [^|]+ \| (\d+) \| (\d+) \|", re.MULTILINE)


class _Promise(NamedTuple):
    what: str
    experiments: tuple[str, ...]


PROMISES: Final = (
    _Promise(
        "the same input and knowledge base give the same bytes: hash seeds, numbers of workers",
        ("reproducible",),
    ),
    _Promise(
        "a run that is killed leaves no mixed set and no file of its own, and can be finished",
        ("kills annotate", "kills cohort", "kills workers"),
    ),
    _Promise(
        "a failing disk ends a run with a code, and old results stay",
        ("faults annotate", "faults cohort"),
    ),
    _Promise("damaged data are never used", ("flips",)),
    _Promise("small files that unpack to a lot are refused, or use little memory", ("bombs",)),
    _Promise("nothing from a file acts in a report, a table, a terminal or a path", ("injection",)),
    _Promise("nothing of a patient in messages, or in files that are left", ("logs",)),
    _Promise("pinned packages with hashes; no other machine is called", ("supply chain",)),
    _Promise("no code of the current folder is run", ("folders",)),
    _Promise("first starts side by side, and a damaged cache, do no harm", ("cold starts",)),
)


def promised(page: str) -> str:
    """Return one row for each promise, with the figures that the page's parts hold."""
    return table(["promise", "tried", "failed", "measured by"], list(_rows(page)))


def _rows(page: str) -> Iterator[tuple[str, int, int, str]]:
    for promise in PROMISES:
        found = [row for name in promise.experiments for row in _figures(page, name)]
        words = " ".join(f'"{n}"' if " " in n else n for n in promise.experiments)
        tried, failed = (sum(row[i] for row in found) for i in (0, 1))
        yield promise.what, tried, failed, f"`python -m torture {words}`"


def _figures(page: str, name: str) -> list[tuple[int, int]]:
    r"""Return tried and failed of each row of one part.

    >>> _figures("<!-- a -->| what | tried | failed |\n| x | 3 | 1 | n |\n<!-- /a -->", "a")
    [(3, 1)]
    """
    part = page.partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0]
    return [(int(tried), int(failed)) for tried, failed in _ROW.findall(part)]
