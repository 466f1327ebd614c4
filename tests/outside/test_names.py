"""Names of other tools as the knowledge base writes them."""

from __future__ import annotations

import pytest

from cases import one_test
from pgx.outside.calls import AlleleNames
from simulated import genes


def written(text, gene="CYP2D6"):
    return AlleleNames.of(genes()[gene]).diplotype(text)


@one_test
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*4.013/*1.001", "*4/*1"),
        ("*4N+*4/*1A", "*4.013+*4/*1"),
        ("*4+*4.013/*4N", "*4.013+*4/*4"),
        ("*4.013+*10/*1", "*4+*10/*1"),
        ("*2A/*10B", "*2/*10"),
        ("*16/*66", "*13/*13"),
        ("*76+*2/*80", "*13+*2/*13"),
        ("*57/*57+*10", "*36/*36+*10"),
        ("*10+*36/*1", "*36+*10/*1"),
        ("*4+*68/*1", "*68+*4/*1"),
        ("*4.001+*68/*4.001", "*68+*4/*4"),
        ("[*4 + *68]/*1", "*68+*4/*1"),
        ("*1/*2+*2", "*1/*2x2"),
        ("1/2+2", "*1/*2x2"),
        ("*36+*36+*10/*1", "*36x2+*10/*1"),
        ("*36+*36+*83+*10/*1", "*36x2+*83+*10/*1"),
        ("*1x2+*83/*2", "*83+*1x2/*2"),
        ("*2x2+*2/*1", "*2x3/*1"),
        ("*2X2/*1XN", "*2x2/*1xN"),
        ("*2xN/*1", "*2xN/*1"),
        ("*1x≥3/*1", "*1x≥3/*1"),
        ("*1x1/*1", "*1/*1"),
        ("*9999/*1", "*9999/*1"),
        ("nonsense/*1", "nonsense/*1"),
    ],
)
def test_cyp2d6(text, expected):
    assert written(text) == expected


@one_test
@pytest.mark.parametrize(
    ("gene", "text", "expected"),
    [
        ("TPMT", "*3A/*3C", "*3A/*3C"),
        ("TPMT", "*1S/*3A", "*1/*3A"),
        ("SLCO1B1", "*1A/*1B", "*1/*37"),
        ("UGT1A1", "*80+*28/*28+*80", "*80+*28/*80+*28"),
        ("UGT1A1", "*28_80/*1", "*80+*28/*1"),
        ("CYP3A4", "*1B/*22", "*1/*22"),
        ("DPYD", "Reference/c.1905+1G>A (*2A)", "Reference/c.1905+1G>A (*2A)"),
    ],
)
def test_other_genes(gene, text, expected):
    assert written(text, gene) == expected


@one_test
@pytest.mark.parametrize("gene", list(genes()))
def test_the_knowledge_bases_own_names_stay(gene):
    names = AlleleNames.of(genes()[gene])
    assert all(names.haplotype(a.name) == a.name for a in genes()[gene].alleles)


def test_writing_twice_changes_nothing():
    for text in ("*10+*36/*2+*2", "*4N+*4/*57", "*1x2+*83/*76", "[*4 + *68]/*1A"):
        assert written(written(text)) == written(text)
