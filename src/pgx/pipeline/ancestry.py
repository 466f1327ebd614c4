"""How much each population group counts for a sample."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pgx.base.errors import UsageError
from pgx.base.frequencies import GeneFrequencies
from pgx.pipeline.settings import AVERAGE, INFERRED, RECORDED

__all__ = ["Ancestry", "check_ancestry", "unrecorded"]


@dataclass(frozen=True, slots=True)
class Ancestry:
    """Weights of population groups for one sample.

    ``choice`` is the setting, ``recorded`` the sample table's group, ``evidence`` how well
    each group explains each gene (natural logarithms), where groups are inferred.
    """

    choice: str
    recorded: str
    evidence: Mapping[str, Mapping[str, float] | None]

    def weights(self, gene: str) -> Mapping[str, float] | None:
        """Return weights of groups for one gene, None for all alike.

        Inferred ones rest on the other genes, as far as they were counted in the same groups:
        what this gene shows is weighed with it.
        """
        if self.choice == INFERRED:
            own = self.evidence.get(gene) or {}
            others = (e for name, e in self.evidence.items() if name != gene and e)
            return _inferred(e for e in others if e.keys() == own.keys())
        if self.choice == AVERAGE:
            return None
        return {self.recorded if self.choice == RECORDED else self.choice: 1.0}


def _inferred(evidence: Iterable[Mapping[str, float]]) -> Mapping[str, float] | None:
    total: dict[str, float] = {}
    for gene in evidence:
        for group, value in gene.items():
            total[group] = total.get(group, 0.0) + value
    if not total or max(total.values()) == -math.inf:
        return None
    most = max(total.values())
    return {group: math.exp(value - most) for group, value in total.items()}


def unrecorded(
    samples: Iterable[str], recorded: Mapping[str, str], frequencies: Iterable[GeneFrequencies]
) -> list[str]:
    """Return a hint if the sample table gives no group of the knowledge base for some samples."""
    groups = {group for gene in frequencies for group in gene.groups}
    lacking = sum(recorded.get(sample, "") not in groups for sample in samples)
    if not lacking:
        return []
    what = f"{lacking} sample(s) have no superpopulation of the knowledge base in the sample table"
    return [f"{what}; all groups count alike for them ({', '.join(sorted(groups))})"]


def check_ancestry(choice: str, frequencies: Iterable[GeneFrequencies]) -> None:
    """Refuse an ancestry that is neither a rule nor a group of the knowledge base.

    Raises
    ------
    UsageError
        No population table has such a group.
    """
    groups = sorted({group for gene in frequencies for group in gene.groups})
    if choice not in (AVERAGE, INFERRED, RECORDED, *groups):
        raise UsageError(
            f"unknown ancestry {choice!r}",
            remedy=f"choose {AVERAGE}, {INFERRED}, {RECORDED} or one of {', '.join(groups)}",
        )
