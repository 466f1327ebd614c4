"""Kernels of the K-PD model: what is left of doses, and what the effect adds up to.

Powers and exponentials are taken outside: a kernel calls nothing but its helpers.
Oracle: ``tests/reference/kpd.py``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.accel import kernel


@kernel("int64(float64[:, ::1], float64[::1], float64[:, ::1])")
def deplete(
    kept: npt.NDArray[np.float64],
    added: npt.NDArray[np.float64],
    amounts: npt.NDArray[np.float64],
) -> int:
    """Follow the amount of a drug over events in time.

    Shapes, for K speeds and N events: ``kept`` (K, N) share of the amount that is left from
    the event before to this one; ``added`` (N,) mg that this event adds; ``amounts`` (K, N)
    mg after each event, overwritten. Returns 0. Pure, nogil, O(K N).
    """
    for k in range(kept.shape[0]):
        amount = 0.0
        for n in range(kept.shape[1]):
            amount = amount * kept[k, n] + added[n]
            amounts[k, n] = amount
    return 0


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[::1], int64[::1],"
    " float64, float64, float64[:, :, ::1])"
)
def respond(
    driving: npt.NDArray[np.float64],
    half: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    first: npt.NDArray[np.int64],
    last: npt.NDArray[np.int64],
    baseline: float,
    greatest: float,
    out: npt.NDArray[np.float64],
) -> int:
    """Return INRs at times of observation: the effect, weighed by how long ago it was.

    Shapes, for K speeds, P potencies, N nodes in time and T times of observation, rising:
    ``driving`` (K, N) dose rate to the power gamma; ``half`` (K, P) the one of half the
    effect to the power gamma; ``weights`` (N, T) what the effect at a node counts at a time;
    ``first`` (N,) the first time after each node, T where there is none; ``last`` (N,) one
    past the last time for which the node counts; ``out`` (K, P, T) INRs, overwritten.

    Returns 0. Pure, nogil, O(K P N T).
    """
    n_times = out.shape[2]
    for k in range(half.shape[0]):
        for p in range(half.shape[1]):
            for t in range(n_times):
                out[k, p, t] = 0.0
            for n in range(driving.shape[1]):
                drive = driving[k, n]
                if drive > 0.0 and first[n] < last[n]:
                    effect = drive / (half[k, p] + drive)
                    for t in range(first[n], last[n]):
                        out[k, p, t] += weights[n, t] * effect
            for t in range(n_times):
                out[k, p, t] = baseline + greatest * out[k, p, t]
    return 0
