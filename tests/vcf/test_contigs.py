"""The table of contigs' names: every name is found where the kernel looks for it."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pgx.io.header import parse_header
from pgx.io.text import ContigTable
from vcf.support import COLUMNS

names = st.lists(st.text("chrUn_0123456789KIv", min_size=1, max_size=12), unique=True, max_size=60)


def plain_code(name):
    code = 0
    for letter in name.encode():
        code = ((code ^ letter) * 16_777_619) & 0x7FFFFFFF
    return code


def found(table, name):
    """Return the number of a name as the kernel finds it; -1 where it stops at a free slot."""
    size = len(table.slots)
    slot = plain_code(name) % size
    while table.slots[slot]:
        number = int(table.slots[slot]) - 1
        start, end = table.offsets[number : number + 2]
        if bytes(table.names[start:end]).decode() == name:
            return number
        slot = (slot + 1) % size
    return -1


@settings(max_examples=60, deadline=None)
@given(names)
@example([f"chrUn_{i}" for i in range(3000)])
def test_every_name_is_found_and_no_other(given_names):
    table = ContigTable(given_names, lambda name: (len(name), 7))
    assert [found(table, name) for name in given_names] == list(range(len(given_names)))
    assert found(table, "another name") == -1
    assert (table.slots > 0).sum() == len(given_names)
    known = table.facts[: len(given_names)]
    assert known.tolist() == [[len(name), 7] for name in given_names]


lines = st.lists(
    st.sampled_from(
        [
            "##contig=<ID=chr1,length=248956422>",
            "##contig=<ID=HLA-A*01:01:01:01,length=3503>",
            "##contig=<ID=chr2,length=5,assembly=b38>",
            "##contig=<ID=chr10,length=133797422>\r",
            "##contig=<ID=chrÄ,length=12>",
            "##contig=<ID=chr3>",
            "##contig=<ID=GL000191.1,length=106433>",
            "##reference=hg38.fa",
        ]
    ),
    max_size=12,
)


@settings(max_examples=100, deadline=None)
@given(lines)
def test_contigs_in_a_row_are_read_as_one_by_one(given_lines):
    def parsed(between):
        body = "".join(f"{line}\n{between}" for line in given_lines)
        text = f"##fileformat=VCFv4.2\n{body}{COLUMNS}\tS1\n"
        return parse_header(text.encode(), "t.vcf")

    apart, together = parsed("##source=x\n"), parsed("")
    assert list(together.contigs.items()) == list(apart.contigs.items())
    assert together.assembly_signals == apart.assembly_signals
    assert together.n_lines == len(given_lines) + 2


def test_slots_grow_with_the_names():
    table = ContigTable([], lambda _: (-1, 1))
    assert not table.slots.any()
    assert np.log2(len(table.slots)).is_integer()
