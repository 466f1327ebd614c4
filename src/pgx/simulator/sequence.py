"""The known reference sequence of a gene on one assembly, in GRCh38 coordinates."""

from __future__ import annotations

from collections.abc import Iterable

from pgx.base.errors import KnowledgeError
from pgx.base.genes import Assembly, DefiningVariant, GeneDefinition

__all__ = ["GeneSequence"]


class GeneSequence:
    """Reference bases around a gene's defining positions.

    All positions are 1-based on GRCh38. On GRCh37 the bases are those of the segments
    except at defining positions, where the table gives GRCh37's own base; `to_assembly`
    turns a position into the assembly's.
    """

    def __init__(self, definition: GeneDefinition, assembly: Assembly) -> None:
        self.gene = definition.gene
        self.assembly = assembly
        self._variants = sorted(definition.variants, key=lambda v: v.position)
        self._bases = {
            segment.start + i: base
            for segment in definition.segments
            for i, base in enumerate(segment.sequence.upper())
        }
        if assembly is Assembly.GRCH37:
            for variant in self._variants:
                self._set(variant.position, variant.ref_grch37)

    def _set(self, start: int, text: str) -> None:
        self._bases.update({start + i: base for i, base in enumerate(text)})

    def base(self, position: int) -> str | None:
        """Return the base at a position, None where the knowledge base has no sequence."""
        return self._bases.get(position)

    def text(self, start: int, end: int) -> str:
        """Return the bases from start to end, both included.

        Raises
        ------
        KnowledgeError
            A defining variant lies outside the gene's segments.
        """
        try:
            return "".join(self._bases[position] for position in range(start, end + 1))
        except KeyError:
            raise KnowledgeError(
                f"no reference sequence of {self.gene} at {start}-{end}",
                where="segments.tsv",
                remedy="rebuild the knowledge base",
            ) from None

    def known(self) -> list[int]:
        """Return every position with a known base, ascending."""
        return sorted(self._bases)

    def to_assembly(self, position: int) -> int:
        """Return a position on this assembly, by the offset of the nearest defining variant."""
        if self.assembly is Assembly.GRCH38:
            return position
        nearest = min(self._variants, key=lambda v: abs(v.position - position))
        return position + nearest.position_grch37 - nearest.position

    def haplotype(
        self, start: int, end: int, alleles: Iterable[tuple[DefiningVariant, str]]
    ) -> str:
        """Return the sequence from start to end with each variant's allele in place.

        A site inside the REF span of an earlier change carries nothing of its own.
        """
        text = ""
        at = start
        for variant, allele in sorted(alleles, key=lambda pair: pair[0].position):
            last = variant.position + len(variant.ref) - 1
            if variant.position < at or allele == self.text(variant.position, last):
                continue
            text += self.text(at, variant.position - 1) + allele
            at = last + 1
        return text + self.text(at, end)
