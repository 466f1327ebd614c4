"""Gene definitions, functions and rules of published sources as rows of a release's tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Annotated, Any, Final

import msgspec

from pgx.errors import InputError, SnapshotSchemaError
from pgx.knowledge.importers.source_files import Skipped, label
from pgx.knowledge.tables import Row
from pgx.records.genes import core_allele

__all__ = [
    "PhenotypeFile",
    "Result",
    "add_functions",
    "definition_rows",
    "fold_rules",
    "functions_and_rules",
    "rule_rows",
    "sort_gene_tables",
]


_OR: Final = " or "
"""Separator of two sequences in a cell."""
_VALUES: Final = {"No function": "0.0"}
"""Activity values of terms used in place of a value (PMID 31647186)."""
_TANDEM: Final = " + "


def definition_rows(
    document: Mapping[str, Any],
    builds: Mapping[tuple[str, int], Row],
    contexts: list[Row],
    source: str,
) -> dict[str, list[Row]]:
    """Return a gene's rows of the tables variants, alleles and segments.

    ``builds`` has the GRCh37 position of each of its positions, ``contexts`` the surrounding
    bases; SNVs need none.
    """
    gene = document["gene"]
    own = [context for context in contexts if context["gene"] == gene]
    return {
        "variants": _variants(document, builds, source),
        "alleles": _alleles(document, source),
        "segments": _segments(gene, [*own, *_bare(document, own)], source),
    }


def _variants(
    document: Mapping[str, Any], builds: Mapping[tuple[str, int], Row], source: str
) -> list[Row]:
    gene = document["gene"]
    required = set((document.get("notes") or {}).get("requiredPositions", ()))
    rows = []
    for variant in document["variants"]:
        build = builds[gene, variant["position"]]
        ref = variant["ref"]
        # the GRCh37 base counts only if the table states that it differs
        seen = build["grch37_ref_seen"] if build["check"] == "REFERENCE DIFFERS" else ref
        rows.append({
            "gene": gene,
            "position_grch38": str(variant["position"]),
            "position_grch37": build["grch37_position"],
            "ref_grch38": ref,
            "ref_grch37": seen,
            "alts": ",".join(variant["alts"]),
            "rsid": variant.get("rsid") or "",
            "hgvs_g": (variant.get("hgvs_g") or "").replace("; ", ","),
            "required": "yes" if variant["position"] in required else "no",
            "source": source,
        })  # fmt: skip
    return rows


def _alleles(document: Mapping[str, Any], source: str) -> list[Row]:
    gene = document["gene"]
    rows = []
    for allele in document["alleles"]:
        # the reference allele needs no cells: it has no differences
        cells = {} if allele["reference"] else allele["defining"]
        for name, suffix, definition in _definitions(gene, allele["name"], cells, document):
            row = _allele_row(
                gene,
                name,
                f"{allele.get('id') or ''}{suffix}",
                definition,
                source,
                reference=allele["reference"],
                structural=allele["structural"],
            )
            rows.append(row)
    return rows


def _definitions(
    gene: str, name: str, cells: Mapping[str, str], document: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """Return an allele's definitions: name, identifier suffix, and cells as text.

    A cell with two sequences gives two suballeles; a suballele's cell with the reference sequence
    requires nothing and is omitted, as in any other definition.
    """
    # a cell may hold two sequences (`A or AT`): each one gives a suballele
    choices = [[(p, one) for one in cells[p].split(_OR)] for p in sorted(cells, key=int)]
    ways = list(product(*choices))
    reference = {str(v["position"]): v["ref"] for v in document["variants"]}
    if len(ways) == 1:
        return [(name, "", ";".join(f"{p}={allele}" for p, allele in ways[0]))]
    if core_allele(f"{name}.001") != name:
        raise SnapshotSchemaError(f"allele {name} of {gene} has two sequences and no star name")
    numbered = []
    for number, way in enumerate(ways, 1):
        kept = ";".join(f"{p}={allele}" for p, allele in way if reference[p] != allele)
        numbered.append((f"{name}.{number:03}", f".{number:03}", kept))
    return numbered


def _allele_row(
    gene: str,
    name: str,
    identifier: str,
    definition: str,
    source: str,
    *,
    reference: bool,
    structural: bool,
) -> Row:
    return {
        "gene": gene,
        "allele": name,
        "identifier": identifier,
        "reference": "yes" if reference else "no",
        "structural": "yes" if structural else "no",
        "definition": definition,
        "function": "",
        "activity_value": "",
        "source": source,
        "function_source": "",
    }


def add_functions(gene: str, functions: list[Row], alleles: list[Row], source: str) -> None:
    """Write functions into allele rows; alleles known only by function are structural.

    Rows of several copies in tandem (``*36 + *10``) are not alleles: their value is the sum of
    their parts, which the tests compare.
    """
    by_name = {
        row["allele"].replace("/", ", "): row for row in functions if _TANDEM not in row["allele"]
    }
    mine = [row for row in alleles if row["gene"] == gene]
    named = {row["allele"] for row in mine}
    # a scored gene is looked up by value, so the value is the function
    if any(row["activity_value"] for row in functions):
        by_name = {name: _with_value(row) for name, row in by_name.items()}
    for row in mine:
        core = core_allele(row["allele"])
        found = by_name.get(row["allele"]) or by_name.get(core)
        if found is not None:
            named.add(core)
            _set_function(row, found, source)
    # CYP2D6*5 and similar alleles have a function but no small variant
    for name, found in by_name.items():
        if name not in named:
            row = _allele_row(gene, name, "", "", source, reference=False, structural=True)
            _set_function(row, found, source)
            alleles.append(row)


def _with_value(row: Row) -> Row:
    """Return a function row of a scored gene; a term without a value gets CPIC's value."""
    value = "" if row["activity_value"] else _VALUES.get(row["function"], "")
    return {**row, "function": value, "activity_value": value} if value else row


def _set_function(row: Row, found: Row, source: str) -> None:
    row["function"] = found["function"]
    row["activity_value"] = found["activity_value"]
    row["function_source"] = source


def sort_gene_tables(tables: dict[str, list[Row]]) -> None:
    """Sort rows by gene, and within it by position; alleles and rules keep their source's order."""
    for name in ("genes", "alleles", "phenotype_rules"):
        tables[name].sort(key=lambda r: r["gene"])
    tables["variants"].sort(key=lambda r: (r["gene"], int(r["position_grch38"])))
    tables["segments"].sort(key=lambda r: (r["gene"], int(r["start"])))


def rule_rows(gene: str, rows: list[Row], source: str) -> list[Row]:
    """Return the phenotypes of pairs of functions."""
    return [{**row, "gene": gene, "source": source} for row in rows]


def _bare(document: Mapping[str, Any], contexts: list[Row]) -> list[Row]:
    """Return single-base contexts for SNVs whose surrounding bases no source gives."""
    known = {int(context["grch38_position"]) for context in contexts}
    return [
        {
            "grch38_position": str(variant["position"]),
            "ref": variant["ref"],
            "left60": "",
            "right60_after_ref": "",
        }
        for variant in document["variants"]
        if variant["position"] not in known
        and {len(variant["ref"]), *map(len, variant["alts"])} == {1}
    ]


def _segments(gene: str, contexts: list[Row], source: str) -> list[Row]:
    """Merge overlapping contexts into segments of reference sequence."""
    pieces = []
    for row in contexts:
        start = int(row["grch38_position"]) - len(row["left60"])
        pieces.append((start, row["left60"] + row["ref"] + row["right60_after_ref"]))
    merged: list[tuple[int, str]] = []
    for start, sequence in sorted(pieces):
        if merged and start <= merged[-1][0] + len(merged[-1][1]):
            first, before = merged[-1]
            offset = start - first
            # contexts of neighboring positions overlap; if they disagree, one is wrong
            overlap = min(len(before) - offset, len(sequence))
            if before[offset : offset + overlap] != sequence[:overlap]:
                raise SnapshotSchemaError(f"contexts of {gene} disagree near {start}")
            merged[-1] = (first, before + sequence[overlap:])
        else:
            merged.append((start, sequence))
    return [
        {"gene": gene, "start": str(start), "sequence": sequence, "source": source}
        for start, sequence in merged
    ]


_RULE_COLUMNS: Final = ("function_1", "function_2", "activity_score", "phenotype", "lookup_key")

Copies = Annotated[int, msgspec.Meta(ge=1, le=2)]
Result = tuple[tuple[str, ...] | None, tuple[str, str, str]]
"""Of a diplotype: one or two functions in order, or None where an allele has none; and its
activity score, phenotype and lookup key."""


class _Function(msgspec.Struct, rename="camel"):
    name: str
    lookup_key: str | None = None
    activity_value: str | None = None


class _Diplotype(msgspec.Struct, rename="camel"):
    diplotypekey: dict[str, Copies]
    phenotype: str | None = None
    lookupkey: str | None = None
    activity_score: str | None = None


class PhenotypeFile(msgspec.Struct, rename="camel"):
    """A gene's file of PharmCAT's phenotypes, as far as it is used."""

    gene: str
    version: str
    named_alleles: list[_Function]
    diplotypes: list[_Diplotype]


def functions_and_rules(
    source: PhenotypeFile, gene: str, name: str
) -> tuple[list[Row], list[Row], list[Skipped]]:
    """Return rows of functions, rules for pairs of functions, and pairs without a rule.

    Raises
    ------
    InputError
        An allele occurs twice, or a text is not valid in a table.
    """
    functions = _functions(source, name)
    keys = {row["allele"]: row["function"] for row in functions}
    folded = [(_pair(d, keys), _result(d, name)) for d in source.diplotypes]
    rules, unread = fold_rules(folded, gene, name)
    return functions, rules, unread


def _functions(source: PhenotypeFile, name: str) -> list[Row]:
    rows = [
        {
            "allele": label(allele.name, "an allele's name", name),
            "function": label(allele.lookup_key, "a function", name) if allele.lookup_key else "",
            "activity_value": (
                label(allele.activity_value, "an activity value", name)
                if allele.activity_value
                else ""
            ),
        }
        for allele in source.named_alleles
    ]
    if len({row["allele"] for row in rows}) < len(rows):
        raise InputError("an allele stands twice", where=name)
    return rows


def _pair(diplotype: _Diplotype, keys: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the functions of a diplotype's alleles; None if one is unknown."""
    alleles = [a for a, copies in diplotype.diplotypekey.items() for _ in range(copies)]
    functions = sorted(keys.get(" ".join(allele.split()), "") for allele in alleles)
    return tuple(functions) if all(functions) and len(functions) in (1, 2) else None


def _result(diplotype: _Diplotype, name: str) -> tuple[str, str, str]:
    score = diplotype.activity_score
    return (
        label(score, "an activity score", name) if score else "",
        label(diplotype.phenotype, "a phenotype", name),
        label(diplotype.lookupkey, "a lookup key", name),
    )


def fold_rules(
    diplotypes: Sequence[Result], gene: str, name: str
) -> tuple[list[Row], list[Skipped]]:
    """Return one rule per pair of functions from the results of all diplotypes.

    Parameters
    ----------
    diplotypes
        The result of each diplotype, see `Result`.
    gene, name
        Symbol of the gene and name of the file, for messages.

    Returns
    -------
    tuple of list
        The rules, and the pairs without a rule because their diplotypes have two results.
    """
    results: dict[tuple[str, ...], Counter[tuple[str, str, str]]] = {}
    for pair, result in diplotypes:
        if pair is not None:
            results.setdefault(pair, Counter())[result] += 1
    rules, unread = [], []
    for pair, found in sorted(results.items()):
        # two results for the same functions: the result does not depend on functions alone, and a
        # rule would be wrong for some diplotypes
        if len(found) > 1:
            why = f"its diplotypes have {len(found)} results"
            unread.append(Skipped(name, f"{gene}: rule of {' and '.join(pair)}", why))
        else:
            cells = (*pair, "") if len(pair) == 1 else pair
            rules.append(dict(zip(_RULE_COLUMNS, (*cells, *next(iter(found))), strict=True)))
    unknown = sum(pair is None for pair, _ in diplotypes)
    if unknown:
        unread.append(Skipped(name, f"{gene}: {unknown} diplotypes", "an allele has no function"))
    return rules, unread
