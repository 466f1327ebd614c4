"""Core positions: alleles that a test should hold, and common ones of another function."""

from alleles.made import frequencies, gene, position
from pgx.haplotypes.definitions import COMMON_FROM, compile_gene, core_sites
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import HaplotypeCount

DEFINITIONS = {"*1": "AAA", "*2": "GAA", "*3": "AGA", "*1.002": "AAG"}


def common(*counts):
    """Return counts of *1, *2 and *3, under the names that a count gives them."""
    rows = zip(("*1", "*2", "*3"), ("AAA", "GAA", "AGA"), counts, strict=True)
    made = frequencies({haplotype: n for _, haplotype, n in rows})
    return [
        HaplotypeCount(differences=h.differences, allele=name, counts=h.counts)
        for name, h in zip(("*1", "*2", "*3"), made.haplotypes, strict=True)
    ]


def sites(counts=(1, 1, 1), **more):
    found = frequencies({"AAA": 1}, **more)
    found = type(found)(
        gene="MADE", groups=("X",), haplotypes=tuple(common(*counts)), core=found.core
    )
    return core_sites(compile_gene(gene(DEFINITIONS)), found).tolist()


def test_a_common_allele_of_another_function_is_core():
    whole = round(1 / COMMON_FROM)
    assert sites((whole - 1, 1, 0)) == [True, False, False]


def test_a_rare_allele_is_core_only_where_it_is_named():
    many = round(10 / COMMON_FROM)
    assert sites((many, 1, 1)) == [False, False, False]
    assert sites((many, 1, 1), core=("*3",)) == [False, True, False]


def test_without_frequencies_nothing_is():
    assert not core_sites(compile_gene(gene(DEFINITIONS)), None).any()


def test_an_allele_of_the_usual_function_is_not_core_however_common():
    assert not sites((5, 0, 0))[2]


def test_every_core_allele_of_the_release_has_core_positions():
    kb = KnowledgeBase()
    for name, found in kb.frequencies.items():
        compiled = compile_gene(kb.genes[name])
        core = core_sites(compiled, found)
        for allele in set(found.core) & set(compiled.names):
            needs = compiled.needs[compiled.names.index(allele)]
            assert core[needs].all(), (name, allele)


def test_positions_are_those_of_the_made_gene():
    assert position(0) == gene(DEFINITIONS).variants[0].position
