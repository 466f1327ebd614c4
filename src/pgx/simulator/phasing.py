"""Phase blocks (FORMAT/PS) for the records of one gene."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec

from pgx.simulator.records import Call, Record

__all__ = ["with_phase_sets"]


def with_phase_sets(records: Sequence[Record], n_blocks: int, *, flip: bool) -> list[Record]:
    """Split each sample's heterozygous phased sites into blocks of about equal size.

    A block's number is the POS of its first record, as the VCF specification suggests.
    With ``flip`` the haplotypes are exchanged in every second block: across blocks their
    order means nothing. ``records`` are sorted and of one gene.
    """
    calls = [list(record.calls) for record in records]
    for sample in range(len(records[0].calls) if records and n_blocks else 0):
        sites = [i for i, record in enumerate(records) if _needs_phase(record.calls[sample])]
        for block, members in enumerate(_chunks(sites, n_blocks)):
            for site in members:
                position = records[members[0]].position
                exchange = flip and block % 2 == 1
                calls[site][sample] = _in_block(calls[site][sample], position, exchange=exchange)
    return [
        msgspec.structs.replace(record, calls=tuple(own))
        for record, own in zip(records, calls, strict=True)
    ]


def _needs_phase(call: Call) -> bool:
    return call.phased and len(set(call.alleles)) > 1


def _chunks(sites: list[int], n_blocks: int) -> list[list[int]]:
    """Cut a list into at most ``n_blocks`` runs, none empty."""
    cuts = [len(sites) * k // n_blocks for k in range(n_blocks + 1)]
    return [sites[a:b] for a, b in itertools.pairwise(cuts) if a < b]


def _in_block(call: Call, phase_set: int, *, exchange: bool) -> Call:
    alleles = call.alleles[::-1] if exchange else call.alleles
    return msgspec.structs.replace(call, alleles=alleles, phase_set=phase_set)
