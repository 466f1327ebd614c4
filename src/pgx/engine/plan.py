"""The plan of a cohort run: inputs, settings and the parts that can run independently.

Reading parts take some inputs each, calling parts one gene each. Calling needs all reading parts,
recommendations need all calls. Equal plans give equal results, so a part finished by another run
of the same plan is reused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pgx._version import __version__
from pgx.base.assemblies import Assembly
from pgx.base.files import read_whole
from pgx.base.shipped import code_digest, data_digest
from pgx.base.texts import is_text, shown_name
from pgx.engine.opening import decide_assembly
from pgx.errors import InputError, SampleNotFoundError
from pgx.inputs.choices import chosen_genes
from pgx.inputs.release import knowledge_of, named_drugs
from pgx.inputs.settings import RunSettings
from pgx.io.source import open_source
from pgx.knowledge.snapshot import KnowledgeBase

if TYPE_CHECKING:
    from pgx.reads.sample import ReadsInput

__all__ = [
    "CohortPlan",
    "PlannedFile",
    "PlannedInput",
    "RunPlan",
    "is_plan",
    "make_plan",
    "plan",
    "read_plan",
]

SCHEMA: Final = "1"
_MAX_BYTES: Final = 1 << 28  # of a plan file: enough for a million inputs
_BATCH_BYTES: Final = 32 * 1024 * 1024
_BATCH_LEAST_BYTES: Final = 1024 * 1024
_BATCH_INPUTS: Final = 64
_BATCHES: Final = 64


class PlannedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file or an address; size in bytes and modification time show whether it has changed.

    A VCF Zarr store in a folder has the total size of its files and the latest time. Both are 0
    for standard input, other folders and addresses.
    """

    path: str
    size: int = 0
    changed: int = 0

    @property
    def is_remote(self) -> bool:
        """Whether it is an address, whose size is unknown."""
        return "://" in self.path


class CohortPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Inputs, settings and parts of one cohort run.

    ``reads`` holds, for each reading part, the indices of its inputs; ``genes`` names the gene of
    each calling part. ``formats`` are those of the tables. With ``deidentify``, samples are named
    by pseudonyms, numbered or derived from ``pseudonym_key``.
    """

    inputs: tuple[PlannedFile, ...]
    settings: RunSettings
    reads: tuple[tuple[int, ...], ...]
    genes: tuple[str, ...]
    formats: tuple[str, ...] = ("parquet",)
    sample_info: PlannedFile | None = None
    outside_calls: PlannedFile | None = None
    overlay: str | None = None
    deidentify: bool = False
    pseudonym_key: PlannedFile | None = None
    version: str = __version__
    knowledge_release: str = ""
    knowledge_digest: str = ""
    data_digest: str = ""
    code_digest: str = ""
    schema: str = SCHEMA

    @property
    def n_parts(self) -> int:
        """Number of parts: reading parts come first, then calling parts."""
        return len(self.reads) + len(self.genes)

    def paths(self) -> list[str]:
        """Return the paths and addresses of all files that are read."""
        beside = (self.sample_info, self.outside_calls, self.pseudonym_key)
        own = [file.path for file in (*self.inputs, *beside) if file is not None]
        return [*own, self.overlay] if self.overlay else own

    def digest(self) -> str:
        """Return a hex digest of the whole plan."""
        return hashlib.sha256(msgspec.json.encode(_sorted(self))).hexdigest()

    def changed_files(self, inputs: Iterable[int] | None = None) -> Iterator[PlannedFile]:
        """Yield the files that changed since the plan was made.

        ``inputs`` restricts the check to inputs with these indices (default all). Side files are
        always checked.
        """
        own = self.inputs if inputs is None else [self.inputs[i] for i in inputs]
        for file in (*own, self.sample_info, self.outside_calls, self.pseudonym_key):
            if file is not None and _planned(file.path) != file:
                yield file

    def check_files(self, inputs: Iterable[int] | None = None) -> None:
        """Refuse changed files; see `changed_files`.

        Raises
        ------
        InputError
            A file changed or is missing; the first one is named.
        """
        changed = [file.path for file in self.changed_files(inputs)]
        if changed:
            others = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            raise InputError(
                f"changed{others} since the plan was made",
                where=Path(changed[0]).name,
                remedy="make the plan anew",
            )


def _sorted(plan: CohortPlan) -> object:
    """Return a plan as plain data with sorted sets."""
    tree = msgspec.to_builtins(plan)
    # the order of a set varies between processes, the digest must not
    tree["settings"]["untyped"] = sorted(plan.settings.untyped)
    return tree


def make_plan(
    inputs: Sequence[str],
    settings: RunSettings,
    *,
    sample_info: Path | None = None,
    outside_calls: Path | None = None,
    overlay: Path | None = None,
    deidentify: bool = False,
    pseudonym_key: Path | None = None,
    formats: Sequence[str] = ("parquet",),
    knowledge: KnowledgeBase | None = None,
) -> CohortPlan:
    """Return the plan of a run; inputs are not opened.

    Raises
    ------
    UnknownGeneError, UnknownDrugError
        A gene or drug that the knowledge base does not have.
    KnowledgeError
        The knowledge base or the laboratory's folder cannot be used.
    InputError
        A path or the name of a sample is not UTF-8 text.
    """
    kb = knowledge or knowledge_of(overlay)
    _check_names(settings.samples)
    drugs = named_drugs(kb, settings.drugs)
    files = tuple(_planned(path) for path in inputs)
    plan = CohortPlan(
        inputs=files,
        settings=msgspec.structs.replace(settings, drugs=drugs, with_sites=False),
        reads=tuple(_batches(files)),
        genes=tuple(gene.gene for gene in chosen_genes(kb, settings)),
        formats=tuple(formats),
        sample_info=_planned(str(sample_info)) if sample_info else None,
        outside_calls=_planned(str(outside_calls)) if outside_calls else None,
        overlay=str(overlay.absolute()) if overlay else None,
        deidentify=deidentify,
        pseudonym_key=_planned(str(pseudonym_key)) if pseudonym_key else None,
        knowledge_release=kb.release,
        knowledge_digest=kb.manifest.digest,
        data_digest=data_digest(),
        code_digest=code_digest(),
    )
    _check_names(plan.paths())
    return plan


def _check_names(names: Iterable[str] | None) -> None:
    """Refuse names of files or samples that JSON, the format of a plan, cannot represent."""
    for name in names or ():
        if not is_text(name):
            raise InputError(
                "the path, or the name of a sample, is not UTF-8 text and cannot be kept in a plan",
                where=shown_name(Path(name).name),
                remedy="rename the file or its folder",
            )


def _planned(path: str) -> PlannedFile:
    """Return the current size and modification time of a file."""
    if path == "-" or "://" in path:
        return PlannedFile(path=path)
    # workers may have another current folder
    file = Path(path).absolute()
    try:
        status = file.stat()
    except OSError:
        return PlannedFile(path=str(file))  # the reading part reports the error
    if file.is_file():
        return PlannedFile(path=str(file), size=status.st_size, changed=status.st_mtime_ns)
    from pgx.io.zarr_source import is_vcf_zarr

    if not is_vcf_zarr(path):
        return PlannedFile(path=str(file))
    found = [own.stat() for own in file.rglob("*") if own.is_file()]
    return PlannedFile(
        path=str(file),
        size=sum(own.st_size for own in found),
        changed=max((own.st_mtime_ns for own in found), default=0),
    )


def _batches(files: Sequence[PlannedFile]) -> Iterator[tuple[int, ...]]:
    """Yield batches of inputs in order: small files are joined, a large file or address is alone.

    The size limit decreases with the total size, so that a few medium-sized inputs are not
    joined and can be read in parallel.
    """
    total = sum(file.size for file in files)
    # about 64 batches of small files, so that several processes have work
    limit = min(_BATCH_BYTES, max(_BATCH_LEAST_BYTES, total // _BATCHES))
    batch: list[int] = []
    size = 0
    for number, file in enumerate(files):
        # the size behind an address is unknown: it fills a batch by itself
        own = limit if file.is_remote else file.size
        is_full = size + own > limit or len(batch) == _BATCH_INPUTS
        if batch and is_full:
            yield tuple(batch)
            batch, size = [], 0
        batch.append(number)
        size += own
    if batch:
        yield tuple(batch)


def read_plan(path: Path) -> CohortPlan:
    """Return a plan from a JSON file.

    Raises
    ------
    InputError
        It cannot be read, or was made by another version of the program.
    """
    try:
        plan = msgspec.json.decode(read_whole(path, _MAX_BYTES), type=CohortPlan)
    except OSError as error:
        raise InputError(
            f"the plan cannot be read: {error.strerror or 'unknown'}",
            where=path.name,
            remedy="make it with pgx partition plan",
        ) from error
    except msgspec.DecodeError as error:
        raise InputError(
            "this is no plan of a cohort run", where=path.name, remedy="make it anew"
        ) from error
    if plan.schema != SCHEMA or plan.version != __version__:
        raise InputError(
            f"the plan was made by pgx {plan.version}", where=path.name, remedy="make it anew"
        )
    return plan


def is_plan(path: Path, plan: CohortPlan) -> bool:
    """Whether a file contains this plan; False if it cannot be read."""
    try:
        return read_plan(path).digest() == plan.digest()
    except InputError:
        return False


class PlannedInput(msgspec.Struct, frozen=True, kw_only=True):
    """One input as described by its header; ``assembly`` is the one it would be read on."""

    name: str
    assembly: Assembly
    samples: tuple[str, ...]


class RunPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Preview of a run.

    ``samples`` are the samples to call, in input order; ``genes`` those callable from variants,
    ``outside`` those that need an outside call. Empty ``drugs`` mean all.
    """

    inputs: tuple[PlannedInput, ...]
    refused: tuple[InputError, ...]
    samples: tuple[str, ...]
    genes: tuple[str, ...]
    outside: tuple[str, ...]
    drugs: tuple[str, ...]


def plan(
    paths: Sequence[str | Path],
    settings: RunSettings,
    *,
    knowledge: KnowledgeBase | None = None,
    reads: ReadsInput | None = None,
) -> RunPlan:
    """Read the headers of inputs and describe what `pgx.engine.annotate.annotate` would do.

    Malformed records and bases of another assembly are only detected by the run itself.

    Raises
    ------
    UnknownGeneError, UnknownDrugError
        A gene or drug that the knowledge base does not have.
    SampleNotFoundError
        A sample that no input has.
    ReadsFileError, AssemblyMismatchError
        The file of reads cannot be used.
    """
    kb = knowledge or KnowledgeBase()
    drugs = named_drugs(kb, settings.drugs)
    wanted = {kb.gene(name).gene for name in settings.genes} or set(kb.genes)
    genes = [gene for name, gene in kb.genes.items() if name in wanted]
    inputs: list[PlannedInput] = []
    refused: list[InputError] = []
    for path in paths:
        try:
            inputs.append(_read_header(path, settings))
        except InputError as error:
            refused.append(error)
    if reads is not None:
        inputs.append(_open_reads(reads, settings, inputs))
    return RunPlan(
        inputs=tuple(inputs),
        refused=tuple(refused),
        samples=_samples(inputs, settings, any_refused=bool(refused)),
        genes=tuple(gene.gene for gene in genes if gene.variants),
        outside=tuple(gene.gene for gene in genes if not gene.variants),
        drugs=drugs,
    )


def _read_header(path: str | Path, settings: RunSettings) -> PlannedInput:
    with open_source(path) as source:
        assembly = decide_assembly(source.header, settings.assembly, source.path)
        return PlannedInput(name=source.path, assembly=assembly, samples=source.header.samples)


def _open_reads(
    reads: ReadsInput, settings: RunSettings, others: Sequence[PlannedInput]
) -> PlannedInput:
    """Open a file of reads; if it names no sample, the other inputs' sample is used."""
    from pgx.reads.source import open_reads

    with open_reads(reads.path, reads.reference, settings.assembly) as file:
        named = (file.sample,) if file.sample else ()
        known = named or tuple(dict.fromkeys(s for i in others for s in i.samples))
        samples = known or (Path(reads.path).stem,)
        return PlannedInput(name=file.name, assembly=file.assembly, samples=samples)


def _samples(
    inputs: Sequence[PlannedInput], settings: RunSettings, *, any_refused: bool
) -> tuple[str, ...]:
    found = dict.fromkeys(name for item in inputs for name in item.samples)
    lacking = [name for name in settings.samples if name not in found]
    if lacking and not any_refused:  # otherwise the refused input is reported
        raise SampleNotFoundError(
            f"{len(lacking)} of the samples asked for are in no input that could be read",
            remedy="check --samples against the #CHROM line",
        )
    return tuple(n for n in found if not settings.samples or n in settings.samples)
