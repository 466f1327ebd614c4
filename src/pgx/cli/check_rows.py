"""``pgx check`` as rows of text: check results are converted to table cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pgx.engine.check import AlleleCheck, CheckRun, GeneCheck, PositionCheck, Verdict
from pgx.messages.catalogue import ENGLISH
from pgx.reports.content.phrases import function_in_words

__all__ = [
    "gene_rows",
    "legend",
    "position_rows",
    "summary",
]

_NAMED: Final = 4  # alleles of one function that are listed
Row = dict[str, str]

_VERDICTS: Final = {
    "complete": "every defining position is answered",
    "partial": "a call leaves open, or cannot see, what the last column names",
    "none": "no position is answered: not_assessed in results, never normal",
    "outside call needed": "give the result of another method with --outside-calls",
}

_HEADS: Final = {
    "gene": "gene",
    "verdict": "verdict",
    "answered": "answered",
    "record": "record",
    "block": "block",
    "assumed": "assumed",
    "unseen": "what cannot be seen, and why",
    "position": "position",
    "rsid": "rsID",
    "change": "alleles",
    "answer": "answer",
    "gq": "GQ",
    "dp": "DP",
    "needed": "needed for",
}

_TEXTS: Final = {
    "summary": "{genes} in {samples}: {verdicts}",
    "one_gene": "1 gene",
    "genes": "{count} genes",
    "one_sample": "1 sample",
    "samples": "{count} samples",
    "of": "{part} of {total}",
    "verdict_count": "{count} {verdict}",
    "complete_in": "complete in {share}",
    "because": "{reason}: {count}",
    "alleles": "{names} ({function})",
    "more": "{count} more",
    "others": "{count} others ({function})",
    "one_other": "1 other ({function})",
    "copies": "copies and hybrid genes: needs an outside call",
    "structural": "a structural variant over the gene: {count}",
    "required": "a position without which it should not be called: {count}",
    "all": "all {count} alleles",
}


def summary(run: CheckRun) -> str:
    """Return the summary line: the number of genes by verdict."""
    counts = [(v, sum(g.verdict is v for g in run.genes)) for v in Verdict]
    return _TEXTS["summary"].format(
        genes=_counted(len(run.genes), "gene"),
        samples=_counted(len(run.samples), "sample"),
        verdicts=", ".join(
            _TEXTS["verdict_count"].format(count=n, verdict=v.value) for v, n in counts if n
        ),
    )


def legend(run: CheckRun) -> list[tuple[str, str]]:
    """Return the verdicts that occur, with their meanings."""
    return [
        (v.value, _VERDICTS[v.value]) for v in Verdict if any(g.verdict is v for g in run.genes)
    ]


def gene_rows(run: CheckRun) -> list[Row]:
    """Return one row of cells per gene; for several samples, shares of their positions."""
    return [_gene_row(gene) for gene in run.genes]


def position_rows(run: CheckRun) -> list[Row]:
    """Return one row of cells per position; for several samples, the share that is called."""
    return [_position_row(position) for gene in run.genes for position in gene.positions]


def _counted(count: int, what: str) -> str:
    return _TEXTS[f"one_{what}"] if count == 1 else _TEXTS[f"{what}s"].format(count=count)


def _gene_row(gene: GeneCheck) -> Row:
    total = gene.n_positions * gene.n_samples
    one = gene.n_samples == 1
    answered = _TEXTS["of"].format(part=gene.answered, total=total)
    cells = (
        gene.gene,
        _verdict(gene),
        (answered if one else _share(gene.answered, total)) if total else "",
        *(
            (str(count) if one else _share(count, total)) if count else ""
            for count in (gene.record, gene.reference_block, gene.assumed_reference)
        ),
        "\n".join(_unseen(gene)),
    )
    names = ("gene", "verdict", "answered", "record", "block", "assumed", "unseen")
    return {_HEADS[name]: cell for name, cell in zip(names, cells, strict=True)}


def _verdict(gene: GeneCheck) -> str:
    said = gene.verdict.value.replace("call ", "call\n")  # otherwise the widest column
    if gene.verdict is Verdict.PARTIAL and gene.complete:
        share = _share(gene.complete, gene.n_samples)
        return f"{said}\n{_TEXTS['complete_in'].format(share=share)}"
    return said


def _unseen(gene: GeneCheck) -> list[str]:
    """Return the alleles that cannot be detected, and why: clinically different ones by name."""
    if gene.verdict in (Verdict.COMPLETE, Verdict.OUTSIDE):
        return []
    said = [_alleles(gene)] if gene.untold else []
    if gene.copy_number:
        said.append(_TEXTS["copies"])
    if gene.structural_variant:
        said.append(_TEXTS["structural"].format(count=_in(gene.structural_variant, gene.n_samples)))
    if gene.required_missing:
        total = gene.n_samples * gene.n_positions
        said.append(_TEXTS["required"].format(count=_in(gene.required_missing, total)))
    total = gene.n_positions * gene.n_samples
    reasons = [
        _TEXTS["because"].format(
            reason=ENGLISH["reason"].get(reason, reason),
            count=str(count) if gene.n_samples == 1 else _share(count, total),
        )
        for reason, count in gene.unanswered.items()
    ]
    return [*said, *(["; ".join(reasons)] if reasons else [])]


def _alleles(gene: GeneCheck) -> str:
    """List alleles by function, those with altered function first; count the others."""
    always = [a for a in gene.untold if a.untold == gene.n_samples]
    if len(always) >= gene.n_alleles - 1:  # the default allele has no defining site
        return _TEXTS["all"].format(count=gene.n_alleles)
    by_function: dict[str, list[AlleleCheck]] = {}
    for allele in gene.untold:
        by_function.setdefault(function_in_words(allele.function), []).append(allele)
    named = [f for f, found in by_function.items() if found[0].matters]
    shown = named or list(by_function)  # if no function is known, all are listed
    said = [
        _TEXTS["alleles"].format(names=_names(by_function[f], gene.n_samples), function=f)
        for f in shown
    ]
    for function in (f for f in by_function if f not in shown):
        count = len(by_function[function])
        text = _TEXTS["one_other" if count == 1 else "others"]
        said.append(text.format(count=count, function=function))
    return "; ".join(said)


def _names(alleles: Sequence[AlleleCheck], n_samples: int) -> str:
    named = [_allele(a, n_samples) for a in alleles[:_NAMED]]
    more = len(alleles) - len(named)
    return ", ".join([*named, *([_TEXTS["more"].format(count=more)] if more else [])])


def _allele(allele: AlleleCheck, n_samples: int) -> str:
    if allele.untold == n_samples:
        return allele.allele
    return f"{allele.allele} {_share(allele.untold, n_samples)}"


def _in(count: int, total: int) -> str:
    return str(count) if total == 1 else _TEXTS["of"].format(part=count, total=total)


def _position_row(position: PositionCheck) -> Row:
    cells = (
        position.gene,
        position.position,
        position.rsid,
        f"{position.ref}>{','.join(position.alts)}",
        "; ".join(_answers(position)),
        "" if position.lowest_gq is None else str(position.lowest_gq),
        "" if position.lowest_dp is None else str(position.lowest_dp),
        _needed_for(position),
    )
    names = ("gene", "position", "rsid", "change", "answer", "gq", "dp", "needed")
    return {_HEADS[name]: cell for name, cell in zip(names, cells, strict=True)}


def _answers(position: PositionCheck) -> list[str]:
    """Return the sources of the genotypes and the reasons for missing ones, with shares."""
    found = {
        ENGLISH["evidence"]["record"]: position.record,
        ENGLISH["evidence"]["reference_block"]: position.reference_block,
        ENGLISH["evidence"]["assumed_reference"]: position.assumed_reference,
        **{ENGLISH["reason"].get(reason, reason): n for reason, n in position.unanswered.items()},
    }
    if position.n_samples == 1:
        return [what for what, count in found.items() if count]
    total = position.n_samples
    return [f"{what} {_share(n, total)}" if n < total else what for what, n in found.items() if n]


def _needed_for(position: PositionCheck) -> str:
    named = list(position.alleles[:_NAMED])
    more = len(position.alleles) - len(named)
    return ", ".join([*named, *([_TEXTS["more"].format(count=more)] if more else [])])


def _share(part: int, total: int) -> str:
    """Return a share in whole percent; only exact values are shown as 0% or 100%.

    >>> _share(1, 1000), _share(999, 1000), _share(3, 3), _share(1, 3)
    ('<1%', '>99%', '100%', '33%')
    """
    if part in (0, total):
        return f"{100 if part else 0}%"
    percent = 100 * part / total
    if percent < 1:
        return "<1%"
    return ">99%" if percent > 99 else f"{percent:.0f}%"
