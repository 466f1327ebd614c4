"""``pgx kb``: inspect, verify and build the knowledge base."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pgx.cli.console import print_rows, say, shown, width
from pgx.cli.kb_release import export, import_release
from pgx.cli.options import Overlay, Release, run_app
from pgx.errors import UsageError, printable
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.reports.safe_text import escape_json

__all__ = ["app", "run"]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
JsonLines = Annotated[bool, typer.Option("--json-lines", help="one JSON object a line")]


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(app, words, "pgx kb")


def _print_rows(rows: Sequence[dict[str, str]], *, json_lines: bool) -> None:
    if json_lines:
        for row in rows:
            sys.stdout.write(escape_json(json.dumps(row, ensure_ascii=False)) + "\n")
        return
    print_rows(rows)


def _knowledge(overlay: Path | None, release: Path | None) -> KnowledgeBase:
    """Return an unverified release, so that a faulty one can be inspected, with any overlay."""
    from pgx.inputs.release import knowledge_of

    return knowledge_of(overlay, KnowledgeBase(release))


@app.command()
def info(
    place: Annotated[
        Path | None,
        typer.Argument(
            metavar="[RELEASE]", help="folder or file of a release; the one in use by default"
        ),
    ] = None,
    json_lines: JsonLines = False,  # noqa: FBT002
    kb: Release = None,
    guidelines: Annotated[  # noqa: FBT002
        bool, typer.Option("--guidelines", help="each guideline, with its age")
    ] = False,
) -> int:
    """Say which release is in use, with dates, digests and counts.

    Ages are counted in months to today: of the release, of each source, of each guideline since
    it was last read from end to end.

    Examples:
      pgx kb info

      pgx kb info 2026.12.1.pgxkb --json-lines

      pgx kb info --guidelines
    """
    from pgx.base.texts import today
    from pgx.cli.kb_rows import guideline_rows, info_rows

    base = KnowledgeBase(place or kb)
    rows = guideline_rows(base, today()) if guidelines else info_rows(base, today())
    _print_rows(rows, json_lines=json_lines)
    return 0


@app.command()
def genes(
    json_lines: JsonLines = False,  # noqa: FBT002
    kb: Release = None,
    kb_overlay: Overlay = None,
) -> int:
    """List the genes.

    Examples:
      pgx kb genes

      pgx kb genes --kb-overlay my-laboratory/
    """
    rows = [
        {
            "gene": g.gene,
            "contig": g.contig,
            "strategy": g.strategy.value,
            "positions": str(len(g.variants)),
            "alleles": str(len(g.alleles)),
            "default": g.default_allele,
        }
        for g in _knowledge(kb_overlay, kb).genes.values()
    ]
    _print_rows(rows, json_lines=json_lines)
    return 0


@app.command()
def drugs(
    json_lines: JsonLines = False,  # noqa: FBT002
    kb: Release = None,
    kb_overlay: Overlay = None,
) -> int:
    """List the drugs with codes and other names, those whose guidance is pending included.

    Examples:
      pgx kb drugs

      pgx kb drugs --json-lines > drugs.jsonl
    """
    from pgx.cli.kb_rows import drug_list, drug_rows

    base = _knowledge(kb_overlay, kb)
    _print_rows(drug_rows(base) if json_lines else drug_list(base), json_lines=json_lines)
    return 0


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="a gene, or a drug by name, brand or code")],
    json_lines: JsonLines = False,  # noqa: FBT002
    kb: Release = None,
    kb_overlay: Overlay = None,
) -> int:
    """Show a gene's alleles with definition, function and counts, or what is said of a drug.

    Examples:
      pgx kb show CYP2C19

      pgx kb show clopidogrel

      pgx kb show B01AC04 --json-lines
    """
    from pgx.cli.kb_show import page_of, rows_of

    base = _knowledge(kb_overlay, kb)
    if json_lines:
        _print_rows(rows_of(base, name), json_lines=True)
        return 0
    for line in page_of(base, name, width()):
        sys.stdout.write(printable(line) + "\n")
    return 0


@app.command()
def verify(
    folder: Annotated[
        Path | None, typer.Argument(help="folder or file of a release; the one in use by default")
    ] = None,
    kb_overlay: Overlay = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="PEM", help="public key with which the release must be signed"),
    ] = None,
) -> int:
    """Check a release: digests, schema, and that all tables agree; a finding a line.

    With --kb-overlay also a laboratory's folder, as pgx annotate would before it is used; with
    --key also its signature. A key that PGX_RELEASE_KEY names is checked by every command.

    Examples:
      pgx kb verify

      pgx kb verify data/knowledgebase

      pgx kb verify --kb-overlay my-laboratory/
    """
    from pgx.inputs.release_check import refusal, verify_folder

    kb, findings = verify_folder(folder)
    for finding in findings:
        sys.stdout.write(finding.line() + "\n")
    if kb is None or findings:
        raise refusal(findings)
    say(f"release {kb.release}: {len(kb.manifest.tables)} tables are whole")
    if key is not None:
        say(f"signed with key {_check_signed(kb, key)}")
    if kb_overlay is not None:
        from pgx.inputs.release import knowledge_of

        laid = knowledge_of(kb_overlay, kb)
        say(_overlay_text(laid))
    return 0


def _check_signed(kb: KnowledgeBase, key: Path) -> str:
    """Refuse a release that a key has not signed; return the key's id."""
    from pgx.base.shipped import check_signature, key_id, read_public_key
    from pgx.knowledge.tables import MANIFEST

    public = read_public_key(key)
    check_signature(Path(MANIFEST), kb.manifest.text().encode(), public, kb.signature)
    return key_id(public)


@app.command()
def sign(
    key: Annotated[
        Path, typer.Option(metavar="PEM", help="private Ed25519 key: openssl genpkey makes one")
    ],
    folder: Annotated[
        Path | None,
        typer.Argument(help="folder of a release; by default all data that came with pgx"),
    ] = None,
) -> int:
    """Sign a release: its manifest, which names the SHA-256 of every file.

    The signature is written beside the manifest. Where PGX_RELEASE_KEY names the public key,
    every command refuses data that were changed or are not signed.

    Examples:
      pgx kb sign --key private.pem

      pgx kb sign release-of-june/ --key private.pem
    """
    from pgx.base.shipped import key_id, read_private_key, signature_file, signature_over
    from pgx.reports.files.output_folder import write_file

    private = read_private_key(key)
    manifest = _whole(folder)
    write_file(signature_file(manifest), signature_over(manifest, private))
    say(f"signed with key {key_id(private.public_key())}: {manifest}")
    return 0


def _whole(folder: Path | None) -> Path:
    """Return the manifest of a release, or of all shipped data; refuse incomplete data."""
    from pgx.base import shipped
    from pgx.inputs.release_check import refusal, verify_folder
    from pgx.knowledge.tables import MANIFEST

    if folder is None:
        shipped.check_all()
        return shipped.data_folder() / shipped.MANIFEST
    if folder.is_file():
        raise UsageError(
            "a release in one file is signed when it is written",
            where=folder.name,
            remedy="use pgx kb export --key",
        )
    kb, findings = verify_folder(folder)
    if kb is None or findings:
        raise refusal(findings)
    return folder / MANIFEST


def _overlay_text(kb: KnowledgeBase) -> str:
    """Return the owner and the content of an overlay folder."""
    if kb.overlay is None:
        return ""
    info, tables = kb.overlay.info, kb.overlay.tables
    held = ", ".join(f"{len(rows)} {name.replace('_', ' ')}" for name, rows in tables.items())
    whose = printable(f"{info.laboratory} {info.version} of {info.date}")
    return f"overlay of {whose} ({info.digest}): {held}"


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="folder or file of the older release")],
    new: Annotated[
        Path | None, typer.Argument(help="folder of the newer one; by default the one in use")
    ] = None,
    counts: Annotated[bool, typer.Option("--summary", help="only how many of each kind")] = False,  # noqa: FBT002
    json_lines: JsonLines = False,  # noqa: FBT002
) -> int:
    """Say what changed between two releases, by what a patient's result would show.

    First how many changes of each kind, then each change of what both releases answer. Lookups of
    a drug or source that is new as a whole are counted, not listed; --json-lines has every one.

    Examples:
      pgx kb diff data/releases/2024.05.1

      pgx kb diff old/ new/ --summary
    """
    from pgx.cli.kb_rows import change_row, count_row, diff_text
    from pgx.knowledge.changes import changes as changes_of
    from pgx.knowledge.changes import summary

    before, after = KnowledgeBase(old), KnowledgeBase(new)
    found = changes_of(before, after)
    if json_lines:
        rows = map(count_row, summary(found)) if counts else map(change_row, found)
        for row in rows:
            sys.stdout.write(escape_json(json.dumps(row, ensure_ascii=False)) + "\n")
    elif found:
        texts = [{s.id: s for s in kb.statements} for kb in (before, after)]
        text = diff_text(found, *texts, details=not counts)
        sys.stdout.write(shown(text))
    sys.stdout.flush()
    say(f"{before.release} to {after.release}: {len(found)} changes")
    return 0


@app.command()
def changes(json_lines: JsonLines = False, kb: Release = None) -> int:  # noqa: FBT002
    """List what authorities changed by date, and whether this release has it.

    Examples:
      pgx kb changes

      pgx kb changes --json-lines
    """
    rows = [
        {
            "date": c.date,
            "authority": c.authority,
            "of": ";".join((*c.genes, *c.drugs)),
            "what": c.what,
            "state": c.state.value,
            "facts": c.facts,
            "source": c.source,
        }
        for c in KnowledgeBase(kb).later_changes
    ]
    _print_rows(rows, json_lines=json_lines)
    return 0


@app.command()
def build(
    release: Annotated[str, typer.Option(help="name of the release, e.g. 2026.12.1")],
    sources: Annotated[
        list[Path],
        typer.Option("--from", metavar="FOLDER", help="folder of source files; may be repeated"),
    ],
    more: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FOLDER]...", help="further folders, the last counts"),
    ] = None,
    folder: Annotated[Path, typer.Option("-o", "--output", help="folder of the release")] = Path(
        "data/knowledgebase"
    ),
    until: Annotated[
        str, typer.Option(metavar="YYYY-MM", help="leave out what came after this month")
    ] = "",
    curated: Annotated[
        Path | None, typer.Option(help="folder with curated/ and readings/, if it is another one")
    ] = None,
    readings: Annotated[
        list[Path] | None,
        typer.Option(metavar="TSV", help="texts that reviewers have read, see kb review"),
    ] = None,
    allow_unreviewed: Annotated[  # noqa: FBT002
        bool, typer.Option("--allow-unreviewed", help="keep texts that nobody has read as texts")
    ] = False,
    kb: Release = None,
) -> int:
    """Turn published source files into the tables of a release.

    Folders of source files are laid over each other, those of published files (PharmCAT, CPIC,
    PharmVar, PyPGx) over what these gave, else over the release in use, or that of --kb; of each
    form the last counts. Texts that nobody has read into facts end the build with status 4,
    unless --allow-unreviewed: then they are shown as they are, without an action, and what they
    said before is withdrawn.

    Examples:
      pgx kb build --from SOURCES SOURCES/2026-07 --release 2026.12.1 -o data/knowledgebase

      pgx kb build --from pharmcat/ pharmvar/CYP2C19.zip --release 2027.01.1 -o mine/
    """
    from functools import partial

    from pgx.knowledge.published import build_from
    from pgx.knowledge.review import read_by_two, read_reviews

    folders = [*sources, *(more or [])]
    reviews = read_reviews(readings or [])
    if reviews:
        texts = len({(review.authority, review.digest) for review in reviews})
        say(f"readings: {texts} texts, {read_by_two(reviews)} by two reviewers who agree")
    made = build_from(
        folders,
        partial(KnowledgeBase, kb),
        folder,
        release,
        until=until,
        written=curated,
        reviews=reviews,
        allow_unreviewed=allow_unreviewed,
    )
    for source, what in made.gave:
        say(f"{printable(source)}: {what}")
    for skipped in made.unused:
        say(f"not used: {printable(f'{skipped.file}: {skipped.what}: {skipped.why}')}")
    report = made.build
    for item in report.unread:
        withdrawn = f", withdrawn: {item.before}" if item.before else ""
        about = f"{item.authority} {item.drug} {item.lookup} {item.digest[:12]}"
        say(f"unread {item.kind}: {printable(about)}{withdrawn}")
    say(f"release {release}: {len(report.manifest.tables)} tables, {len(report.unread)} unread")
    return 0


@app.command()
def review(
    folder: Annotated[
        Path | None, typer.Argument(help="folder of a release; by default the one in use")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="TSV", help="file to write")
    ] = None,
) -> int:
    """List the texts of a release that nobody has read into facts, as a table to be filled.

    Each row has the text, the nearest text that has been read, and its facts as a proposal. A row
    counts once it names its reviewer and a date; kb build --readings takes the table in.

    Examples:
      pgx kb review my-release/ -o review.tsv
    """
    from pgx.knowledge.review import format_review, review_rows
    from pgx.reports.files.output_folder import write_file

    rows = review_rows(KnowledgeBase(folder) if folder else KnowledgeBase())
    text = format_review(rows)
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_file(output, text.encode("utf-8"))
    say(f"{len(rows)} texts to be read")
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

    Examples:
      pgx kb frequencies panel.vcf.gz --sample-info samples.tsv --source 1000g-30x-2022
    """
    from pgx.engine.haplotype_counts import count_release
    from pgx.inputs.choices import assembly_of, names_of

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
        say(f"{found.gene}: {sum(found.totals)} chromosomes, {len(found.haplotypes)} haplotypes")
    return 0


app.command("export")(export)
app.command("import")(import_release)
