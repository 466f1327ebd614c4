"""``pgx kb``: look at, verify and build the knowledge base."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pgx.cli.runner import run_app
from pgx.knowledge.snapshot import KnowledgeBase

__all__ = ["app", "run"]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
_WIDE = 100_000  # a pipe has no edge: nothing is wrapped or cut
JsonLines = Annotated[bool, typer.Option("--json-lines", help="one JSON object a line")]


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(app, words, "pgx kb")


def _print_rows(rows: Sequence[dict[str, str]], *, json_lines: bool) -> None:
    if json_lines:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold")
    for name in rows[0] if rows else ():
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row.values()))
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)


@app.command()
def info(json_lines: JsonLines = False) -> int:  # noqa: FBT002
    """Say which release is installed, with digests and counts."""
    kb = KnowledgeBase()
    rows = [
        {"what": "release", "value": kb.release},
        {"what": "schema", "value": kb.manifest.schema_version},
        {"what": "digest", "value": kb.manifest.digest},
        {"what": "genes", "value": str(len(kb.genes))},
        {"what": "alleles", "value": str(sum(len(g.alleles) for g in kb.genes.values()))},
        {
            "what": "defining positions",
            "value": str(sum(len(g.variants) for g in kb.genes.values())),
        },
        {"what": "drugs", "value": str(len(kb.drugs))},
        {"what": "statements", "value": str(len(kb.statements))},
    ]
    rows += [{"what": f"source {r['source']}", "value": r["version"]} for r in kb.table("sources")]
    _print_rows(rows, json_lines=json_lines)
    return 0


@app.command()
def genes(json_lines: JsonLines = False) -> int:  # noqa: FBT002
    """List the genes."""
    rows = [
        {
            "gene": g.gene,
            "contig": g.contig,
            "strategy": g.strategy.value,
            "positions": str(len(g.variants)),
            "alleles": str(len(g.alleles)),
            "default": g.default_allele,
        }
        for g in KnowledgeBase().genes.values()
    ]
    _print_rows(rows, json_lines=json_lines)
    return 0


@app.command()
def drugs(json_lines: JsonLines = False) -> int:  # noqa: FBT002
    """List the drugs, those whose guidance is pending included."""
    rows = [
        {
            "drug": d.drug,
            "source": d.authority,
            "status": d.status.value,
            "genes": ";".join(d.genes),
            "rxnorm": d.rxnorm,
            "atc": ";".join(d.atc),
        }
        for d in KnowledgeBase().drugs
    ]
    _print_rows(rows, json_lines=json_lines)
    return 0


@app.command()
def show(
    gene: Annotated[str, typer.Argument(help="name of a gene")],
    json_lines: JsonLines = False,  # noqa: FBT002
) -> int:
    """Show a gene's alleles with definition, function, activity value and counts by group."""
    from pgx.knowledge.frequencies import allele_counts

    kb = KnowledgeBase()
    kb.gene(gene)
    wanted = ("allele", "definition", "function", "activity_value", "source")
    counts = allele_counts(kb.frequencies.get(gene))
    rows = [
        {name: row[name] for name in wanted} | {"chromosomes": counts.get(row["allele"], "")}
        for row in kb.table("alleles")
        if row["gene"] == gene
    ]
    _print_rows(rows, json_lines=json_lines)
    return 0


@app.command()
def verify(
    folder: Annotated[
        Path | None, typer.Argument(help="folder of a release; the one in use by default")
    ] = None,
) -> int:
    """Check a release: digests, schema, and that all tables agree; a finding a line."""
    from pgx.pipeline.verify import refusal, verify_folder

    kb, findings = verify_folder(folder)
    for finding in findings:
        sys.stdout.write(finding.line() + "\n")
    if kb is None or findings:
        raise refusal(findings)
    sys.stderr.write(f"release {kb.release}: {len(kb.manifest.tables)} tables are whole\n")
    return 0


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="folder of the older release")],
    new: Annotated[
        Path | None, typer.Argument(help="folder of the newer one; by default the one in use")
    ] = None,
    json_lines: JsonLines = False,  # noqa: FBT002
) -> int:
    """Say what changed between two releases, by what a patient's result would show."""
    from pgx.knowledge.changes import changes

    before, after = KnowledgeBase(old), KnowledgeBase(new)
    rows = [
        {name: str(getattr(change, name)) for name in change.__struct_fields__}
        for change in changes(before, after)
    ]
    _print_rows(rows, json_lines=json_lines)
    sys.stderr.write(f"{before.release} to {after.release}: {len(rows)} changes\n")
    return 0


@app.command()
def build(
    source: Annotated[Path, typer.Argument(help="folder of source files")],
    release: Annotated[str, typer.Option(help="name of the release, e.g. 2025.11.1")],
    folder: Annotated[
        Path, typer.Option("-o", "--output", help="folder with curated/ and readings/")
    ] = Path("data/knowledgebase"),
) -> int:
    """Turn published source files into the tables of a release.

    Sentences that nobody has read into facts yet are listed; their drugs get no advice.
    """
    from pgx.knowledge.build import build_release

    report = build_release(source, folder, release)
    for item in report.unread:
        sys.stderr.write(f"unread {item.kind}: {item.drug} {item.lookup} {item.digest[:12]}\n")
    sys.stderr.write(
        f"release {release}: {len(report.manifest.tables)} tables, {len(report.unread)} unread\n"
    )
    return 0


@app.command()
def frequencies(
    inputs: Annotated[
        list[str], typer.Argument(metavar="VCF...", help="phased VCF or BCF files of many samples")
    ],
    sample_info: Annotated[Path, typer.Option(metavar="TSV", help="sample, sex, superpopulation")],
    source: Annotated[str, typer.Option(help="id of the call set in curated/sources.tsv")],
    assembly: Annotated[
        str | None, typer.Option(help="GRCh37 or GRCh38, where the header does not say")
    ] = None,
    genes: Annotated[str, typer.Option(help="only these genes, comma-separated")] = "",
    absent: Annotated[
        str, typer.Option(help="what a position without any record means: no-call or reference")
    ] = "reference",
    untyped: Annotated[
        Path | None, typer.Option(metavar="TSV", help="contig, pos that the call set cannot type")
    ] = None,
    folder: Annotated[
        Path, typer.Option("-o", "--output", help="folder of the release to change")
    ] = Path("data/knowledgebase"),
) -> int:
    """Count haplotypes by superpopulation in phased call sets, with this program's own caller.

    Replaces the counts of the genes that the files answer, leaves those of other genes, and
    writes the manifest anew.
    """
    from pgx.cli.options import assembly_of, names_of
    from pgx.pipeline.count import count_release

    counted = count_release(
        inputs,
        folder=folder,
        source=source,
        sample_info=sample_info,
        assembly=assembly_of(assembly),
        genes=names_of(genes),
        absent=absent,
        untyped=untyped,
    )
    for found in counted:
        sys.stderr.write(
            f"{found.gene}: {sum(found.totals)} chromosomes, {len(found.haplotypes)} haplotypes\n"
        )
    return 0
