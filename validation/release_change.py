"""What the release changes against the one before: pairs of alleles, genomes, thiopurines.

Both releases are asked in the same way. Pairs of named alleles are those of both releases, up to
400 a gene in natural order; a pair's advice is that of guidelines on this gene alone. Genomes are
those of the validation data folder.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement, islice, product
from pathlib import Path

from pgx.engine.annotate import annotate
from pgx.inputs.settings import RunSettings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.phenotypes.translate import PhenotypeTable
from pgx.recommendations.index import GuidanceIndex, guidance_of
from pgx.records.advice import Statement
from pgx.records.calls import PatientResult
from pgx.records.genes import core_allele, natural_key
from validation import definitions
from validation.data import DATA, ROOT
from validation.tables import replaced, table

__all__ = ["BEFORE", "PAGE", "genomes_part", "pairs_part", "parts", "thiopurines_part"]

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
    paths = sorted((DATA / "gvcf").glob("*.g.vcf.gz"))
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
        "facts": definitions.report(definitions.facts(after)),
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
