"""Build the sequence of a haplotype at every defining position from allele names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pgx.base.assemblies import Assembly
from pgx.errors import KnowledgeError, UnknownAlleleError, UsageError
from pgx.records.genes import (
    AlleleDefinition,
    DefiningVariant,
    GeneDefinition,
    GeneFrequencies,
    HaplotypeCount,
    Ploidy,
    Strategy,
    core_allele,
)
from pgx.simulator.settings import (
    IUPAC,
    AmbiguityChoice,
    Sex,
    SimulationSettings,
    Spellings,
    known_gene,
)

__all__ = [
    "GeneSequence",
    "SimulatedHaplotype",
    "allele_haplotype",
    "common_spellings",
    "deleted_span",
    "edits",
    "parse_diplotype",
    "sample_haplotypes",
]

SimulatedHaplotype = dict[int, str]
"""Allele string by GRCh38 position, for every defining position of a gene."""

_SUBSTITUTION: Final = re.compile(r"[gm]\.(\d+)([ACGT]+)>([ACGT]+)")


def parse_diplotype(text: str) -> tuple[str, ...]:
    """Split ``*1/*2`` or ``*1|*2`` into names, first haplotype first; one name for a haploid gene.

    Raises
    ------
    UsageError
        A name is empty.
    """
    names = tuple(name.strip() for name in re.split(r"[/|]", text))
    if not all(names):
        raise UsageError(f"{text!r} is not a diplotype", remedy="write it like *1/*2")
    return names


def sample_haplotypes(
    genes: Mapping[str, GeneDefinition],
    sample: str,
    diplotypes: Mapping[str, Sequence[str]],
    settings: SimulationSettings,
) -> dict[str, tuple[SimulatedHaplotype, ...]]:
    """Return the haplotypes of each gene in a sample's file, genes A–Z.

    Raises
    ------
    UnknownGeneError, UnknownAlleleError
        A name that the knowledge base does not have.
    UsageError
        A structural allele, a gene that small variants do not define, a number of alleles that
        does not fit the gene and the sample's sex, or overlapping variants.
    """
    for gene in diplotypes:
        known_gene(genes, gene)
    sex = settings.sex_for(sample)
    found = {}
    for gene in sorted(genes):
        definition = genes[gene]
        names = diplotypes.get(gene)
        if names is None:
            if settings.only_named or not definition.variants:
                continue
            names = (definition.default_allele,) * default_copies(definition, sex)
        _check_copies(definition, names, sex)
        common = settings.common.get(gene, {})
        found[gene] = tuple(
            allele_haplotype(definition, n, settings.ambiguity, common.get(n)) for n in names
        )
    return found


def default_copies(definition: GeneDefinition, sex: Sex | None) -> int:
    """Return the number of gene copies of a person; two for chrX if the sex is unknown."""
    if definition.ploidy is Ploidy.MITOCHONDRIAL:
        return 1
    return 1 if definition.ploidy is Ploidy.X_LINKED and sex is Sex.MALE else 2


def _check_copies(definition: GeneDefinition, names: Sequence[str], sex: Sex | None) -> None:
    allowed = {default_copies(definition, sex)}
    if definition.ploidy is Ploidy.X_LINKED and sex is None:
        # without a known sex, both a haploid and a diploid chrX are possible
        allowed = {1, 2}
    if definition.strategy is not Strategy.OUTSIDE and len(names) not in allowed:
        wanted = " or ".join(str(n) for n in sorted(allowed))
        raise UsageError(
            f"{definition.gene} was given {len(names)} allele(s), expected {wanted}",
            remedy="write two alleles like *1/*2, one for a mitochondrial or a male's chrX gene",
        )


def allele_haplotype(
    definition: GeneDefinition,
    name: str,
    ambiguity: AmbiguityChoice = AmbiguityChoice.REFERENCE,
    common: Mapping[int, str] | None = None,
) -> SimulatedHaplotype:
    """Return the haplotype for an allele name.

    ``common`` maps positions to alleles in the most frequent form, for
    `AmbiguityChoice.COMMON`; without it the reference is written where the definition allows.

    ``[a + b]`` puts several alleles on one haplotype; a part ``g.94781859G>A`` is a
    substitution at a defining position (GRCh38), also to a base that no allele documents.

    Raises
    ------
    UnknownAlleleError
        The gene has no such allele or position.
    UsageError
        A structural allele, a gene without defining positions, or overlapping variants.
    """
    if definition.strategy is Strategy.OUTSIDE or not definition.variants:
        raise UsageError(
            f"{definition.gene} cannot be read from small variants, so none can be simulated",
            remedy="give its diplotype in an outside-call file",
        )
    haplotype = {variant.position: variant.ref for variant in definition.variants}
    if common is not None and ambiguity is AmbiguityChoice.COMMON:
        return haplotype | dict(common)
    variants = {variant.position: variant for variant in definition.variants}
    changed: set[int] = set()
    for part in _parts(definition, name):
        for position, text in _part_alleles(definition, part, ambiguity).items():
            if text == variants[position].ref:
                continue
            if position in changed and haplotype[position] != text:
                raise _conflict(definition, name)
            haplotype[position] = text
            changed.add(position)
    _check_overlaps(definition, name, haplotype)
    return haplotype


def _parts(definition: GeneDefinition, name: str) -> list[str]:
    known = any(allele.name == name for allele in definition.alleles)
    # an allele of the gene may itself have a name in brackets
    if not known and name.startswith("[") and name.endswith("]"):
        return [part.strip() for part in name[1:-1].split(" + ")]
    return [name]


def _part_alleles(
    definition: GeneDefinition, part: str, ambiguity: AmbiguityChoice
) -> dict[int, str]:
    variants = {variant.position: variant for variant in definition.variants}
    named = [a for a in definition.alleles if part in (a.name, core_allele(a.name))]
    # the first suballele is the one for which a core allele was first described
    allele = next((a for a in named if a.name == part), named[0] if named else None)
    if allele is None:
        return _substitution(definition, part)
    if allele.structural and not allele.defining:
        raise UsageError(
            f"{definition.gene} {part} is a structural allele without a definition in small "
            "variants, so it cannot be simulated",
            remedy="give its diplotype in an outside-call file",
        )
    return _resolved(allele, variants, ambiguity)


def _resolved(
    allele: AlleleDefinition, variants: dict[int, DefiningVariant], ambiguity: AmbiguityChoice
) -> dict[int, str]:
    return {
        position: _resolve(text, variants[position], ambiguity)
        for position, text in allele.defining.items()
    }


def _resolve(text: str, variant: DefiningVariant, ambiguity: AmbiguityChoice) -> str:
    """Return one allele string for a definition's text, which may be an IUPAC code."""
    if text in variant.alleles or text not in IUPAC:
        return text
    allowed = [allele for allele in variant.alleles if allele in IUPAC[text]]
    if ambiguity is not AmbiguityChoice.VARIANT:
        return allowed[0]
    return next((allele for allele in allowed if allele != variant.ref), allowed[0])


def _substitution(definition: GeneDefinition, part: str) -> dict[int, str]:
    found = _SUBSTITUTION.fullmatch(part)
    if found:
        position, ref, alt = int(found[1]), found[2], found[3]
        if any(v.position == position and v.ref == ref for v in definition.variants):
            return {position: alt}
    near = difflib.get_close_matches(part, [allele.name for allele in definition.alleles], n=3)
    hint = f"did you mean {', '.join(near)}? " if near else ""
    raise UnknownAlleleError(
        f"{definition.gene} has no allele {part!r}",
        remedy=f"{hint}`pgx kb show {definition.gene}` lists them",
    )


def edits(definition: GeneDefinition, haplotype: SimulatedHaplotype) -> list[tuple[int, str, str]]:
    """Return (position, ref, allele) where a haplotype differs from GRCh38, sorted."""
    return [
        (v.position, v.ref, haplotype[v.position])
        for v in sorted(definition.variants, key=lambda v: v.position)
        if haplotype[v.position] != v.ref
    ]


def deleted_span(position: int, ref: str, allele: str) -> range:
    """Return the GRCh38 positions that an allele deletes, empty for other changes."""
    # an insertion or substitution deletes no reference base
    if len(allele) >= len(ref):
        return range(0)
    return range(position + len(allele), position + len(ref))


def _check_overlaps(definition: GeneDefinition, name: str, haplotype: SimulatedHaplotype) -> None:
    end = 0
    for position, ref, _ in edits(definition, haplotype):
        if position <= end:
            raise _conflict(definition, name)
        end = position + len(ref) - 1


def _conflict(definition: GeneDefinition, name: str) -> UsageError:
    return UsageError(
        f"the variants of {definition.gene} {name} overlap and cannot be in cis",
        remedy="put them on different haplotypes",
    )


def common_spellings(
    genes: Mapping[str, GeneDefinition], frequencies: Mapping[str, GeneFrequencies]
) -> Spellings:
    """Return, by gene and allele, the most frequent form: alleles by defining position.

    Only for alleles with ambiguous bases that were counted in populations.
    """
    found: Spellings = {}
    for name, counted in frequencies.items():
        gene = genes.get(name)
        open_alleles = [a for a in gene.alleles if _is_open(a)] if gene else []
        for allele in open_alleles:
            commonest = max(
                (h for h in counted.haplotypes if _carries(h, allele)),
                key=lambda h: sum(h.counts),
                default=None,
            )
            if commonest is not None:
                found.setdefault(name, {})[allele.name] = commonest.differences
    return found


def _is_open(allele: AlleleDefinition) -> bool:
    return any(text in IUPAC for text in allele.defining.values())


def _carries(haplotype: HaplotypeCount, allele: AlleleDefinition) -> bool:
    """Whether a haplotype matches an allele's definition and has no other variant."""
    seen = haplotype.differences
    if any(position not in allele.defining for position in seen):
        return False
    named = allele.defining.items()
    return all(p in seen or text in IUPAC for p, text in named) and all(
        base in IUPAC.get(allele.defining[p], allele.defining[p]) for p, base in seen.items()
    )


class GeneSequence:
    """Reference bases around a gene's defining positions.

    All positions are 1-based on GRCh38. On GRCh37 the bases are those of the segments except at
    defining positions, where the table gives the GRCh37 base; `to_assembly` converts a
    position to the assembly.
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

        A site inside the REF span of an earlier change is not written.
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
