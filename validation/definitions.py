"""Every definition, function and rule of the newest source files, held against the release.

Files are read here anew, without the importer. For each gene of the newest folder the release has
to have the same alleles with the same cells, each allele the function and activity value of the
source, and each pair of functions the phenotype of the source.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition
from validation.data import DATA
from validation.tables import table

__all__ = ["FOLDER", "Fact", "facts", "report"]

FOLDER = "2026-07"
TANDEM = " + "
KINDS = ("definition", "function", "without a function", "rule")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a source file, and what the release has for it."""

    gene: str
    kind: str
    what: str
    theirs: str
    ours: str

    @property
    def agrees(self) -> bool:
        """Whether the release says what the source says."""
        return self.theirs == self.ours


def facts(knowledge: KnowledgeBase | None = None) -> list[Fact]:
    """Return every fact of the newest folder that the release has to have."""
    base = knowledge or KnowledgeBase()
    folder = DATA / "reference" / FOLDER
    found: list[Fact] = []
    for path in sorted((folder / "alleles").glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        found += _definitions(base.genes[document["gene"]], document)
    for path in sorted((folder / "phenotypes").glob("*.functions.tsv")):
        gene = base.genes[path.name.split(".")[0].replace("_", "-")]
        rows = _rows(path)
        found += _functions(gene, rows)
        found += _without(gene, {row["allele"] for row in rows})
        found += _rules(gene, _rows(path.with_name(path.name.replace("functions", "rules"))))
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _definitions(gene: GeneDefinition, document: Mapping[str, Any]) -> Iterator[Fact]:
    ours: dict[str, set[str]] = {}
    for allele in gene.alleles:
        cells = "" if allele.is_reference else _cells(allele.defining)
        ours.setdefault(allele.name, set()).add(cells)
    reference = {v["position"]: v["ref"] for v in document["variants"]}
    for allele in document["alleles"]:
        name, cells = allele["name"], {} if allele["reference"] else allele["defining"]
        written = {int(p): text.split(" or ") for p, text in cells.items()}
        if all(len(choices) == 1 for choices in written.values()):
            theirs = _cells({p: choices[0] for p, choices in written.items()})
            yield Fact(gene.gene, "definition", name, theirs, ";".join(ours.get(name, {"none"})))
            continue
        # One allele with two sequences in a cell: two suballeles.
        for number in range(max(len(choices) for choices in written.values())):
            chosen = {p: choices[min(number, len(choices) - 1)] for p, choices in written.items()}
            needed = {p: text for p, text in chosen.items() if reference[p] != text}
            own = ";".join(ours.get(f"{name}.{number + 1:03}", {"none"}))
            yield Fact(gene.gene, "definition", f"{name} ({number + 1})", _cells(needed), own)


def _cells(defining: Mapping[int | str, str]) -> str:
    return ",".join(f"{p}={defining[p]}" for p in sorted(defining, key=int))


def _functions(gene: GeneDefinition, rows: list[dict[str, str]]) -> Iterator[Fact]:
    scored = any(row["activity_value"] for row in rows)
    ours: dict[str, set[str]] = {}
    for allele in gene.alleles:
        said = f"{allele.function or ''} {allele.activity_value or ''}".strip()
        for name in {allele.name, allele.name.partition(".")[0]}:
            if name == allele.name or allele.name.partition(".")[2].isdigit():
                ours.setdefault(name, set()).add(said)
    for row in rows:
        if TANDEM in row["allele"]:
            continue  # a whole chromosome, not an allele
        value = row["activity_value"]
        if scored and not value and row["function"] == "No function":
            theirs = "0.0 0.0"  # the word where its neighbours have a value
        else:
            theirs = f"{row['function']} {value}".strip()
        name = row["allele"].replace("/", ", ")
        yield Fact(gene.gene, "function", name, theirs, ";".join(sorted(ours.get(name, {"none"}))))


def _without(gene: GeneDefinition, known: set[str]) -> Iterator[Fact]:
    """Yield alleles without a row of functions: the release must not know one either."""
    for allele in gene.alleles:
        names = {allele.name, allele.name.partition(".")[0], allele.name.replace(", ", "/")}
        if not names & known:
            yield Fact(gene.gene, "without a function", allele.name, "", allele.function or "")


def _rules(gene: GeneDefinition, rows: list[dict[str, str]]) -> Iterator[Fact]:
    ours = {
        frozenset((rule.function_1, rule.function_2)): (
            f"{rule.activity_score} {rule.phenotype} {rule.lookup_key}"
        )
        for rule in gene.rules
    }
    for row in rows:
        pair = (row["function_1"], row["function_2"])
        theirs = f"{row['activity_score']} {row['phenotype']} {row['lookup_key']}"
        yield Fact(gene.gene, "rule", " and ".join(pair), theirs, ours.get(frozenset(pair), "none"))


def report(found: list[Fact]) -> str:
    """Return how many facts of each kind the release has, by gene, and those it has not."""
    rows = []
    for gene in sorted({fact.gene for fact in found}):
        own = [fact for fact in found if fact.gene == gene]
        cells = []
        for kind in KINDS:
            of_kind = [fact for fact in own if fact.kind == kind]
            cells.append(f"{sum(f.agrees for f in of_kind)} of {len(of_kind)}")
        rows.append([gene, *cells])
    wrong = [[f.gene, f.kind, f.what, f.theirs, f.ours] for f in found if not f.agrees]
    text = table(["gene", *(f"{kind}s" if "a" not in kind else kind for kind in KINDS)], rows)
    if wrong:
        text += "\n\n" + table(["gene", "kind", "of", "source", "release"], wrong)
    agreed = sum(f.agrees for f in found)
    return f"{agreed:,} of {len(found):,} facts agree.\n\n{text}\n"
