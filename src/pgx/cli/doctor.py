"""``pgx doctor``: independent checks of the installation, and a self-test on a simulated sample."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from pgx.base.texts import months_between, release_month
from pgx.cli.options import run_app, single
from pgx.errors import KnowledgeError, PgxError, printable
from pgx.records.genes import AlleleDefinition, GeneDefinition, Ploidy, core_allele

if TYPE_CHECKING:
    from pgx.knowledge.snapshot import KnowledgeBase

__all__ = [
    "DoctorFinding",
    "Health",
    "check_calls",
    "check_data",
    "check_kernels",
    "check_knowledge",
    "check_packages",
    "check_python",
    "check_temporary",
    "doctor",
    "exit_status",
    "is_at_least",
    "known_diplotypes",
    "run",
    "unlike",
]


DISTRIBUTION: Final = "pgx-therapy"
_REQUIREMENT: Final = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*([^;]*)(?:;(.*))?")
_EXTRA: Final = re.compile(r"extra == ['\"]([^'\"]+)['\"]")
_FOR_DEVELOPERS: Final = frozenset({"dev", "docs", "fuzz"})
_OLD_MONTHS: Final = 12


class Health(StrEnum):
    """State of a component."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class DoctorFinding(msgspec.Struct, frozen=True, kw_only=True):
    """The finding on one component.

    ``exit_status`` is the command's status if the component fails: 4 knowledge base, 5 disk or
    permission, 1 the program or its packages.
    """

    part: str
    health: Health
    found: str
    remedy: str = ""
    exit_status: int = 0


def check_python() -> DoctorFinding:
    """Return whether the Python version is supported."""
    found = f"{platform.python_version()} at {sys.executable}"
    needed = _metadata("Requires-Python").removeprefix(">=") or "3.11"
    if is_at_least(platform.python_version(), needed):
        return DoctorFinding(part="python", health=Health.OK, found=found)
    remedy = f"install Python {needed} or newer"
    return DoctorFinding(
        part="python", health=Health.FAIL, found=found, remedy=remedy, exit_status=1
    )


def check_packages() -> Iterator[DoctorFinding]:
    """Yield a finding per required package, then one per package of an optional part."""
    try:
        requirements = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        yield DoctorFinding(
            part="packages",
            health=Health.WARN,
            found=f"{DISTRIBUTION} is not installed, versions cannot be compared",
            remedy="install it with pip",
        )
        return
    parsed = [_parse(text) for text in requirements]
    for name, bound, extra in sorted(parsed, key=lambda item: (item[2], item[0])):
        if extra not in _FOR_DEVELOPERS:
            yield _package(name, bound, extra)


def _parse(requirement: str) -> tuple[str, str, str]:
    """Return name, bounds and extra of a requirement.

    >>> _parse("typer<0.29,>=0.15"), _parse("typst>=0.14; extra == 'pdf'")
    (('typer', '<0.29,>=0.15', ''), ('typst', '>=0.14', 'pdf'))
    """
    match = _REQUIREMENT.match(requirement)
    name, bounds, marker = match.groups() if match else (requirement, "", "")
    extra = _EXTRA.search(marker or "")
    return name, bounds.strip(), extra[1] if extra else ""


def _package(name: str, bounds: str, extra: str) -> DoctorFinding:
    part = f"{name} ({extra})" if extra else name
    install = f"pip install '{DISTRIBUTION}[{extra}]'" if extra else f"pip install '{name}{bounds}'"
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        health = Health.WARN if extra else Health.FAIL
        status = 0 if extra else 1
        found = "not installed (optional)" if extra else "not installed"
        return DoctorFinding(
            part=part, health=health, found=found, remedy=install, exit_status=status
        )
    if all(_holds(version, bound) for bound in bounds.split(",") if bound):
        return DoctorFinding(part=part, health=Health.OK, found=version)
    found, status = f"{version}, needed is {bounds}", 0 if extra else 1
    health = Health.WARN if extra else Health.FAIL
    return DoctorFinding(part=part, health=health, found=found, remedy=install, exit_status=status)


def _holds(version: str, bound: str) -> bool:
    """Whether a version satisfies a bound ``>=x`` or ``<x``; other bounds are left to pip.

    >>> _holds("0.28.1", "<0.29"), _holds("0.29.0", "<0.29"), _holds("2.0", ">=2.0.0")
    (True, False, True)
    """
    if bound.startswith(">="):
        return is_at_least(version, bound[2:])
    if bound.startswith("<") and not bound.startswith("<="):
        return not is_at_least(version, bound[1:])
    return True


def is_at_least(version: str, other: str) -> bool:
    """Whether a version is at least another one; suffixes after the numbers are ignored.

    >>> is_at_least("3.11.7", "3.11"), is_at_least("0.9", "0.15"), is_at_least("13.0rc1", "13")
    (True, False, True)
    """
    one, two = _numbers(version), _numbers(other)
    size = max(len(one), len(two))
    return one + [0] * (size - len(one)) >= two + [0] * (size - len(two))


def _numbers(version: str) -> list[int]:
    match = re.match(r"\s*(\d+(?:\.\d+)*)", version)
    return [int(number) for number in match[1].split(".")] if match else []


def _metadata(key: str) -> str:
    try:
        return importlib.metadata.metadata(DISTRIBUTION)[key] or ""
    except (importlib.metadata.PackageNotFoundError, KeyError):
        return ""


def check_kernels() -> DoctorFinding:
    """Return whether compiled code can be loaded, and where it is cached."""
    from pgx.base.accel import CACHE_VARIABLE, cache_folder, n_unkept, on_uncached_code, warm

    folder = cache_folder()
    on_uncached_code(None)  # the finding below reports it
    try:
        modules = warm()
    except Exception as error:  # noqa: BLE001 - numba and the linker raise anything
        return DoctorFinding(
            part="compiled code",
            health=Health.FAIL,
            found=f"cannot be compiled or loaded: {type(error).__name__}",
            remedy=f"reinstall numba, or name an empty folder with {CACHE_VARIABLE}",
            exit_status=1,
        )
    if folder is None or n_unkept():
        place = "" if folder is None else f": {folder} cannot be written"
        return DoctorFinding(
            part="compiled code",
            health=Health.WARN,
            found=f"{len(modules)} modules, compiled anew at every start{place}",
            remedy=f"name a folder that only you can write with {CACHE_VARIABLE}",
        )
    found = f"{len(modules)} modules, kept in {folder}"
    return DoctorFinding(part="compiled code", health=Health.OK, found=found)


def check_data() -> DoctorFinding:
    """Return whether every shipped file equals the released one, and who signed the manifest."""
    from pgx.base.shipped import KEY_VARIABLE, check_all, data_digest

    part = "shipped data"
    try:
        n_files = check_all()
    except PgxError as error:
        return DoctorFinding(
            part=part,
            health=Health.FAIL,
            found=f"[{error.code}] {error.where + ': ' if error.where else ''}{error.what}",
            remedy=error.remedy or "reinstall pgx",
            exit_status=error.exit_status,
        )
    signed = "signed with the pinned key" if os.environ.get(KEY_VARIABLE) else "no key is pinned"
    found = f"{n_files} files as released, {signed}, digest {data_digest()[:12]}"
    return DoctorFinding(part=part, health=Health.OK, found=found)


def check_knowledge(today: date | None = None) -> DoctorFinding:
    """Return whether the knowledge base is intact, and its age."""
    from pgx.knowledge.snapshot import KnowledgeBase

    part = "knowledge base"
    try:
        kb = KnowledgeBase()
    except KnowledgeError as error:
        return DoctorFinding(
            part=part,
            health=Health.FAIL,
            found=f"[{error.code}] {error.where + ': ' if error.where else ''}{error.what}",
            remedy=error.remedy or "reinstall pgx",
            exit_status=error.exit_status,
        )
    found = f"release {kb.release}, {len(kb.manifest.tables)} tables whole, digest "
    found += kb.manifest.digest[:12]
    months = months_since(kb.release, today or datetime.now(UTC).date())
    if months is None or months < _OLD_MONTHS:
        return DoctorFinding(part=part, health=Health.OK, found=f"{found}{_age(months)}")
    remedy = "install a newer release, and see `pgx kb changes`"
    return DoctorFinding(
        part=part, health=Health.WARN, found=f"{found}{_age(months)}", remedy=remedy
    )


def _age(months: int | None) -> str:
    return "" if months is None else f", {months} month{'s' * (months != 1)} old"


def months_since(release: str, today: date) -> int | None:
    """Return the age in months of a release named by year and month, None for other names.

    >>> months_since("2025.11.3", date(2026, 12, 1)), months_since("mine", date(2026, 12, 1))
    (13, None)
    """
    return months_between(release_month(release), today.isoformat())


def check_temporary() -> DoctorFinding:
    """Return whether the folder of temporary files is writable."""
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"pgx")
        folder = tempfile.gettempdir()
    except OSError as error:
        return DoctorFinding(
            part="temporary folder",
            health=Health.FAIL,
            found=f"cannot be written: {error.strerror or type(error).__name__}",
            remedy="free some space, or name another one with TMPDIR",
            exit_status=5,
        )
    return DoctorFinding(part="temporary folder", health=Health.OK, found=folder)


_PART = "self-test"
_SAMPLE = "SELF_TEST"


def check_calls() -> DoctorFinding:
    """Return whether a simulated sample is called with its true diplotypes."""
    try:
        from pgx.knowledge.snapshot import KnowledgeBase

        kb = KnowledgeBase()
        wanted = known_diplotypes(kb.genes)
        wrong = unlike(wanted, _called(kb, wanted))
    except Exception as error:  # noqa: BLE001 - whatever is broken, the doctor says so
        what = error.line() if isinstance(error, PgxError) else type(error).__name__
        status = error.exit_status if isinstance(error, PgxError) else 1
        return DoctorFinding(
            part=_PART,
            health=Health.FAIL,
            found=f"could not run: {what}",
            remedy="mend what failed above",
            exit_status=status,
        )
    if wrong:
        return DoctorFinding(
            part=_PART,
            health=Health.FAIL,
            found=f"{len(wrong)} of {len(wanted)} genes called otherwise: {', '.join(wrong)}",
            remedy="please report it with pgx --version --json-lines",
            exit_status=1,
        )
    found = f"{len(wanted)} genes of a simulated sample called as they were made"
    return DoctorFinding(part=_PART, health=Health.OK, found=found)


def known_diplotypes(genes: Mapping[str, GeneDefinition]) -> dict[str, tuple[str, ...]]:
    """Return the alleles of the simulated sample: the default one, and one with a variant.

    A gene with one copy in everybody has the variant allele alone. Genes that cannot be called
    from small variants, and those without such an allele, are left out.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, gene in genes.items():
        other = next((a.name for a in gene.alleles if _is_plain(gene, a)), "")
        if gene.variants and other:
            haploid = gene.ploidy is Ploidy.MITOCHONDRIAL
            found[name] = (other,) if haploid else (gene.default_allele, other)
    return found


def _is_plain(gene: GeneDefinition, allele: AlleleDefinition) -> bool:
    """Whether an allele is defined by a single base at a single position."""
    if allele.structural or allele.name == gene.default_allele or len(allele.defining) != 1:
        return False
    [(position, text)] = allele.defining.items()
    variant = next(v for v in gene.variants if v.position == position)
    return text in variant.alts and not variant.is_indel


def _called(kb: KnowledgeBase, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, str | None]:
    from pgx.engine.annotate import annotate
    from pgx.inputs.settings import RunSettings, SampleInfo
    from pgx.simulator.settings import Sex, SimulationSettings
    from pgx.simulator.vcf import render_vcf

    settings = SimulationSettings(sex=Sex.FEMALE, only_named=True)
    text = render_vcf(kb.genes, {_SAMPLE: wanted}, settings)
    info = {_SAMPLE: SampleInfo(sample=_SAMPLE, sex=Sex.FEMALE.value)}
    with tempfile.TemporaryDirectory(prefix="pgx-doctor-") as folder:
        path = Path(folder) / "self-test.vcf"
        path.write_text(text, encoding="utf-8")
        chosen = RunSettings(genes=tuple(wanted), with_sites=False)
        run = annotate([path], chosen, knowledge=kb, sample_info=info)
        if run.refused:
            raise run.refused[0]
        return {call.gene: call.diplotype for call in run.calls()}


def _named(names: tuple[str, ...]) -> list[str]:
    """Return alleles as named in a call: a suballele by its core allele."""
    return sorted("/".join(map(core_allele, names)).split("/"))


def unlike(wanted: Mapping[str, tuple[str, ...]], called: Mapping[str, str | None]) -> list[str]:
    """Return the genes not called with their true diplotypes; haplotype order is ignored."""
    return [
        gene
        for gene, names in wanted.items()
        if sorted((called.get(gene) or "").split("/")) != _named(names)
    ]


_WORST_FIRST: Final = (4, 5, 1)


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(doctor, "doctor"), words, "pgx doctor")


def doctor(
    json_lines: Annotated[  # noqa: FBT002
        bool, typer.Option("--json-lines", help="one JSON object per component")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="only failing components")] = False,  # noqa: FBT002
) -> int:
    """Check the installation: one line per component, with a remedy for each problem.

    Checks Python and packages, compiled code, the knowledge base and its age, optional components
    and the temporary folder; then calls a simulated sample and compares the calls with its known
    diplotypes. The exit status is 0 if nothing fails, 4 for the knowledge base, 5 for the disk,
    otherwise 1.

    Examples:
      pgx doctor

      pgx doctor --json-lines
    """
    findings = []
    for finding in _findings():  # printed at once, because compiling may take a minute
        findings.append(finding)
        if not quiet or finding.health is Health.FAIL:
            sys.stdout.write((_object if json_lines else _line)(finding) + "\n")
            sys.stdout.flush()
    return exit_status(findings)


def _findings() -> Iterator[DoctorFinding]:
    yield check_python()
    yield from check_packages()
    yield check_temporary()
    yield check_kernels()
    yield check_data()
    yield check_knowledge()
    yield check_calls()


def exit_status(findings: list[DoctorFinding]) -> int:
    """Return 0 if nothing fails, else the most specific status of the failures."""
    failed = {f.exit_status for f in findings if f.health is Health.FAIL}
    return next((status for status in _WORST_FIRST if status in failed), 0)


def _line(finding: DoctorFinding) -> str:
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    return printable(f"{finding.health.value:<5} {finding.part}: {finding.found}{remedy}")


def _object(finding: DoctorFinding) -> str:
    tree = msgspec.to_builtins(finding)
    del tree["exit_status"]
    return json.dumps(tree, ensure_ascii=True)
