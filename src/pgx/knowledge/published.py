"""A release built from public releases as published, overlaid on an installed one.

Content of the files replaces the installed release's content for the same gene or guideline. What
they lack is kept with its source: GRCh37 positions, surrounding bases, frequencies, structures,
drug codes. Unusable content is reported, never dropped silently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec

from pgx.base.shipped import data_folder
from pgx.errors import UsageError
from pgx.knowledge.build import BuildReport, unreviewed, write_release
from pgx.knowledge.importers.curated import with_codes, with_conditions, with_critical
from pgx.knowledge.importers.guideline_rows import AUTHORITIES, Authority, listed_rows
from pgx.knowledge.importers.guidelines import DrugCodes, Edition, GuidelineTables, build_authority
from pgx.knowledge.importers.published import PublishedRelease, published_releases
from pgx.knowledge.importers.readings import load_readings
from pgx.knowledge.importers.source_files import Skipped
from pgx.knowledge.published_genes import drop_dangling, replace_genes
from pgx.knowledge.review import Review, with_reviews
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import TABLES, TEXTS, Row
from pgx.records.advice import Statement, format_lookup

__all__ = [
    "PublishedReport",
    "build_from",
    "build_published",
    "is_private",
]


_PRIVATE: Final = (
    "guidelines_*.jsonl", "guidance/changed_*.jsonl", "build_positions*.tsv", "contexts*.tsv",
)  # fmt: skip
"""Files by which a folder in our own layout is known, see `importers.source_folders`."""


class PublishedReport(msgspec.Struct, frozen=True):
    """Result of a build from published files: used amounts by source, and unused content."""

    build: BuildReport
    gave: tuple[tuple[str, str], ...]
    unused: tuple[Skipped, ...]


def is_private(folder: Path) -> bool:
    """Whether a folder holds source files in the form that `build_release` reads."""
    return any(next(folder.glob(pattern), None) for pattern in _PRIVATE)


def build_from(
    folders: Sequence[Path],
    base: Callable[[], KnowledgeBase],
    folder: Path,
    release: str,
    *,
    until: str = "",
    written: Path | None = None,
    reviews: Sequence[Review] = (),
    allow_unreviewed: bool = False,
) -> PublishedReport:
    """Write a release from folders of either form; published files override the others.

    If no folder holds source files, published ones are overlaid on ``base``. ``until`` and
    ``written`` are those of `build_release`, for source files only.

    Raises
    ------
    UsageError
        There are no source files for ``until`` or ``written``.
    InputError, SnapshotSchemaError, UnreviewedError
        As in `build_release` and `build_published`.
    """
    own = [path for path in folders if is_private(path)]
    published = [path for path in folders if path not in own]
    over = partial(build_published, reviews=reviews, allow_unreviewed=allow_unreviewed)
    if not own:
        if until or written:
            raise UsageError("--until and --curated go with folders of source files")
        return over(published, base(), folder, release)
    # most builds are from public releases: these never load the readers of our own layout
    from pgx.knowledge.importers.source_build import build_release

    lowest = partial(build_release, reviews=reviews, allow_unreviewed=allow_unreviewed)
    written = written or folder
    if not published:
        return PublishedReport(lowest(own, folder, release, until=until, written=written), (), ())
    folder.parent.mkdir(parents=True, exist_ok=True)
    # the release underneath is complete, and checked before published files are overlaid
    with TemporaryDirectory(dir=folder.parent, prefix=".pgx-build-") as below:
        build = lowest(own, Path(below), release, until=until, written=written)
        report = over(published, KnowledgeBase(Path(below)), folder, release)
    unread = (*build.unread, *report.build.unread)
    return msgspec.structs.replace(report, build=BuildReport(report.build.manifest, unread))


def build_published(
    folders: Iterable[Path],
    base: KnowledgeBase,
    folder: Path,
    release: str,
    *,
    reviews: Sequence[Review] = (),
    allow_unreviewed: bool = False,
) -> PublishedReport:
    """Write a release from published files, overlaid on ``base``, into ``folder``.

    Raises
    ------
    InputError
        No file in a folder is recognised.
    UnreviewedError
        Texts are unreviewed, and that is not allowed.
    SnapshotSchemaError
        A gene of the files cannot be merged with the release.
    """
    sources = _dated([source for path in folders for source in published_releases(path)], base)
    unused = [skipped for source in sources for skipped in source.unread]
    tables = {name: base.table(name) for name in base.table_names}
    # in this order a later folder replaces an earlier one's content for the same gene
    for source in sources:
        replace_genes(tables, source, unused)
    guidance = _with_earlier(_guidance(base, sources, reviews), base)
    if guidance.unread and not allow_unreviewed:
        raise unreviewed(guidance.unread)
    tables |= guidance.rows()
    tables[TEXTS] = [
        *tables.get(TEXTS, []),
        *({name: getattr(t, name) for name in TABLES[TEXTS]} for t in guidance.texts),
    ]
    _add_substances(tables)
    drop_dangling(tables)
    tables["sources"] = _sources(tables, sources)
    report = BuildReport(write_release(folder, release, tables), guidance.unread)
    return PublishedReport(report, tuple(map(_gave, sources)), tuple(sorted(set(unused))))


def _dated(sources: list[PublishedRelease], base: KnowledgeBase) -> list[PublishedRelease]:
    """Return sources with a date: a file without a stamp is as old as the newest dated one.

    If none has a date, it is that of the release underneath, so that no content looks too new.
    """
    # CPIC's, PharmVar's and PyPGx's tables contain no date
    known = [source.date for source in sources if source.date]
    date = max(known, default=base.release.rpartition(".")[0].replace(".", "-"))
    return [s if s.date else msgspec.structs.replace(s, date=date) for s in sources]


def _gave(source: PublishedRelease) -> tuple[str, str]:
    alleles = sum(len(d["alleles"]) for d in source.definitions.values())
    functions = sum(map(len, source.functions.values()))
    counts = (
        (len(source.definitions), "genes"),
        (alleles, "alleles"),
        (functions, "functions"),
        (sum(map(len, source.rules.values())), "rules"),
        (len(source.guidance), "rows of guidance"),
    )
    return source.source, ", ".join(f"{n:,} {what}" for n, what in counts if n)


def _guidance(
    base: KnowledgeBase, sources: Sequence[PublishedRelease], reviews: Sequence[Review]
) -> GuidelineTables:
    """Return the guidelines of the release, replaced by those of the sources."""
    curated = _curated(base)
    codes = _codes(base)
    parts = []
    for authority in AUTHORITIES:
        # one release per authority: statements name `cpic-2027-01`, whatever the file
        own = [
            (f"{authority.slug}-{source.date[:7]}", rows)
            for source in sources
            if (rows := _rows_of(authority, source))
        ]
        if own:
            readings = load_readings(curated.parent / "readings", authority.name.lower())
            readings = with_reviews(readings, reviews, authority.name)
            editions = dict(_editions(sources, authority))
            listed = listed_rows(own, readings.keys)
            parts.append(build_authority(authority, listed, readings, codes, editions))
    made = _joined(base, parts)
    made = with_conditions(with_codes(made, curated), curated)
    return with_critical(made, curated)


def _with_earlier(guidance: GuidelineTables, base: KnowledgeBase) -> GuidelineTables:
    """Name the action that each unreviewed text replaces."""
    if not guidance.unread:
        return guidance
    # a withdrawn action is named, so that its end is not overlooked
    said = {
        (s.authority, s.drug, s.population, keys): ";".join(s.action)
        for s in base.statements
        for keys in _single_lookups(s)
    }
    unread = tuple(
        msgspec.structs.replace(
            u, before=u.before or said.get((u.authority, u.drug, u.population, u.lookup), "")
        )
        for u in guidance.unread
    )
    return msgspec.structs.replace(guidance, unread=unread)


def _single_lookups(statement: Statement) -> Iterator[str]:
    for factors in statement.lookup:
        for keys in product(*(keys for _, keys in factors)):
            genes = (gene for gene, _ in factors)
            pairs = zip(genes, keys, strict=True)
            yield format_lookup((tuple((gene, (key,)) for gene, key in pairs),))


def _rows_of(authority: Authority, source: PublishedRelease) -> list[dict[str, Any]]:
    return [row for row in source.guidance if str(row["source"]).startswith(authority.rows)]


def _editions(
    sources: Iterable[PublishedRelease], authority: Authority
) -> Iterator[tuple[str, Edition]]:
    for source in sources:
        for row in _rows_of(authority, source):
            checked = source.date[:7]
            yield row["guideline_id"], Edition(pmid="", year="", version="", checked=checked)


def _curated(base: KnowledgeBase) -> Path:
    """Return the folder of curated tables: of the release, or of the shipped one."""
    own = base.place / "curated"
    return own if own.is_dir() else data_folder() / "knowledgebase" / "curated"


def _codes(base: KnowledgeBase) -> dict[str, DrugCodes]:
    levels: dict[str, dict[str, str]] = {}
    for statement in base.statements:
        pairs = (level.partition(":")[::2] for level in statement.evidence)
        levels.setdefault(statement.drug, {}).update(pairs)
    return {d.drug: DrugCodes(d.rxnorm, d.atc, levels.get(d.drug, {})) for d in base.drugs}


def _joined(base: KnowledgeBase, parts: Sequence[GuidelineTables]) -> GuidelineTables:
    """Return the release's guidelines, with those and the drugs of the parts replaced."""
    # a guideline is replaced as a whole: rows of two editions would contradict each other
    replaced = {g.guideline_id for part in parts for g in part.guidelines}
    drugs = {(d.authority, d.drug): d for d in base.drugs}
    for drug in (d for part in parts for d in part.drugs):
        old = drugs.get((drug.authority, drug.drug))
        if old is not None:  # other guidelines on the drug are kept
            kept = tuple(g for g in old.guidelines if g not in replaced)
            genes = tuple(sorted({*old.genes, *drug.genes})) if kept else drug.genes
            merged = tuple(sorted({*kept, *drug.guidelines}))
            drug = msgspec.structs.replace(drug, guidelines=merged, genes=genes)
        drugs[drug.authority, drug.drug] = drug
    statements = [s for s in base.statements if s.guideline_id not in replaced]
    guidelines = [g for g in base.guidelines if g.guideline_id not in replaced]
    return GuidelineTables(
        drugs=tuple(sorted(drugs.values(), key=lambda d: d.drug.casefold())),
        guidelines=(*guidelines, *(g for part in parts for g in part.guidelines)),
        statements=(*statements, *(s for part in parts for s in part.statements)),
        unread=tuple(u for part in parts for u in part.unread),
        texts=tuple(t for part in parts for t in part.texts),
    )


def _add_substances(tables: dict[str, list[Row]]) -> None:
    """Add drugs without codes in the release: patients' medicines are then found by name."""
    # a patient's medicines are matched by substance: other drugs would not be found
    known = {row["substance"].casefold() for row in tables.get("substances", [])}
    new = {row["drug"]: row for row in tables["drugs"] if row["drug"].casefold() not in known}
    for name, drug in new.items():
        row = dict.fromkeys(TABLES["substances"], "") | {"substance": name}
        tables["substances"] = [
            *tables.get("substances", []),
            {**row, "rxnorm": drug["rxnorm"], "atc": drug["atc"], "source": drug["source"]},
        ]


def _sources(tables: Mapping[str, list[Row]], sources: Sequence[PublishedRelease]) -> list[Row]:
    """Return the table of sources with those of the files and of their guidelines."""
    listed = {row["source"]: row for row in tables["sources"]}
    for source in sources:
        about = {name: getattr(source, name) for name in TABLES["sources"]}
        listed.setdefault(source.source, about)
        for authority in AUTHORITIES:
            if _rows_of(authority, source):
                name = f"{authority.slug}-{source.date[:7]}"
                listed.setdefault(name, {**about, "source": name})
    return list(listed.values())
