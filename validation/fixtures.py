"""The VCF files of PharmCAT's own test suite: read without failure, compared call by call.

``expected_matcher.tsv`` holds what its tests assert, ``fixture_calls.tsv`` what it answered.
The files declare GRCh38 and stand for one sample; flags of those runs (combinations, top
candidate only) change how the second opinion names and lists, not what is right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pgx.base.assemblies import Assembly
from pgx.records.calls import GeneCall
from pgx.records.genes import Strategy
from validation import callers
from validation.data import DATA, genes, read_files, read_table, reference_name
from validation.judging import Diplotype, among_all, diplotype, without_undocumented
from validation.tables import Difference, Score, counts_table, differences_table, score_table

__all__ = ["AGREED", "UNEXPLAINED", "Outcome", "measure", "report"]

SAME = "identical"
AMONG_THEIRS = "ours among theirs"
SAME_VARIANTS = "same variants listed"
BOTH_EMPTY = "both without a call"
MORE = "theirs empty, ours named"
CANDIDATE = "theirs among our candidates"
DIFFERENT = "different"
OURS_EMPTY = "ours without a call"
AGREED = (SAME, AMONG_THEIRS, SAME_VARIANTS, BOTH_EMPTY)
KINDS = (*AGREED, MORE, CANDIDATE, DIFFERENT, OURS_EMPTY)

HALF = "half call (`.|1`): theirs reads or marks it, ours keeps the site open"
UNDOCUMENTED = (
    "allele that no definition names: theirs reads the reference or gives up, ours keeps it"
)
BLOCKS = "several phase blocks: theirs lists whole haplotypes, ours the most serious of each"
COMBINATION = "no definition covers a haplotype: theirs gives up, ours names its parts"
REQUIRED = "a position that the gene requires is missing: theirs gives up, ours lists what fits"
BEST_OF_EQUAL = "unphased, several pairs fit: other choice of the best"
WEIGHED = (
    "a position is missing: theirs leaves its variant out, ours weighs it by haplotype frequencies"
)
UNEXPLAINED = "unexplained"
BEYOND = (UNDOCUMENTED, COMBINATION, REQUIRED, BLOCKS)
"""Causes by which ours says more than theirs: these are no disagreement."""
TABLES = {"asserted": "expected_matcher.tsv", "answered": "fixture_calls.tsv"}


@dataclass(slots=True)
class Outcome:
    """Files that were refused, counts by table and kind, differences by cause and in full."""

    files: int = 0
    refused: list[str] = field(default_factory=list)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    causes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    scores: dict[str, dict[str, Score]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Score))
    )
    differences: dict[str, list[Difference]] = field(default_factory=lambda: defaultdict(list))

    @property
    def unexplained(self) -> list[Difference]:
        """Differences without a known cause."""
        return [d for row in self.differences.values() for d in row if d.reason == UNEXPLAINED]


def folder() -> Path:
    """Return the folder of the fixtures and their tables."""
    return DATA / "second_opinion"


def measure() -> Outcome:
    """Read every fixture and compare with both tables."""
    found = Outcome()
    calls: dict[str, dict[str, GeneCall]] = {}
    for path in sorted((folder() / "fixtures").glob("*.vcf")):
        found.files += 1
        seen = read_files([path], assembly=Assembly.GRCH38)
        found.refused += [str(error) for error in seen.read.refused]
        if not seen.read.refused:
            calls[path.name] = {
                gene: callers.call(seen.genotypes[gene], 0, with_sites=True) for gene in genes()
            }
    for kind, name in TABLES.items():
        for row in read_table(folder() / name):
            call = calls.get(row["fixture"], {}).get(row["gene"])
            if call is not None:
                _count(found, kind, call, row)
    return found


def _count(found: Outcome, run: str, call: GeneCall, row: Mapping[str, str]) -> None:
    answers = _answers(row)
    # a name without a slash is an answer only where there is one haplotype, as on a male X
    theirs = {diplotype(name) for name in answers if "/" in name or _one_haplotype(call)}
    listed = set(answers if "expected" in row else _split(row["lowest_function_haplotypes"]))
    kind = _kind(call, theirs, listed - {reference_name(call.gene)})
    found.counts[run][kind] += 1
    cause = "" if kind in AGREED else _cause(call, kind, theirs)
    beyond, empty = cause in BEYOND, kind == OURS_EMPTY
    found.scores[run][call.gene] += Score(
        concordant=int(not cause),
        discordant=int(bool(cause) and not beyond and not empty),
        no_call=int(empty),
        beyond=int(beyond),
    )
    if cause:
        found.causes[run, cause, call.gene] += 1
        item = Difference(
            call.gene,
            row["fixture"],
            "; ".join(answers) or "no call",
            call.diplotype or call.status.value,
            cause,
        )
        found.differences[run].append(item)


def _answers(row: Mapping[str, str]) -> list[str]:
    """Return the names of one row; ``Unknown/Unknown`` is no name."""
    names = _split(row["expected"] if "expected" in row else row["diplotypes"])
    return [name for name in names if name != "Unknown/Unknown"]


def _split(text: str) -> list[str]:
    return [part for part in text.split(";") if part]


def _one_haplotype(call: GeneCall) -> bool:
    return call.diplotype is not None and len(diplotype(call.diplotype)) == 1


def _kind(call: GeneCall, theirs: set[Diplotype], listed: set[str]) -> str:
    if call.diplotype is None:
        return OURS_EMPTY if theirs or listed else BOTH_EMPTY
    if not theirs:
        return SAME_VARIANTS if listed and listed == {*call.findings} else MORE
    ours = {diplotype(candidate.diplotype) for candidate in call.candidates}
    best = {diplotype(call.diplotype), _bare(call)}
    if best & theirs:
        return SAME if len(theirs) == 1 else AMONG_THEIRS
    if ours & theirs or any(among_all(call, answer) for answer in theirs):
        return CANDIDATE
    return DIFFERENT


def _bare(call: GeneCall) -> Diplotype:
    """Return the best diplotype with ``[*1 + g.…]`` written as ``g.…``, as theirs does."""
    reference = reference_name(call.gene)
    haplotypes = []
    for parts in diplotype(call.diplotype or ""):
        bare = tuple(part for part in parts if part != reference)
        haplotypes.append(bare if any(part.startswith("g.") for part in parts) else parts)
    return tuple(sorted(haplotypes))


def _cause(call: GeneCall, kind: str, theirs: set[Diplotype]) -> str:
    if any("." in site.alleles and {*site.alleles} != {"."} for site in call.sites):
        return HALF
    if call.undocumented and (not theirs or theirs & _as_reference(call)):
        return UNDOCUMENTED
    if genes()[call.gene].strategy is Strategy.VARIANT_LIST and call.phased == "partial":
        return BLOCKS
    if kind == MORE and "required_position_missing" in call.notes:
        return REQUIRED
    if kind == MORE and "combination_or_partial" in call.notes:
        return COMBINATION
    if kind == CANDIDATE and call.phased != "true":
        return BEST_OF_EQUAL
    if kind in (CANDIDATE, DIFFERENT) and call.n_missing and "rests_on_prior" in call.notes:
        return WEIGHED
    return UNEXPLAINED


def _as_reference(call: GeneCall) -> set[Diplotype]:
    reference = reference_name(call.gene)
    names = [candidate.diplotype for candidate in call.candidates]
    return {without_undocumented(name, reference, call.undocumented) for name in names}


def report(found: Outcome) -> str:
    """Return the tables."""
    parts = [f"Fixtures: {found.files}; refused: {len(found.refused)}.", *found.refused]
    parts.append(counts_table("table", KINDS, found.counts, total=False))
    for run in TABLES:
        parts += [
            f"Table `{run}`:",
            score_table(found.scores[run], beyond="ours says more"),
            f"Every difference from `{run}`:",
            differences_table(found.differences[run]),
        ]
    return "\n\n".join(parts)
