"""What the release changes against the one before: pairs of alleles, genomes, thiopurines.

Both releases are asked in the same way. Pairs of named alleles are those of both releases, up to
400 a gene in natural order; a pair's advice is that of guidelines on this gene alone. Genomes are
those of the validation data folder.

`facts` compares the release with every definition, function and rule of the newest source files,
which are read here anew, without the importer: for each gene of the newest folder the release must
have the same alleles with the same cells, each allele the function and activity value of the
source, and each pair of functions the phenotype of the source.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement, islice, product
from pathlib import Path
from typing import Any

from pgx.engine.annotate import annotate
from pgx.inputs.settings import RunSettings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.phenotypes import PhenotypeTable
from pgx.recommendations.index import GuidanceIndex, guidance_of
from pgx.records.advice import Statement
from pgx.records.calls import PatientResult
from pgx.records.genes import GeneDefinition, core_allele, natural_key
from validation.data import DATA, ROOT, gvcf_files
from validation.tables import replaced, table

__all__ = [
    "BEFORE",
    "FOLDER",
    "PAGE",
    "Fact",
    "facts",
    "genomes_part",
    "pairs_part",
    "parts",
    "report",
    "thiopurines_part",
]

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
        rows = _source_rows(path)
        found += _functions(gene, rows)
        found += _without(gene, {row["allele"] for row in rows})
        found += _rules(gene, _source_rows(path.with_name(path.name.replace("functions", "rules"))))
    return found


def _source_rows(path: Path) -> list[dict[str, str]]:
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


PAGE = ROOT / "docs" / "release-2026-12.md"
BEFORE = ROOT / "data" / "releases" / "2026.11.1"
MOST_PAIRS = 400
THIOPURINES = ("azathioprine", "mercaptopurine", "thioguanine")
PHENOTYPES = (
    "Normal Metabolizer", "Intermediate Metabolizer", "Possible Intermediate Metabolizer",
    "Poor Metabolizer", "Indeterminate", "No Result",
)  # fmt: skip
SHARES = re.compile(r"(\d+)%?-(\d+)% of standard starting dose")


def pairs_part(before: KnowledgeBase, after: KnowledgeBase) -> str:
    """Return, by gene, how many pairs get another result or other advice, and which."""
    rows = []
    moved: Counter[tuple[str, str, str]] = Counter()
    advised: Counter[tuple[str, str, str, str]] = Counter()
    old, new = guidance_of(before), guidance_of(after)
    for gene in sorted(before.genes.keys() & after.genes.keys()):
        pairs = list(islice(_pairs(before, after, gene), MOST_PAIRS))
        if not pairs:
            continue
        changed = other_advice = 0
        for pair in pairs:
            one, other = _key(before, gene, pair), _key(after, gene, pair)
            if one != other:
                changed += 1
                moved[gene, one, other] += 1
            said = [_said(index, gene, pair, key) for index, key in ((old, one), (new, other))]
            differs = {
                k for k in said[0].keys() | said[1].keys() if said[0].get(k) != said[1].get(k)
            }
            other_advice += bool(differs)
            for drug in differs:
                was, now = (_short(s.get(drug)) for s in said)
                if was != now:
                    advised[f"{drug[0]} {drug[1]}", gene, was, now] += 1
        rows.append([gene, len(pairs), changed, other_advice])
    text = table(["gene", "pairs", "other result", "other advice"], rows)
    text += "\n\n" + table(
        ["gene", "result before", "result now", "pairs"],
        [[*key, count] for key, count in sorted(moved.items())],
    )
    return (
        text
        + "\n\n"
        + table(
            ["source and drug", "gene", "before", "now", "pairs"],
            [[*key, count] for key, count in sorted(advised.items(), key=_by_name)],
        )
    )


def _by_name(item: tuple[tuple[str, str, str, str], int]) -> tuple[str, ...]:
    return tuple(part.casefold() for part in item[0])


def _pairs(before: KnowledgeBase, after: KnowledgeBase, gene: str) -> Iterator[tuple[str, str]]:
    """Yield pairs of alleles that both releases name, in natural order."""
    named = [
        {core_allele(a.name) for a in kb.genes[gene].alleles if a.is_reference or a.defining}
        for kb in (before, after)
    ]
    return combinations_with_replacement(sorted(named[0] & named[1], key=natural_key), 2)


def _key(kb: KnowledgeBase, gene: str, pair: tuple[str, str]) -> str:
    definition = kb.genes[gene]
    functions = {core_allele(a.name): a.function for a in definition.alleles}
    translated = PhenotypeTable(definition).translate(
        *(functions[name] for name in pair), "/".join(pair)
    )
    return translated.lookup_key or ""


def _said(
    index: GuidanceIndex, gene: str, pair: tuple[str, str], key: str
) -> dict[tuple[str, str, str], tuple[object, ...]]:
    found = {}
    for topic in index.topics:
        if topic.genes != (gene,):
            continue
        for population in topic.statements:
            statement = topic.find(population, (f"diplotype {'/'.join(pair)}",))
            # a statement on the diplotype outranks the one on its phenotype, as in a result
            statement = statement or topic.find(population, (key,))
            drug = (topic.drug.authority, topic.drug.drug, population)
            found[drug] = statement.advice[:4] if statement else ()
    return found


def _short(advice: tuple[object, ...] | None) -> str:
    """Return the actions of advice and its share of the dose."""
    if not advice:
        return "none"
    actions, _, _, low = advice
    share = f" {low:g}" if isinstance(low, float) else ""
    return ", ".join(actions if isinstance(actions, tuple) else ()) + share


def thiopurines_part(after: KnowledgeBase) -> str:
    """Return all pairs of phenotypes: what the source's text says, and what the release says."""
    source = _thiopurine_rows()
    topics = {
        (t.drug.authority, t.drug.drug): t
        for t in guidance_of(after).topics
        if set(t.genes) == {"TPMT", "NUDT15"} and t.drug.authority == "CPIC"
    }
    rows, same = [], 0
    for drug, tpmt, nudt15 in product(THIOPURINES, PHENOTYPES, PHENOTYPES):
        theirs = source.get((drug, tpmt, nudt15))
        if theirs is None:
            continue
        topic = topics["CPIC", drug]
        keys = {"TPMT": tpmt, "NUDT15": nudt15}
        statement = topic.find("general", tuple(keys[gene] for gene in topic.genes))
        ours = _thiopurine_facts(statement)
        same += theirs == ours
        rows.append([drug, tpmt, nudt15, *theirs, *ours])
    header = ["drug", "TPMT", "NUDT15", "source", "its strength", "release", "its strength"]
    return f"{same} of {len(rows)} agree.\n\n" + table(header, rows)


def _thiopurine_rows() -> dict[tuple[str, str, str], tuple[str, str]]:
    """Return what the texts say, found by their own words and figures."""
    found = {}
    folder = DATA / "reference" / "2026-07" / "guidance"
    for path in sorted(folder.glob("changed_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["source"] != "CPIC":
                continue
            facts = (_in_words(row["text"]), row["classification"] or "")
            for drug, keys in product(row["drugs"], row["lookup_keys"]):
                if drug in THIOPURINES:
                    found[drug, keys["TPMT"], keys["NUDT15"]] = facts
    return found


def _in_words(text: str) -> str:
    share = SHARES.search(text.replace(" ", " "))
    if share:
        return f"{share[1]}–{share[2]}% of the start"
    if "by 10-fold" in text:
        ending = ", else another drug" if "alternative" in text else ""
        return f"10-fold lower start, 3 days a week{ending}"
    if "alternative nonthiopurine" in text:
        return "another drug"
    return "test TPMT activity, monitor" if "Neither" in text else "standard start"


def _thiopurine_facts(statement: Statement | None) -> tuple[str, str]:
    if statement is None:
        return "none", ""
    low, high = statement.dose_factor_min, statement.dose_factor_max
    if statement.dose_as == "to_percent" and low is not None and high is not None:
        said = f"{low * 100:g}–{high * 100:g}% of the start"
    elif statement.dose_as == "fold_lower":
        ending = ", else another drug" if "alternative" in statement.action else ""
        said = f"10-fold lower start, {statement.frequency}{ending}"
    elif statement.action == ("alternative",):
        said = "another drug"
    elif statement.action[0] == "test_first":
        said = "test TPMT activity, monitor"
    else:
        said = "standard start"
    return said, statement.classification


def genomes_part(before: KnowledgeBase, after: KnowledgeBase) -> str:
    """Return what changes in calls and in rows of advice of the genomes."""
    paths = gvcf_files()
    old, new = ({r.sample: r for r in _results(paths, kb)} for kb in (before, after))
    calls, advice = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    rows = {sample: _rows(new[sample]) for sample in new}
    for sample, result in old.items():
        now = {c.gene: c for c in new[sample].calls}
        for call in result.calls:
            other = now[call.gene]
            if (call.diplotype, call.phenotype) != (other.diplotype, other.phenotype):
                calls[
                    call.gene,
                    f"{call.diplotype} {call.phenotype or ''}".strip(),
                    f"{other.diplotype} {other.phenotype or ''}".strip(),
                ] += 1
        for key, was in _rows(result).items():
            current = rows[sample].get(key, "none")
            if was != current:
                advice[f"{key[0]} {key[1]}", was, current] += 1
    added = sum(len(rows[s].keys() - _rows(old[s]).keys()) for s in rows)
    text = f"{len(paths)} genomes, {added} rows of advice that none was there for before.\n\n"
    text += table(["gene", "before", "now", "genomes"], [[*k, n] for k, n in sorted(calls.items())])
    header = ["source and drug", "before", "now", "rows"]
    return text + "\n\n" + table(header, [[*k, n] for k, n in sorted(advice.items())])


def _results(paths: list[Path], kb: KnowledgeBase) -> Iterator[PatientResult]:
    for path in paths:
        yield from annotate([path], RunSettings(), knowledge=kb).results()


def _rows(result: PatientResult) -> Mapping[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for row in result.recommendations:
        key = (row.source, row.drug, row.guideline_id, row.population, ";".join(row.genes))
        factors = {f for f in (row.dose_factor_min, row.dose_factor_max) if f is not None}
        share = "–".join(f"{factor:g}" for factor in sorted(factors))
        found[key] = f"{', '.join(row.action)} {share}".strip()
    return found


def parts() -> dict[str, str]:
    """Return the measured parts of the page by name."""
    before, after = KnowledgeBase(BEFORE), KnowledgeBase()
    return {
        "facts": report(facts(after)),
        "thiopurines": thiopurines_part(after),
        "genomes": genomes_part(before, after),
        "pairs": pairs_part(before, after),
    }


def main() -> int:
    """Write the parts into the page."""
    text = PAGE.read_text(encoding="utf-8")
    for name, part in parts().items():
        text = replaced(text, name, part.strip())
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
