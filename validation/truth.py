"""Reference genomes (30x gVCF) against their published diplotypes, each difference explained.

Two readings of the truth, see `validation.published`. The best diplotype counts whatever the
status. Compared are the diplotype by name, the pair of allele functions, and for DPYD and NAT2
what the panels typed: copies of variants, acetylator status. CYP2D6 diplotypes with more or
fewer than two copies are scored apart: small variants cannot show them.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgx.genotypes.matrix import GeneGenotypes
from pgx.records.calls import CallStatus, GeneCall
from validation import callers
from validation.data import gvcf_files, read_files
from validation.evidence import (
    all_core_answered,
    copies_at,
    copies_seen,
    excluding_sites,
    functions_of,
    has_functions,
    names_defined,
    site_text,
    sites_below_limits,
)
from validation.judging import among_all, haplotype
from validation.published import (
    Known,
    Pair,
    Reading,
    collapsed,
    dpyd_variants,
    is_structural,
    ordered,
    pairs,
    published,
    published_alleles,
    rules,
)
from validation.tables import (
    Difference,
    Score,
    counted,
    differences_table,
    score_table,
    share,
    table,
)

__all__ = [
    "Verdict",
    "differences",
    "judge",
    "measure",
    "measured",
    "report",
    "scores",
]

NO_COPIES = "copy_number_not_assessed"
SAID = "copy number cannot be seen, and the call says so"
NOT_SAID = "copy number cannot be seen, and nothing says so"
RANKED = "the published diplotype fits and is ranked lower"
MORE = "one name a haplotype was published, the reads show more variants"
NO_CALL = "no call"
NOT_TOLD = "; no published allele of the gene has a variant there"
UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One genome and gene under one reading.

    ``same`` by name; ``collapsed`` once what the panels could not tell apart is one;
    ``function`` None where the gene has no functions or the published names have none;
    ``complete`` says whether every position that defines a core allele has data; ``told``
    whether the panels could tell ours from what they published.
    """

    gene: str
    sample: str
    reading: Reading
    text: str
    ours: str
    status: CallStatus
    same: bool
    collapsed: bool
    function: bool | None
    complete: bool
    told: bool = True
    structural: bool = False
    usable: bool = True
    reason: str = ""

    @property
    def called(self) -> bool:
        """Whether the call is made without reservation."""
        return self.status is CallStatus.CALLED

    @property
    def right(self) -> bool:
        """Same diplotype, as far as the panels could tell."""
        return self.same or self.collapsed


def measure(limit: int = 0) -> list[Verdict]:
    """Call the reference genomes and judge every published gene under both readings."""
    known = published()
    return [
        judge(call, genotypes, known[call.sample, call.gene], reading)
        for path in gvcf_files()[: limit or None]
        for call, genotypes in _calls(path)
        if (call.sample, call.gene) in known
        for reading in Reading
    ]


def _told(genotypes: GeneGenotypes, wanted: frozenset[Pair]) -> bool:
    """Say whether the panels typed a site by which the reads exclude what is published.

    A panel that typed a site names an allele by it in some cell line.
    """
    gene = genotypes.gene
    sites = excluding_sites(genotypes, wanted)
    named = published_alleles(gene.gene)
    typed = {p for a in gene.alleles if a.name in named for p in a.defining}
    return not sites or any(gene.variants[site].position in typed for site in sites)


def _calls(path: Path) -> Iterator[tuple[GeneCall, GeneGenotypes]]:
    seen = read_files([path])
    if seen.read.refused:
        raise seen.read.refused[0]
    for gene, genotypes in seen.genotypes.items():
        copies = seen.read.copies_of(gene, genotypes.samples[0])
        yield callers.call(genotypes, 0, copies=copies), genotypes


def judge(call: GeneCall, genotypes: GeneGenotypes, known: Known, reading: Reading) -> Verdict:
    """Hold one call against one reading of what is published."""
    text = known.text(reading)
    verdict = functools.partial(
        Verdict,
        gene=call.gene,
        sample=call.sample,
        reading=reading,
        text=text,
        ours=call.diplotype or call.status.value,
        status=call.status,
        complete=all_core_answered(genotypes),
    )
    structural = is_structural(call.gene, text)
    wanted = pairs(call.gene, text)
    if not wanted and not structural:
        return verdict(same=False, collapsed=False, function=None, usable=False)
    same, close, function, reason = _COMPARE.get(call.gene, _by_name)(
        call, genotypes, known, reading
    )
    told = same or close or _told(genotypes, wanted)
    if structural and not same:
        reason = SAID if NO_COPIES in call.notes else NOT_SAID
    elif not told:
        reason += NOT_TOLD
    return verdict(
        same=same,
        collapsed=close,
        function=function,
        told=told,
        structural=structural,
        reason="" if same or close else reason,
    )


_Compared = tuple[bool, bool, bool | None, str]


def _by_name(call: GeneCall, genotypes: GeneGenotypes, known: Known, reading: Reading) -> _Compared:
    gene, text = call.gene, known.text(reading)
    wanted = pairs(gene, text)
    best = _pair(call.diplotype)
    same = best in wanted
    ours = frozenset([best]) if best else frozenset[Pair]()
    # what a panel could not type is no error of either side
    close = bool(collapsed(gene, wanted) & collapsed(gene, ours)) or _same_typed(gene, wanted, best)
    reason = "" if same or close else _reason(call, genotypes, wanted, known)
    return same, close, _same_function(call, wanted | collapsed(gene, wanted)), reason


def _same_typed(gene: str, wanted: frozenset[Pair], best: Pair | None) -> bool:
    """Compare what all panels of a gene typed: copies of a variant at one site."""
    for rsid in rules(gene, "typed"):
        ours = copies_at(gene, best, rsid) if best else None
        return ours is not None and ours in {copies_at(gene, pair, rsid) for pair in wanted}
    return False


def _pair(name: str | None) -> Pair | None:
    """Return a called diplotype as a pair; None for one haplotype or no call."""
    if not name or "[" in name:
        return None
    parts = name.split("/")
    return ordered(parts[0], parts[1]) if len(parts) == 2 else None


def _same_function(call: GeneCall, wanted: frozenset[Pair]) -> bool | None:
    """Compare the functions of the best with those of any published diplotype."""
    if not has_functions(call.gene):
        return None
    possible = [functions_of(call.gene, pair) for pair in wanted]
    known = [pair for pair in possible if pair is not None]
    if not known:
        return None
    ours = tuple(sorted(h.function or "" for h in call.haplotypes))
    return ours in known


def _reason(call: GeneCall, genotypes: GeneGenotypes, wanted: frozenset[Pair], known: Known) -> str:
    if call.diplotype is None:
        return NO_CALL
    sites = [site_text(genotypes, site) for site in excluding_sites(genotypes, wanted)]
    agrees = [t for t in known.texts if _pair(call.diplotype) in pairs(call.gene, t)]
    elsewhere = f"; published elsewhere as {agrees[-1]}" if agrees else ""
    if sites:
        return f"the reads show {', '.join(sites)}{elsewhere}"
    unknown = sorted({a for pair in wanted for a in pair} - names_defined(call.gene))
    if unknown:
        return f"the knowledge base has no {', '.join(unknown)}{elsewhere}"
    close = {*wanted, *collapsed(call.gene, wanted)}
    if any(among_all(call, tuple(sorted((haplotype(a), haplotype(b))))) for a, b in close):
        return RANKED + elsewhere
    best = _pair(call.diplotype)
    weak = {
        genotypes.gene.variants[site].rsid
        for pair in wanted
        for site in (sites_below_limits(genotypes, pair, best) if best else ())
    }
    if weak:
        return f"few reads show another allele at {', '.join(sorted(weak))}{elsewhere}"
    return (elsewhere.removeprefix("; ")) or UNEXPLAINED


def _nat2(call: GeneCall, genotypes: GeneGenotypes, known: Known, reading: Reading) -> _Compared:
    """Compare acetylator status, the pair of functions: the names were revised since."""
    wanted = _acetylators(pairs(call.gene, known.text(reading)))
    # NAT2 names were revised after the panels; acetylator status has kept its meaning
    functions = [h.function for h in call.haplotypes]
    ours = ordered(*("slow" if f == "Decreased function" else "rapid" for f in functions[:2]))
    same = ours in wanted
    reason = "" if same else _reason(call, genotypes, frozenset(), known)
    return same, same, same, reason


def _acetylators(found: frozenset[Pair]) -> set[Pair]:
    known = rules("NAT2", "acetylator")
    return {ordered(known[a], known[b]) for a, b in found if a in known and b in known}


def _dpyd(call: GeneCall, genotypes: GeneGenotypes, known: Known, reading: Reading) -> _Compared:
    """Compare copies of the variants that one of the publications names."""
    answers = dpyd_variants(known.text(reading))
    typed = {name for text in known.texts for copies in dpyd_variants(text) for name in copies}
    seen = {name: n for name, n in copies_seen(genotypes).items() if name in typed}
    together = {name: max(a.get(name, 0) for a in answers) for a in answers for name in a}
    # unphased, every choice of two variants may be printed: `9/5;9/4;5/4` are all three
    same = seen in answers or (len(answers) > 1 and seen == together)
    reason = UNEXPLAINED
    others = [copies for text in known.texts for copies in dpyd_variants(text)]
    if any(all(seen.get(name, 0) >= n for name, n in copies.items()) for copies in answers):
        reason = MORE
    if seen in others:
        reason += f": {', '.join(seen)}; so published elsewhere"
    elif reason == MORE:
        reason += f": {', '.join(seen)}"
    wanted = frozenset(_haplotypes(copies) for copies in answers if sum(copies.values()) <= 2)
    return same, same, _same_function(call, wanted), "" if same else reason


def _haplotypes(copies: dict[str, int]) -> Pair:
    """Return two haplotypes with one variant each, the reference where there is none."""
    names = [name for name, n in copies.items() for _ in range(n)]
    first, second = [*names, *[rules("DPYD", "variant")["*1"]] * 2][:2]
    return ordered(first, second)


_COMPARE = {"NAT2": _nat2, "DPYD": _dpyd}


STRUCTURAL = "CYP2D6, other than two copies"


def measured() -> str:
    """Measure and return the tables."""
    return report(measure())


def report(found: Sequence[Verdict]) -> str:
    """Return the tables of both readings."""
    parts = [f"Genomes: {len({v.sample for v in found})}."]
    for reading in Reading:
        mine = [v for v in found if v.reading is reading]
        parts += [f"### {reading.value.capitalize()}", *_reading(mine)]
    return "\n\n".join(parts)


def _reading(found: Sequence[Verdict]) -> list[str]:
    usable = [v for v in found if v.usable]
    seen = [v for v in usable if not v.structural]
    return [
        "Best diplotype, whatever the status, once panels' limits are allowed for:",
        score_table(scores(usable), total="all"),
        "By name, by function, and how many are `called`:",
        _shares(seen),
        _called(seen),
        "Published without a diplotype that can be compared:",
        _unusable(found),
        "Every discordant genome:",
        differences_table(differences(usable), wanted="published"),
    ]


def _group(verdict: Verdict) -> str:
    return STRUCTURAL if verdict.structural else verdict.gene


def scores(found: Sequence[Verdict]) -> dict[str, Score]:
    """Count by gene; structural diplotypes are a row of their own."""
    counts: dict[str, Score] = defaultdict(Score)
    for v in found:
        none = v.ours in ("no_call", "not_assessed")
        counts[_group(v)] += Score(int(v.right), int(not v.right and not none), int(none))
    return dict(counts)


def differences(found: Sequence[Verdict]) -> list[Difference]:
    """Return what is not right, with the reason and the status."""
    return [
        Difference(v.gene, v.sample, v.text, f"{v.ours} ({v.status.value})", v.reason)
        for v in found
        if not v.right
    ]


def _by_gene(found: Sequence[Verdict]) -> Mapping[str, list[Verdict]]:
    groups: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in found:
        groups[verdict.gene].append(verdict)
    return {**{gene: groups[gene] for gene in sorted(groups)}, "all": list(found)}


def _shares(found: Sequence[Verdict]) -> str:
    rows = []
    for gene, group in _by_gene(found).items():
        judged = [v for v in group if v.function is not None]
        told = [v for v in group if v.told]
        complete = [v for v in group if v.complete]
        n = len(group)
        rows.append(
            [
                gene,
                n,
                counted(sum(v.same for v in group), n),
                sum(v.collapsed and not v.same for v in group),
                counted(sum(v.right for v in told), len(told)),
                f"{counted(sum(bool(v.function) for v in judged), len(judged))} of {len(judged)}",
                _functions_told(judged),
                counted(sum(v.called for v in group), n),
                f"{counted(sum(v.called for v in complete), len(complete))} of {len(complete)}",
            ]
        )
    header = [
        "gene",
        "n",
        "same diplotype",
        "more once collapsed",
        "same where panels could tell",
        "same functions",
        "same functions where panels could tell",
        "called",
        "called where all core positions have data",
    ]
    return table(header, rows)


def _functions_told(judged: Sequence[Verdict]) -> str:
    """Return the share with the same functions where the panels could tell the names apart."""
    told = [v for v in judged if v.told and (v.same or not v.collapsed)]
    return f"{counted(sum(bool(v.function) for v in told), len(told))} of {len(told)}"


def _called(found: Sequence[Verdict]) -> str:
    called = [v for v in found if v.called]
    wrong = [v for v in called if not v.right]
    return (
        f"Called and other than published: {len(wrong)} of {len(called)}"
        f" ({share(len(wrong), len(called))}); best right, called or not:"
        f" {share(sum(v.right for v in found), len(found))}."
    )


def _unusable(found: Sequence[Verdict]) -> str:
    rows = [[v.gene, v.sample, v.text, v.ours] for v in found if not v.usable]
    if not rows:
        return "None: every published row could be compared."
    return table(["gene", "genome", "published", "ours"], rows)


def unsaid(found: Sequence[Verdict]) -> list[Verdict]:
    """Return structural diplotypes of which the call does not say that it cannot see them."""
    return [v for v in found if v.structural and not v.right and v.reason != SAID]
