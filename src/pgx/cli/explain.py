"""``pgx explain``: the evidence of one call in a saved result."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pgx.base.texts import did_you_mean
from pgx.cli.console import print_table, say, width
from pgx.cli.options import Quiet, Release, run_app, single
from pgx.errors import UnknownGeneError, printable

if TYPE_CHECKING:
    from pgx.knowledge.snapshot import KnowledgeBase
    from pgx.records.calls import GeneCall, PatientResult
    from pgx.reports.explain_text import Section

__all__ = ["explain", "run"]

JsonLines = Annotated[bool, typer.Option("--json-lines", help="one JSON object")]
AllPositions = Annotated[bool, typer.Option("--all", help="include reference positions")]


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(explain, "explain"), words, "pgx explain")


def explain(
    result: Annotated[
        Path, typer.Argument(metavar="RESULT.json", help="SAMPLE.pgx.json of pgx annotate")
    ],
    gene: Annotated[str, typer.Option(help="gene to explain")],
    everything: AllPositions = False,  # noqa: FBT002
    json_lines: JsonLines = False,  # noqa: FBT002
    kb: Release = None,
    quiet: Quiet = False,  # noqa: FBT002
) -> int:
    """Show the evidence for a call and against the alternative diplotypes.

    Examples:
      pgx explain results/S1.pgx.json --gene CYP2C19

      pgx explain results/S1.pgx.json --gene CYP2C19 --all

      pgx explain results/S1.pgx.json --gene CYP2C19 --json-lines
    """
    from pgx.inputs.release import release_at
    from pgx.reports.result_json import read_result

    saved = read_result(result)
    call = _call_of(saved, gene)
    knowledge = release_at(kb)
    if not quiet:
        _compare_releases(saved, knowledge, computed=call.evidence is None and bool(call.sites))
    call = _with_evidence(call, knowledge)
    (_print_object if json_lines else _print_text)(saved, call, everything=everything)
    return 0


def _call_of(saved: PatientResult, gene: str) -> GeneCall:
    for call in saved.calls:
        if call.gene == gene:
            return call
    raise UnknownGeneError(
        f"the result has no call of {gene!r}",
        remedy=did_you_mean(
            gene, (c.gene for c in saved.calls), "name a gene of column gene in calls.tsv"
        ),
    )


def _compare_releases(saved: PatientResult, knowledge: KnowledgeBase, *, computed: bool) -> None:
    made = saved.provenance
    if made.knowledge_digest == knowledge.manifest.digest:
        return
    whose = "the installed" if computed else "the result's"
    say(
        f"hint: the result was made with knowledge base {made.knowledge_release}, installed is"
        f" {knowledge.release}; the evidence is that of {whose} release"
    )


def _with_evidence(call: GeneCall, knowledge: KnowledgeBase) -> GeneCall:
    """Add the evidence to a call saved without it."""
    if call.evidence is not None or call.gene not in knowledge.genes:
        return call
    import msgspec

    from pgx.haplotypes.definitions import compile_gene
    from pgx.haplotypes.support import call_evidence
    from pgx.phenotypes import HaplotypeFunctions

    gene = knowledge.gene(call.gene)
    if not gene.variants:
        return call
    supported = call_evidence(compile_gene(gene), call, HaplotypeFunctions(gene).of)
    return msgspec.structs.replace(call, evidence=supported)


def _print_object(saved: PatientResult, call: GeneCall, *, everything: bool) -> None:
    """Print the whole call; ``everything`` has no effect, as all positions are included."""
    import msgspec

    from pgx.reports.safe_text import escape_json

    del everything
    tree = msgspec.to_builtins(call)
    tree["knowledge_release"] = saved.provenance.knowledge_release
    sys.stdout.write(escape_json(json.dumps(tree, ensure_ascii=False)) + "\n")


def _print_text(saved: PatientResult, call: GeneCall, *, everything: bool) -> None:
    from pgx.messages.catalogue import ENGLISH
    from pgx.reports.content.release_facts import release_text
    from pgx.reports.explain_text import explain_call, site_rows

    sections = explain_call(call, release_text(saved, ENGLISH))
    for number, section in enumerate(sections):
        sys.stdout.write("\n" if number else "")
        _print_section(section)
    rows, folded = site_rows(call, everything=everything)
    if rows or folded:
        sys.stdout.write(f"\n{ENGLISH['label']['tested']}\n")
        print_table(rows)
        if folded:
            sys.stdout.write(f"{folded}; --all lists them\n")


def _print_section(section: Section) -> None:
    sys.stdout.write(f"{printable(section.title)}\n")
    for line, more in section.items:
        _print_line(line, "  ")
        for reason in more:
            _print_line(reason, "    ")


def _print_line(line: str, indent: str) -> None:
    wrapped = textwrap.wrap(
        printable(line), width(), initial_indent=indent, subsequent_indent=f"{indent}  ",
        break_on_hyphens=False,
    )  # fmt: skip
    sys.stdout.writelines(f"{part}\n" for part in wrapped or [indent.rstrip()])
