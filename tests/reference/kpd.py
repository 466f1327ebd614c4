"""The K-PD model as differential equations, integrated in small steps."""

from __future__ import annotations

import math


def integrate(doses, times, speed, potency, baseline, v, step=0.25):
    """Return INRs at times; doses are (hour, mg of the drug), all rising."""
    rates = [3 / v.transit_hours_1.value] * 3 + [3 / v.transit_hours_2.value] * 3
    amount, chain, now, found = 0.0, [1.0] * 6, min(doses[0][0], times[0]), []
    for event in sorted({hour for hour, _ in doses} | set(times)):
        steps = math.ceil((event - now) / step)
        for _ in range(steps):
            h = (event - now) / steps
            amount, chain = runge_kutta(amount, chain, h, rates, speed, potency, v.gamma.value)
        now = event
        if event in times:
            found.append(baseline + v.inr_max.value * (1 - (chain[2] + chain[5]) / 2))
        amount += sum(mg * v.share_active.value for hour, mg in doses if hour == event)
    return found


def runge_kutta(amount, chain, h, rates, speed, potency, gamma):
    """Return the state after one step of order 4."""
    halfway, end = amount * math.exp(-speed * h / 2), amount * math.exp(-speed * h)

    def slope(left, c):
        drive = (speed * left) ** gamma
        source = 1 - drive / (potency**gamma + drive)
        into = [source, c[0], c[1], source, c[3], c[4]]
        return [k * (i - x) for k, i, x in zip(rates, into, c, strict=True)]

    def ahead(k, by):
        return [x + by * y for x, y in zip(chain, k, strict=True)]

    k1 = slope(amount, chain)
    k2 = slope(halfway, ahead(k1, h / 2))
    k3 = slope(halfway, ahead(k2, h / 2))
    k4 = slope(end, ahead(k3, h))
    moved = [
        x + h / 6 * (a + 2 * b + 2 * c + d)
        for x, a, b, c, d in zip(chain, k1, k2, k3, k4, strict=True)
    ]
    return end, moved
