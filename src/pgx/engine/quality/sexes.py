"""Whether the recorded sex of a sample fits what the input says of chrX."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "FEMALE",
    "MALE",
    "CheckedSexes",
    "SexCheck",
    "SexEvidence",
    "SexReason",
    "check_sexes",
]

MALE: Final = "male"
FEMALE: Final = "female"
Texts = npt.NDArray[np.object_]


class SexCheck(StrEnum):
    """What the genotypes on chrX say of the recorded sex."""

    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    NOT_INFORMATIVE = "not_informative"
    UNKNOWN = "unknown"


class SexReason(StrEnum):
    """What a check rests on."""

    HETEROZYGOUS = "heterozygous"
    HAPLOID = "one_strand"
    BOTH = "heterozygous_and_one_strand"
    MIXED = "mixed_ploidy"
    HOMOZYGOUS = "homozygous"
    NO_CALL = "no_call"


class SexEvidence(NamedTuple):
    """What is seen on chrX, (N,) each.

    ``called`` positions with a known genotype, ``heterozygous`` ones with two different alleles
    (in a recorded male as well), ``haploid_samples`` whether single alleles are written, ``mixed``
    whether a gene was refused as single alleles and pairs are mixed though no sex is recorded.
    """

    called: npt.NDArray[np.int32]
    heterozygous: npt.NDArray[np.int32]
    haploid_samples: npt.NDArray[np.bool_]
    mixed: npt.NDArray[np.bool_]


class CheckedSexes(NamedTuple):
    """Texts (N,): the sex that the calls show, None if neither; `SexCheck`; `SexReason`."""

    shown: Texts
    check: Texts
    reason: Texts


def check_sexes(sexes: Sequence[str], seen: SexEvidence) -> CheckedSexes:
    """Compare recorded sexes with genotypes on chrX.

    Two different alleles show a female, a single written allele a male; both together, as where
    samples were mixed or the sex changed, fit neither. Homozygous genotypes of two haplotypes are
    no proof, as some call sets write males that way.

    Parameters
    ----------
    sexes
        (N,) ``male``, ``female``, or empty where unknown.
    seen
        What the genotypes say.
    """
    recorded = np.array(sexes, dtype=object)
    two, one = seen.heterozygous > 0, seen.haploid_samples
    shown = np.full(len(recorded), None, dtype=object)
    shown[two & ~one & ~seen.mixed], shown[one & ~two & ~seen.mixed] = FEMALE, MALE
    reason = np.full(len(recorded), SexReason.HOMOZYGOUS.value, dtype=object)
    reason[seen.called == 0] = SexReason.NO_CALL.value
    reason[two], reason[one] = SexReason.HETEROZYGOUS.value, SexReason.HAPLOID.value
    reason[two & one] = SexReason.BOTH.value
    reason[seen.mixed] = SexReason.MIXED.value
    check = np.where(shown == recorded, SexCheck.CONSISTENT.value, SexCheck.INCONSISTENT.value)
    check = check.astype(object)
    check[~two & ~one] = SexCheck.NOT_INFORMATIVE.value
    check[~np.isin(recorded, (MALE, FEMALE))] = SexCheck.UNKNOWN.value
    return CheckedSexes(shown, check, reason)
