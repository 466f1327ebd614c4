"""What others have published; nothing here was measured by us.

PharmCAT, "Run Time and Cost", UK Biobank 200K integrated call set, cases 2, 3.2 and 4.
"""

from __future__ import annotations

PHARMCAT = {
    "address": "https://pharmcat.clinpgx.org/using/Runtime-Cost/",
    "samples": 200_044,
    "seconds_a_sample": 1.19,
    "preprocessor": (23, 2 * 3600 + 49 * 60 + 56),
    "table": (40, 10 * 3600 + 9 * 60 + 14),
}


def core_hours(step):
    """Return cores times hours of a step.

    >>> round(core_hours("preprocessor")), round(core_hours("table"))
    (65, 406)
    """
    cores, seconds = PHARMCAT[step]
    return cores * seconds / 3600
