"""A release made of public releases as published, over one that is installed.

What the files say takes the place of what the installed release says on the same gene or
guideline. What they lack stays and keeps its source: positions on GRCh37, bases around positions,
frequencies, structures, codes of drugs. What cannot be used is reported, never left out in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec

from pgx.base.shipped import data_folder
from pgx.errors import UsageError
from pgx.knowledge.build import BuildReport, build_release, other_names, unreviewed, write_release
from pgx.knowledge.gene_records import CORE_TABLES, core_rows
from pgx.knowledge.importers.codes import with_codes, with_conditions, with_critical
from pgx.knowledge.importers.drugs import DrugCodes
from pgx.knowledge.importers.genes import add_functions, definition_rows, rule_rows
from pgx.knowledge.importers.guidelines import GuidelineTables, build_authority
from pgx.knowledge.importers.layers import Edition
from pgx.knowledge.importers.published import PublishedRelease, Skipped, published_releases
from pgx.knowledge.importers.readings import load_readings
from pgx.knowledge.importers.releases import AUTHORITIES, Authority, listed_rows
from pgx.knowledge.review import Review, with_reviews
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import TABLES, TEXTS, Row, check_allele_name
from pgx.records.advice import Statement, format_lookup
from pgx.records.genes import core_allele

__all__ = ["PublishedReport", "build_from", "build_published", "is_private"]

_PRIVATE: Final = ("guidelines_*.jsonl", "guidance/changed_*.jsonl", "contexts*.tsv")
"""Files by which a folder in the form of `pgx.knowledge.build` is known."""
_FOR_NEW_GENES: Final = "pypgx-"
"""Sources that count for genes only that no other one has."""


class PublishedReport(msgspec.Struct, frozen=True):
    """What a build of published files gave: by source how much was used, and what was not."""

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
    """Write a release of folders of either form: published files are laid over the others.

    Where no folder holds source files, published ones are laid over ``base``. ``until`` and
    ``written`` are those of `build_release`, for source files alone.

    Raises
    ------
    UsageError
        There are no source files for ``until`` or ``written``.
    InputError, SnapshotSchemaError, UnreviewedError
        As `build_release` and `build_published`.
    """
    own = [path for path in folders if is_private(path)]
    published = [path for path in folders if path not in own]
    over = partial(build_published, reviews=reviews, allow_unreviewed=allow_unreviewed)
    lowest = partial(build_release, reviews=reviews, allow_unreviewed=allow_unreviewed)
    if not own:
        if until or written:
            raise UsageError("--until and --curated go with folders of source files")
        return over(published, base(), folder, release)
    written = written or folder
    if not published:
        return PublishedReport(lowest(own, folder, release, until=until, written=written), (), ())
    folder.parent.mkdir(parents=True, exist_ok=True)
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
    """Write a release of published files, laid over ``base``, into ``folder``.

    Raises
    ------
    InputError
        Nothing in a folder is recognised.
    UnreviewedError
        Texts are open, and that is not allowed.
    SnapshotSchemaError
        A gene of the files cannot be joined with the release.
    """
    sources = _dated([source for path in folders for source in published_releases(path)], base)
    unused = [skipped for source in sources for skipped in source.unread]
    tables = {name: base.table(name) for name in base.table_names}
    for source in sources:
        _lay_genes(tables, source, unused)
    guidance = _with_earlier(_guidance(base, sources, reviews), base)
    if guidance.unread and not allow_unreviewed:
        raise unreviewed(guidance.unread)
    tables |= guidance.rows()
    tables[TEXTS] = [
        *tables.get(TEXTS, []),
        *({name: getattr(t, name) for name in TABLES[TEXTS]} for t in guidance.texts),
    ]
    _add_substances(tables)
    _fit(tables)
    tables["sources"] = _sources(tables, sources)
    report = BuildReport(write_release(folder, release, tables), guidance.unread)
    return PublishedReport(report, tuple(map(_gave, sources)), tuple(sorted(set(unused))))


def _dated(sources: list[PublishedRelease], base: KnowledgeBase) -> list[PublishedRelease]:
    """Return sources with a date: a file without a stamp is as old as the newest beside it.

    Where none has one, it is that of the release below: newer than it is known to be is never said.
    """
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


def _lay_genes(
    tables: dict[str, list[Row]], source: PublishedRelease, unused: list[Skipped]
) -> None:
    """Put a source's definitions, functions and rules in the place of those in the tables."""
    known = {row["gene"] for row in tables["genes"]}
    if source.source.startswith(_FOR_NEW_GENES):
        source = _without(source, known, unused)
    for gene, document in source.definitions.items():
        if gene not in known and not (document["variants"] and document.get("chromosome")):
            unused.append(Skipped(source.source, gene, "no small variants define its alleles"))
            continue
        if gene not in known:
            known.add(gene)
            _add_gene(tables, document, source.source)
        _lay_definitions(tables, gene, document, source, unused)
    for gene, functions in source.functions.items():
        if gene in known:
            add_functions(gene, functions, tables["alleles"], source.source)
        else:
            unused.append(Skipped(source.source, f"functions of {gene}", "no gene of that name"))
    for gene, rules in ((g, r) for g, r in source.rules.items() if g in known):
        kept = [row for row in tables["phenotype_rules"] if row["gene"] != gene]
        tables["phenotype_rules"] = [*kept, *rule_rows(gene, rules, source.source)]


def _without(source: PublishedRelease, known: set[str], unused: list[Skipped]) -> PublishedRelease:
    """Return a source without the genes of the release."""
    parts = {}
    for part in ("definitions", "functions", "rules"):
        own = getattr(source, part)
        parts[part] = {gene: rows for gene, rows in own.items() if gene not in known}
    for gene in sorted(source.definitions.keys() & known):
        unused.append(Skipped(source.source, gene, "the release has this gene"))
    return msgspec.structs.replace(source, **parts)


def _add_gene(tables: dict[str, list[Row]], document: Mapping[str, Any], source: str) -> None:
    """Add a gene that the release does not have: star alleles, two copies or one of chrX."""
    reference = next((a["name"] for a in document["alleles"] if a["reference"]), "")
    row = dict.fromkeys(TABLES["genes"], "")
    row |= {
        "gene": document["gene"],
        "contig": document["chromosome"],
        "strategy": "star",
        "ploidy": "x_linked" if document["chromosome"] == "chrX" else "autosome",
        "default_allele": reference,
        "scored": "no",
        "uncertain_function": "Uncertain function",
        "source": source,
    }
    tables["genes"] = sorted([*tables["genes"], row], key=lambda r: r["gene"])


def _lay_definitions(
    tables: dict[str, list[Row]],
    gene: str,
    document: Mapping[str, Any],
    source: PublishedRelease,
    unused: list[Skipped],
) -> None:
    old = {name: [r for r in tables[name] if r["gene"] == gene] for name in ("variants", "alleles")}
    segments = [row for row in tables["segments"] if row["gene"] == gene]
    builds = _positions(gene, old["variants"], source.positions, document)
    usable = _usable(document, builds, segments, source.source, unused)
    made = definition_rows(usable, builds, _contexts(usable, segments), source.source)
    for row in made["alleles"]:
        check_allele_name(gene, row["allele"])
    _keep_functions(made["alleles"], old["alleles"], has_functions=gene in source.functions)
    for name, rows in made.items():
        tables[name] = [row for row in tables[name] if row["gene"] != gene] + rows


def _positions(
    gene: str, old: Sequence[Row], given: Sequence[Row], document: Mapping[str, Any]
) -> dict[tuple[str, int], Row]:
    """Return where a gene's positions are on GRCh37: as the source or the release says.

    A position that neither knows has the offset of all others of the gene, if they share one.
    """
    found = {
        (gene, int(row["grch38_position"])): row for row in given if row["gene"] == gene
    }  # fmt: skip
    for row in old:
        found[gene, int(row["position_grch38"])] = {
            "grch37_position": row["position_grch37"],
            "grch37_ref_seen": row["ref_grch37"],
            "check": "" if row["ref_grch37"] == row["ref_grch38"] else "REFERENCE DIFFERS",
        }
    offsets = {_moved(row, position) for (_, position), row in found.items()}
    if len(offsets) == 1:
        [offset] = offsets
        for variant in document["variants"]:
            moved = {"grch37_position": str(variant["position"] + offset), "check": "by offset"}
            found.setdefault((gene, variant["position"]), {**moved, "grch37_ref_seen": ""})
    return found


def _usable(
    document: Mapping[str, Any],
    builds: Mapping[tuple[str, int], Row],
    segments: Sequence[Row],
    source: str,
    unused: list[Skipped],
) -> dict[str, Any]:
    """Return a document without positions, and alleles at them, that cannot be placed or read."""
    gene = document["gene"]
    gone: dict[int, str] = {}
    usual = _offset(builds)
    for variant in document["variants"]:
        is_snv = {len(variant["ref"]), *map(len, variant["alts"])} == {1}
        if (gene, variant["position"]) not in builds:
            gone[variant["position"]] = "no source gives its position on GRCh37"
        elif _moved(builds[gene, variant["position"]], variant["position"]) != usual:
            gone[variant["position"]] = "its offset between the builds is not that of the gene"
        elif not is_snv and not _covers(segments, variant):
            gone[variant["position"]] = "no source gives the bases around it"
    alleles = []
    for allele in document["alleles"]:
        lost = sorted({int(p) for p in allele["defining"]} & gone.keys())
        if lost and not allele["reference"]:
            unused.append(
                Skipped(source, f"{gene} {allele['name']}", f"{lost[0]}: {gone[lost[0]]}")
            )
        else:
            alleles.append(allele)
    variants = [v for v in document["variants"] if v["position"] not in gone]
    return {**document, "variants": variants, "alleles": alleles}


def _offset(builds: Mapping[tuple[str, int], Row]) -> int:
    """Return the offset between GRCh38 and GRCh37 that most positions of a gene have."""
    counts = Counter(_moved(row, position) for (_, position), row in builds.items())
    return counts.most_common(1)[0][0] if counts else 0


def _moved(row: Row, position: int) -> int:
    return int(row["grch37_position"]) - position


def _covers(segments: Sequence[Row], variant: Mapping[str, Any]) -> bool:
    start, end = variant["position"], variant["position"] + len(variant["ref"])
    return any(
        int(row["start"]) <= start and end <= int(row["start"]) + len(row["sequence"])
        for row in segments
    )


def _contexts(document: Mapping[str, Any], segments: Sequence[Row]) -> list[Row]:
    """Return the release's reference bases as contexts of a gene's positions."""
    gene = document["gene"]
    found = []
    for row in segments:
        start, sequence = int(row["start"]), row["sequence"]
        inside = [v for v in document["variants"] if start <= v["position"] < start + len(sequence)]
        for variant in inside:
            at = variant["position"] - start
            cells = {"left60": sequence[:at], "ref": sequence[at : at + 1]}
            found.append(
                {
                    "gene": gene,
                    "grch38_position": str(variant["position"]),
                    **cells,
                    "right60_after_ref": sequence[at + 1 :],
                }
            )
    return found


def _keep_functions(alleles: list[Row], old: Sequence[Row], *, has_functions: bool) -> None:
    """Keep what the release knows of alleles where the source has no functions of the gene."""
    if has_functions:
        return
    before = {core_allele(row["allele"]): row for row in old}
    for row in alleles:
        known = before.pop(core_allele(row["allele"]), None)
        if known is not None:
            for name in ("function", "activity_value", "function_source"):
                row[name] = known[name]
    alleles += [row for row in before.values() if row["structural"] == "yes"]


def _guidance(
    base: KnowledgeBase, sources: Sequence[PublishedRelease], reviews: Sequence[Review]
) -> GuidelineTables:
    """Return the guidance of the release, with that of the sources in its place."""
    curated = _curated(base)
    codes = _codes(base)
    parts = []
    for authority in AUTHORITIES:
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
    """Name the action that each unread text takes the place of."""
    if not guidance.unread:
        return guidance
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
    """Return the folder of tables that people write: of the release, or of the shipped one."""
    own = base.place / "curated"
    return own if own.is_dir() else data_folder() / "knowledgebase" / "curated"


def _codes(base: KnowledgeBase) -> dict[str, DrugCodes]:
    levels: dict[str, dict[str, str]] = {}
    for statement in base.statements:
        pairs = (level.partition(":")[::2] for level in statement.evidence)
        levels.setdefault(statement.drug, {}).update(pairs)
    return {d.drug: DrugCodes(d.rxnorm, d.atc, levels.get(d.drug, {})) for d in base.drugs}


def _joined(base: KnowledgeBase, parts: Sequence[GuidelineTables]) -> GuidelineTables:
    """Return the release's guidance with the guidelines and drugs of the parts in their place."""
    replaced = {g.guideline_id for part in parts for g in part.guidelines}
    drugs = {(d.authority, d.drug): d for d in base.drugs}
    for drug in (d for part in parts for d in part.drugs):
        old = drugs.get((drug.authority, drug.drug))
        if old is not None:  # other guidelines on the drug stay
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
    """Add drugs that the release has no codes of: patients' medicines are then found by name."""
    known = {row["substance"].casefold() for row in tables.get("substances", [])}
    new = {row["drug"]: row for row in tables["drugs"] if row["drug"].casefold() not in known}
    for name, drug in new.items():
        row = dict.fromkeys(TABLES["substances"], "") | {"substance": name}
        tables["substances"] = [
            *tables.get("substances", []),
            {**row, "rxnorm": drug["rxnorm"], "atc": drug["atc"], "source": drug["source"]},
        ]


def _fit(tables: dict[str, list[Row]]) -> None:
    """Leave out what is said of alleles and positions that the release no longer has."""
    names = {(row["gene"], core_allele(row["allele"])) for row in tables["alleles"]}
    exact = {(row["gene"], row["allele"]) for row in tables["alleles"]}
    refs = {(r["gene"], r["position_grch38"]): r["ref_grch38"] for r in tables["variants"]}
    tables |= core_rows({n: tables[n] for n in CORE_TABLES if n in tables}, exact, refs)
    for name in ("core_alleles", "published_frequencies"):
        tables[name] = [
            r for r in tables.get(name, []) if (r["gene"], core_allele(r["allele"])) in names
        ]
    tables["allele_names"] = other_names(tables.get("allele_names", []), tables["alleles"])
    counts = (_counted(row, names, refs) for row in tables.get("haplotype_counts", []))
    tables["haplotype_counts"] = [row for row in counts if row is not None]
    tables["alleles"].sort(key=lambda r: r["gene"])
    tables["variants"].sort(key=lambda r: (r["gene"], int(r["position_grch38"])))
    tables["segments"].sort(key=lambda r: (r["gene"], int(r["start"])))
    tables["phenotype_rules"].sort(key=lambda r: r["gene"])
    for name in [name for name, rows in tables.items() if not rows]:
        del tables[name]


def _counted(
    row: Row, names: set[tuple[str, str]], refs: Mapping[tuple[str, str], str]
) -> Row | None:
    """Return a count of a haplotype by the names that there are; None if a position is gone."""
    gene = row["gene"]
    cells = [cell.split("=") for cell in row["haplotype"].split(";") if cell]
    if any((gene, position) not in refs for position, _ in cells):
        return None
    if row["allele"].startswith("[") or (gene, core_allele(row["allele"])) in names:
        return row
    parts = [f"g.{position}{refs[gene, position]}>{allele}" for position, allele in cells]
    return {**row, "allele": f"[{' + '.join(parts)}]"}


def _sources(tables: Mapping[str, list[Row]], sources: Sequence[PublishedRelease]) -> list[Row]:
    """Return the table of sources with those of the files, and of their guidance."""
    listed = {row["source"]: row for row in tables["sources"]}
    for source in sources:
        about = {name: getattr(source, name) for name in TABLES["sources"]}
        listed.setdefault(source.source, about)
        for authority in AUTHORITIES:
            if _rows_of(authority, source):
                name = f"{authority.slug}-{source.date[:7]}"
                listed.setdefault(name, {**about, "source": name})
    return list(listed.values())
