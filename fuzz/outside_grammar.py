"""Outside-call tables from a random source: headers and lines that mostly mean something."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Final

from fuzz.vcf_grammar import with_token

__all__ = ["OutsideGrammar"]

COLUMNS: Final = ("sample", "gene", "diplotype", "phenotype", "activity_score")
ODD_COLUMNS: Final = (
    "Gene",
    "#gene",
    "contig",
    "pos",
    "sex",
    "",
    "gene",
    "population",
    "\ufeffgene",
)
SAMPLES: Final = ("S1", "S1", "", "S2", "male", "é", "=1+1")
SCORES: Final = (
    "0", "1", "2.0", "≥3.0", "0.25", "1e2", "-1", "nan", "inf", "", "1,5", "２", "9" * 40,
    "1e999999", "1e999999999", "1_0",
)  # fmt: skip
HLA: Final = (
    "*57:01", "*57:01/*01:01", "B*57:01/B*15:02:01G", "HLA-A*31:01/HLA-A*01:01", "*57:01 positive",
    "*57:01 negative", "*５７:01/*01:01", "*57", "*57:01:01:01/", "/", "*57:01 maybe",
    "A*31:01/B*57:01",
)  # fmt: skip
COPIES: Final = (
    "x2",
    "x0",
    "xN",
    "x≥3",
    "x99999999999999999999",
    "x",
    "x-1",
    "x2x2",
    "x1",
    "x²",
    "x" + "9" * 5_000,
)
ODD_NAMES: Final = (
    "*999", "", "/", "//", "+", "*1+", "*1/*1/*1", "*36+*10", "*5", "*68+*4", "*13", "Reference",
    "rs9923231 reference (C)", "c.1129-5923C>G, c.1236G>A (HapB3)", "*1 ", " *1", "*1|*2", "x", "N",
    "*1;*2", "=cmd()", "𝟏", "*" * 300, "*1" * 40, "*1+*1+*1+*1x2", "[*2 + *3]",
)  # fmt: skip

ENDLESS: Final = "9" * 5_000
RARE: Final = (
    "*1/*2\u2028CYP2C19\t*2/*2",
    "*1\x0b",
    "*1\x00",
    "*1\u202e",
    f"*1x{ENDLESS}",
    ENDLESS,
)


class OutsideGrammar:
    """Makes and edits tables of calls for the given genes.

    ``alleles`` and ``terms`` are the names that each gene knows.
    """

    def __init__(
        self, alleles: Mapping[str, Sequence[str]], terms: Mapping[str, Sequence[str]]
    ) -> None:
        self.genes = sorted(alleles)
        self.alleles, self.terms = alleles, terms

    def document(self, rng: random.Random) -> bytes:
        """Return a table; about one in eight has an odd header."""
        columns = list(COLUMNS if rng.random() < 0.6 else rng.sample(COLUMNS, rng.randint(1, 5)))
        if rng.random() < 0.12:
            columns.insert(rng.randrange(len(columns) + 1), rng.choice(ODD_COLUMNS))
        lines = ["\t".join(columns)]
        lines += [self.line(rng, columns) for _ in range(rng.choice((0, 1, 1, 2, 3, 6)))]
        return (rng.choice(("\n", "\n", "\n", "\r\n")).join(lines) + "\n").encode()

    def line(self, rng: random.Random, columns: Sequence[str]) -> str:
        """Return one line with a value for each column."""
        gene = (
            rng.choice(self.genes) if rng.random() < 0.97 else rng.choice(("", "BRCA1", "cyp2d6"))
        )
        made = {
            "sample": rng.choice(SAMPLES),
            "gene": gene,
            "diplotype": self.diplotype(rng, gene) if rng.random() < 0.8 else "",
            "phenotype": self.phenotype(rng, gene) if rng.random() < 0.3 else "",
            "activity_score": rng.choice(SCORES) if rng.random() < 0.2 else "",
            "contig": rng.choice(("chr1", "X", "z", "")),
            "pos": rng.choice(("1", "x", "٣", "-1", "9" * 30, "9" * 5_000)),
            "sex": rng.choice(("male", "F", "x", "")),
        }
        return "\t".join(made.get(name, "") for name in columns)

    def diplotype(self, rng: random.Random, gene: str) -> str:
        """Return a diplotype, usually of names that the gene knows."""
        if not self.alleles.get(gene) or rng.random() < 0.05:
            return rng.choice(HLA)
        return "/".join(self.haplotype(rng, gene) for _ in range(rng.choice((2, 2, 2, 2, 1, 3))))

    def haplotype(self, rng: random.Random, gene: str) -> str:
        """Return one haplotype: an allele, copies of it, or several in a row."""
        name = rng.choice(self.alleles[gene]) if rng.random() < 0.9 else rng.choice(ODD_NAMES)
        if rng.random() < 0.004:
            return rng.choice(RARE)
        if rng.random() < 0.15:
            name += rng.choice(COPIES)
        if rng.random() < 0.08:
            name += "+" + self.haplotype(rng, gene)
        return name

    def phenotype(self, rng: random.Random, gene: str) -> str:
        """Return a phenotype, usually a term of the gene."""
        known = self.terms.get(gene, ())
        return rng.choice(known) if known and rng.random() < 0.8 else rng.choice(ODD_NAMES)

    def mutate(self, data: bytes, rng: random.Random) -> bytes:
        """Return an edited copy: a cell more often than bytes."""
        if not data or rng.random() < 0.15:
            return self.document(rng)
        for _ in range(rng.choice((1, 1, 2, 3))):
            data = self.edited(data, rng)
        return data

    def edited(self, data: bytes, rng: random.Random) -> bytes:
        """Return a copy with one edit."""
        lines = data.split(b"\n")
        draw = rng.random()
        if draw < 0.3:
            columns = lines[0].decode("utf-8", "replace").rstrip("\r").split("\t")
            lines.insert(rng.randint(1, len(lines)), self.line(rng, columns).encode())
            return b"\n".join(lines)
        if draw < 0.8 and len(lines) > 2:
            index = rng.randrange(1, len(lines) - 1)
            cells = lines[index].split(b"\t")
            gene = next((g for g in self.genes if g.encode() in cells), self.genes[0])
            pools = (SCORES, COPIES, ODD_NAMES, HLA, self.genes, (self.diplotype(rng, gene),))
            cells[rng.randrange(len(cells))] = rng.choice(rng.choice(pools)).encode()
            lines[index] = b"\t".join(cells)
            return b"\n".join(lines)
        start = len(lines[0]) if rng.random() < 0.8 else 0
        return with_token(data, start, rng)
