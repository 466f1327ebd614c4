"""What stands beside what: how much more often than by chance an allele has a structure."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pgx.base.structures import WHOLE, PartnerOdds, StructuralHaplotype
from pgx.structure.models import StructuralModels

__all__ = ["Partners"]

DECIMALS: Final = 6
"""Places of odds: what is left is rounding."""

Floats = npt.NDArray[np.float64]


class Partners:
    """Odds of alleles on chromosomes with copies and hybrids, in a mix of population groups.

    Parameters
    ----------
    models
        The gene's models.
    groups
        (G,) weights of the models' groups.
    """

    def __init__(self, models: StructuralModels, groups: Floats) -> None:
        self._groups = dict(zip(models.groups, groups.tolist(), strict=True))
        self._rows = {(p.units, p.allele): p for p in models.structure.partners}
        self._known: dict[tuple[tuple[str, ...], str], float] = {}

    def odds(self, haplotype: StructuralHaplotype, allele: str) -> float:
        """Return the odds of an allele; a hybrid alone is like what is seen beside it."""
        key = haplotype.units, allele
        known = self._known.get(key)
        if known is None:
            units = haplotype.units if WHOLE in haplotype.units else (*haplotype.units, WHOLE)
            row = self._rows.get((units, allele), self._rows.get((units, "")))
            known = self._known[key] = 1.0 if row is None else self._mixed(haplotype, row)
        return known

    def _mixed(self, haplotype: StructuralHaplotype, row: PartnerOdds) -> float:
        """Return odds among the groups, by how many of their chromosomes have the structure."""
        if not row.others:
            return row.odds
        shares = {group: self._groups[group] * share for group, share in haplotype.frequencies}
        total = sum(shares.values())
        found = sum(share * row.of(group) for group, share in shares.items())
        return round(found / total, DECIMALS) if total else row.odds
