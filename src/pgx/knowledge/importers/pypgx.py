"""PyPGx's tables: variants on both assemblies, alleles, and phenotypes by activity score.

PyPGx is a secondary source: its alleles are used for genes without a primary source, its GRCh37
positions for any gene. The GRCh38 alleles are used; the GRCh38 reference sequence is the allele in
``GRCh38Default``. Variants that accompany an allele (tags) do not define it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations_with_replacement
from typing import Final

import msgspec

from pgx.errors import InputError
from pgx.knowledge.importers.gene_documents import Allele, Variant, definition, position, spanned
from pgx.knowledge.importers.published import PublishedRelease
from pgx.knowledge.importers.source_files import (
    Skipped,
    SourceFile,
    gene_symbol,
    label,
    read_tables,
)
from pgx.knowledge.tables import Row

__all__ = [
    "pypgx_releases",
]


_COLUMNS: Final = {
    "allele-table": (
        "Gene", "StarAllele", "ActivityScore", "Function", "GRCh38Core", "SV",
    ),
    "variant-table": (
        "Gene", "GRCh38Name", "rsID", "Chromosome", "GRCh37Position", "GRCh38Position",
        "GRCh37Allele", "GRCh38Allele",
    ),
    "gene-table": ("Gene", "Target", "PhenotypeMethod", "GRCh38Default"),
    "equation-table": ("Gene", "Phenotype", "Equation"),
}  # fmt: skip
_UNUSED: Final = "it has no alleles, functions or rules"
_NEEDED: Final = ("allele-table", "variant-table", "gene-table")
_NONE: Final = "N/A"
_UNKNOWN_VALUE: Final = "n/a"
_VERSION: Final = re.compile(r"pypgx[-_ ]v?(\d+(?:\.\d+){1,2})", re.IGNORECASE)
_VALUE: Final = re.compile(r"\d{1,2}(\.\d{1,3})?")
_NUMBER: Final = r"\d{1,2}(?:\.\d{1,3})?"
_EQUATION: Final = re.compile(
    rf"(?:(?P<least>{_NUMBER}) <= )?score(?: < (?P<below>{_NUMBER}))?|(?P<equal>{_NUMBER}) == score"
)
"""The forms of a phenotype's range of scores; anything else is refused, never evaluated."""

Tables = dict[str, list[Row]]


def pypgx_releases(files: Sequence[SourceFile]) -> list[PublishedRelease]:
    """Read PyPGx's tables; an unusable gene is skipped with the reason."""
    tables, unread = read_tables(files, _COLUMNS, lambda table: _UNUSED * (table not in _COLUMNS))
    about = _about(files)
    missing = [name for name in _NEEDED if name not in tables]
    if missing:
        why = f"PyPGx's {', '.join(missing)} not there or not readable"
        return [
            msgspec.structs.replace(about, unread=[*unread, Skipped(files[0].name, "tables", why)])
        ]
    genes = _Genes(tables, msgspec.structs.replace(about, unread=unread))
    for row in tables["gene-table"]:
        genes.add(row)
    return [genes.found]


def _about(files: Sequence[SourceFile]) -> PublishedRelease:
    """Return the cells of the table of sources; the version is from the folder's name."""
    names = [part for file in files for part in file.path.resolve().parts]
    version = next((m[1] for name in reversed(names) if (m := _VERSION.search(name))), "")
    return PublishedRelease(
        source=f"pypgx-{version}" if version else "pypgx",
        name="PyPGx tables of alleles and variants",
        version=version,
        date="",
        licence="MIT",
        url="https://github.com/sbslee/pypgx",
    )


class _Genes:
    """Reads genes one by one into ``found``."""

    def __init__(self, tables: Tables, found: PublishedRelease) -> None:
        self.found = found
        self.alleles = _by_gene(tables["allele-table"])
        self.variants = _by_gene(tables["variant-table"])
        self.equations = _by_gene(tables.get("equation-table", []))

    def skip(self, what: str, why: str) -> None:
        """Report unused data of this source."""
        self.found.unread.append(Skipped(self.found.source, what, why))

    def add(self, row: Row) -> None:
        """Read one gene; definitions, positions and rules are refused separately."""
        name = row["Gene"]
        try:
            gene = gene_symbol(name, "gene-table")
        except InputError as error:
            self.skip("a gene", error.line())
            return
        # PyPGx uses control genes to normalise depth; they are not called
        if row["Target"].upper() != "TRUE" or gene in self.found.functions:
            self.skip(f"gene {gene}", "a control, or named before")
            return
        where = f"{self.found.source}, {gene}"
        alleles, variants = self.alleles.get(name, []), self.variants.get(name, [])
        try:
            self._add_positions(gene, variants, where)
        except InputError as error:
            self.skip(f"positions of {gene}", error.line())
        try:
            scored = row["PhenotypeMethod"] == "Score"
            functions = [_function(allele, where, scored=scored) for allele in alleles]
            self._add_definition(gene, row["GRCh38Default"], alleles, variants)
            self.found.functions[gene] = functions
            if scored:
                self.found.rules[gene] = _rules(functions, self.equations.get(name, []), where)
            else:
                self.skip(f"rules of {gene}", "no rule from functions is given")
        except InputError as error:
            self.skip(f"gene {gene}", error.line())

    def _add_definition(
        self, gene: str, default: str, rows: Sequence[Row], variants: Sequence[Row]
    ) -> None:
        where = f"{self.found.source}, {gene}"
        listed = {variant["GRCh38Name"] for variant in variants}
        found = []
        for row in rows:
            name = label(row["StarAllele"], "an allele's name", where)
            cells = tuple(_variant(text, where) for text in _listed(row["GRCh38Core"]))
            if not listed.issuperset(_listed(row["GRCh38Core"])):
                # its GRCh37 position is unknown, and one of the two tables is wrong
                raise InputError(f"a variant of allele {name} is in no table", where=where)
            structural = row["SV"].upper() == "TRUE"
            if not cells and not structural and name != default:
                # without it, its carriers would be called the reference
                raise InputError(f"no variant on GRCh38 defines allele {name}", where=where)
            reference = name == default and not cells
            found.append(
                Allele(name=name, variants=cells, reference=reference, structural=structural)
            )
        rsids = {
            position(v["GRCh38Position"], where): label(v["rsID"], "an rsID", where)
            for v in variants
            if v["rsID"].startswith("rs")
        }
        about = {
            "source": "PyPGx",
            "version": self.found.version,
            "chromosome": _chromosome(variants, where),
            "refseq": "",
        }
        self.found.definitions[gene] = definition(gene, found, rsids, about)

    def _add_positions(self, gene: str, rows: Sequence[Row], where: str) -> None:
        named = [(_variant(r["GRCh38Name"], where), r) for r in rows if r["GRCh38Name"] != _NONE]
        sites = spanned((variant for variant, _ in named), where)
        for place, (ref, _) in sorted(sites.items()):
            own = [row for variant, row in named if variant.position == place]
            seen = {_on_grch37(row, ref, where) for row in own}
            if len(seen) != 1 or not next(iter(seen))[1]:
                why = "its variants do not agree on GRCh37"
                self.skip(f"{gene}, position {place}", why)
                continue
            ((older, base),) = seen
            self.found.positions.append({
                "gene": gene,
                "grch38_position": str(place),
                "grch37_position": str(older),
                "grch37_ref_seen": base,
                "check": "same base" if base == ref else "REFERENCE DIFFERS",
            })  # fmt: skip


def _by_gene(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["Gene"], []).append(row)
    return found


def _listed(text: str) -> list[str]:
    return [] if text in ("", _NONE) else text.split(",")


def _variant(text: str, where: str) -> Variant:
    """Return a variant from its name ``CHROMOSOME-POSITION-REF-ALT``."""
    parts = text.split("-")
    if len(parts) != 4:
        raise InputError("a variant is not named by position, REF and ALT", where=where)
    return Variant(position(parts[1], where), parts[2], parts[3])


def _chromosome(rows: Sequence[Row], where: str) -> str:
    names = {row["Chromosome"].removeprefix("chr") for row in rows}
    if len(names) > 1:
        raise InputError("its variants are on several chromosomes", where=where)
    name = next(iter(names), "")
    return f"chr{'M' if name == 'MT' else label(name, 'the chromosome', where)}" if name else ""


def _on_grch37(row: Row, ref: str, where: str) -> tuple[int, str]:
    """Return position and reference sequence on GRCh37; no sequence if it is unknown.

    A sequence that was extended to match a longer variant at its position is the same on both
    assemblies only if the variant's own sequence is.
    """
    older, newer = row["GRCh37Allele"], row["GRCh38Allele"]
    place = position(row["GRCh37Position"], where)
    if older == newer:
        return place, ref
    return place, older if newer == ref else ""


def _function(row: Row, where: str, *, scored: bool) -> Row:
    """Return a row of functions; a gene with activity scores is looked up by value."""
    score = row["ActivityScore"]
    if scored:
        if score != _NONE and not _VALUE.fullmatch(score):
            raise InputError("an activity score is not a number", where=where)
        word = value = _UNKNOWN_VALUE if score == _NONE else _decimal(Decimal(score))
    else:
        word, value = label(row["Function"], "a function", where).capitalize(), ""
        word = re.sub(r"\b(i{1,3}|iv|cnsha)\b", lambda m: m[0].upper(), word)
        word = "" if word.upper() == _NONE else word
    name = label(row["StarAllele"], "an allele's name", where)
    return {"allele": name, "function": word, "activity_value": value}


def _decimal(number: Decimal) -> str:
    """Return an activity value as CPIC writes it, with at least one decimal place."""
    text = f"{number.normalize():f}"
    return text if "." in text else f"{text}.0"


def _rules(functions: Sequence[Row], equations: Sequence[Row], where: str) -> list[Row]:
    """Return the rules of all pairs of values; a pair that no equation covers is refused."""
    ranges = [(label(e["Phenotype"], "a phenotype", where), _range(e, where)) for e in equations]
    values = sorted({row["function"] for row in functions} - {_UNKNOWN_VALUE})
    rules = []
    for first, second in combinations_with_replacement(values, 2):
        score = Decimal(first) + Decimal(second)
        fits = [name for name, (least, below) in ranges if least <= score < below]
        if len(fits) != 1:
            raise InputError(f"{len(fits)} phenotypes for a score of {score}", where=where)
        rules.append({
            "function_1": first,
            "function_2": second,
            "activity_score": _decimal(score),
            "phenotype": fits[0],
            "lookup_key": _decimal(score),
        })  # fmt: skip
    return rules


def _range(row: Row, where: str) -> tuple[Decimal, Decimal]:
    match = _EQUATION.fullmatch(row["Equation"])
    if match is None:
        raise InputError("an equation is not a range of activity scores", where=where)
    # a single score as a half-open range, narrower than any step between scores
    if match["equal"]:
        return Decimal(match["equal"]), Decimal(match["equal"]) + Decimal("0.0001")
    return Decimal(match["least"] or 0), Decimal(match["below"] or "Infinity")
