"""Write a cohort's results from finished parts; files are renamed only when all are complete."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import msgspec
import numpy as np
import numpy.typing as npt

from pgx.base.files import file_digest
from pgx.base.texts import release_month
from pgx.engine.calling import GeneTable
from pgx.engine.engine import refused_of
from pgx.engine.parts import Parts
from pgx.engine.plan import CohortPlan, PlannedFile
from pgx.engine.reading import Inputs, ReadInput
from pgx.engine.work import CHUNK_SAMPLES, Progress, Silent, Steps
from pgx.errors import InputError
from pgx.inputs.settings import SampleInfo
from pgx.records.calls import CallStatus, Recommendation
from pgx.reports.content.deidentification import MARK
from pgx.reports.files.output_folder import new_file, results_in
from pgx.reports.files.result_set import Apart, result_set
from pgx.reports.tables.run_summaries import GeneCounts, multiqc_of_cohort

if TYPE_CHECKING:
    from pgx.engine.tables import Summaries

__all__ = [
    "CohortOutcome",
    "KeptAdvice",
    "count_calls",
    "kept_advice",
    "render_multiqc",
    "result_names",
    "write_cohort",
]


def count_calls(table: GeneTable) -> GeneCounts:
    """Count the samples of a gene's table by call status."""
    n_samples = np.bincount(table.index, minlength=len(table.calls)).tolist()
    counts = dict.fromkeys(CallStatus, 0)
    positions = missing = 0
    for call, n in zip(table.calls, n_samples, strict=True):
        counts[call.status] += n
        positions += n * call.n_positions
        missing += n * call.n_missing
    return GeneCounts(
        called=counts[CallStatus.CALLED],
        ambiguous=counts[CallStatus.AMBIGUOUS],
        no_call=counts[CallStatus.NO_CALL],
        not_assessed=counts[CallStatus.NOT_ASSESSED],
        n_positions=positions,
        n_missing=missing,
    )


def render_multiqc(n_samples: int, tables: Sequence[GeneTable]) -> bytes:
    """Return the MultiQC section of a cohort: one row per gene."""
    return multiqc_of_cohort(n_samples, {table.gene: count_calls(table) for table in tables})


Numbers = npt.NDArray[np.int32]
Fill = Callable[[BinaryIO], None]

SUMMARY_FILE: Final = "cohort.json"
MULTIQC_FILE: Final = "pgx_cohort_mqc.json"


@dataclass(slots=True)
class CohortOutcome:
    """Outcome of a run: its samples by their own names, refused inputs, hints."""

    samples: Sequence[str] = ()
    refused: list[InputError] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    @property
    def n_samples(self) -> int:
        """Number of samples with results."""
        return len(self.samples)


def write_cohort(
    steps: Steps,
    folder: Path,
    progress: Progress | None = None,
    *,
    apart: Callable[[Sequence[str]], Apart | None] | None = None,
) -> CohortOutcome:
    """Write the results of finished parts; nothing if every input was refused.

    ``apart`` returns a file outside the folder that belongs to the results of some samples.

    Raises
    ------
    OutputError
        Disk, permission or quota; each file is written atomically.
    """
    tell = progress or Silent()
    inputs, samples = steps.parts.inputs({}), steps.samples
    outcome = CohortOutcome(samples, refused_of(inputs), steps.engine.hints(inputs, samples))
    if samples:
        with result_set(folder, results_in) as made:
            files = _Results(steps, inputs).write(made.place, tell)
            beside = apart(samples) if apart is not None else None
            if beside is not None:
                made.keep_apart(beside)
            made.publish(files)
        outcome.files = [folder / path.name for path in files]
    return outcome


class KeptAdvice:
    """Recommendations of finished chunks, with the interface of `AdviceTable`.

    ``rows`` grows as `of_samples` reaches chunks with new rows; one chunk is in memory at a time.

    Parameters
    ----------
    parts
        Where the chunks are stored.

    width
        Number of recommendations per sample.
    """

    def __init__(self, parts: Parts, width: int) -> None:
        self._parts = parts
        self._numbers: dict[Recommendation, int] = {}
        self.rows: list[Recommendation] = []
        self._held = -1
        self._index = np.zeros((0, 0), np.int32)
        self.width = width

    def of_samples(self, first: int, last: int) -> Numbers:
        """Return (last - first, width) int32 indices of rows for a half-open range of samples.

        Raises
        ------
        OutputError
            A chunk is absent or damaged.
        """
        found = []
        for chunk in range(first // CHUNK_SAMPLES, (last - 1) // CHUNK_SAMPLES + 1):
            start = chunk * CHUNK_SAMPLES
            found.append(self._chunk(chunk)[max(0, first - start) : last - start])
        return np.concatenate(found)

    def _chunk(self, chunk: int) -> Numbers:
        if chunk != self._held:
            records, index = self._parts.advice(chunk)
            own = np.array([self._number(record) for record in records], np.int32)
            self._held, self._index = chunk, own[index]
        return self._index

    def _number(self, record: Recommendation) -> int:
        number = self._numbers.setdefault(record, len(self.rows))
        if number == len(self.rows):
            self.rows.append(record)
        return number


def kept_advice(parts: Parts, n_samples: int) -> KeptAdvice | None:
    """Return the stored recommendations, None if any chunk is missing.

    Raises
    ------
    OutputError
        The first chunk is damaged.
    """
    chunks = range(-(-n_samples // CHUNK_SAMPLES))
    if not chunks or not all(map(parts.has_advice, chunks)):
        return None
    _, first = parts.advice(0)
    return KeptAdvice(parts, first.shape[1])


def result_names(plan: CohortPlan, samples: Sequence[str]) -> Sequence[str]:
    """Return the names of samples in the results: pseudonyms, or their own names.

    Raises
    ------
    UsageError
        The key file cannot be read, or is not a key.
    """
    if not plan.deidentify:
        return samples
    from pgx.reports.content.deidentification import counted_pseudonyms, keyed_pseudonyms, read_key

    key = plan.pseudonym_key
    if key is None:
        return counted_pseudonyms(len(samples))
    return keyed_pseudonyms(samples, read_key(Path(key.path)))


class _Results:
    """Writer of the results of one run."""

    def __init__(self, steps: Steps, inputs: Inputs) -> None:
        self._steps, self._plan, self._engine = steps, steps.plan, steps.engine
        self._samples, self._inputs = steps.samples, inputs
        self._names = result_names(self._plan, self._samples)
        self._tables: list[GeneTable] = [steps.parts.calls(gene) for gene in self._plan.genes]

    def write(self, folder: Path, progress: Progress) -> list[Path]:
        """Write all files; they are renamed to their final names together, at the end.

        Summaries are computed while the large tables are written: encoding runs outside of Python.
        """
        written: list[Path] = []
        handles: list[BinaryIO] = []
        with ThreadPoolExecutor(1) as pool, contextlib.ExitStack() as stack:
            summaries = pool.submit(self._summaries)
            for name, fill in self._writers(progress, summaries):
                progress.stage(f"samples written to {name}", len(self._samples))
                written.append(folder / name)
                handles.append(stack.enter_context(new_file(folder / name)))
                fill(handles[-1])
            for handle in handles:  # a full disk shows here, before any file is renamed
                handle.flush()
                os.fsync(handle.fileno())
        return written

    def _writers(
        self, progress: Progress, summaries: Future[Summaries]
    ) -> Iterator[tuple[str, Fill]]:
        """Yield the writer of each file; small files follow once the large tables are written."""
        yield from self._large(progress).items()
        yield from self._small(summaries.result()).items()

    def _large(self, progress: Progress) -> dict[str, Fill]:
        """Return the writers of the tables of all samples, the largest first."""
        from pgx.engine.tables import advice_table, call_table, write_parquet, write_tsv

        names = self._names
        advice = kept_advice(self._steps.parts, len(names)) or self._engine.advice(self._tables)
        tables = {
            "recommendations": advice_table(names, advice, progress.done),
            "calls": call_table(names, self._tables, progress.done),
        }
        writers: dict[str, Fill] = {}
        for form in self._plan.formats:
            fill = write_tsv if form == "tsv" else write_parquet
            writers |= {f"{n}.{form}": functools.partial(fill, table=t) for n, t in tables.items()}
        return writers

    def _summaries(self) -> Summaries:
        from pgx.engine.tables import summarise

        genes = list(self._engine.genes.values())
        info = self._sample_info()
        return summarise(self._names, info, genes, self._tables, self._steps.pieces)

    def _small(self, found: Summaries) -> dict[str, Fill]:
        """Return the writers of the summary files."""
        from pgx.engine.tables import write_frame

        writers: dict[str, Fill] = {}
        for form in self._plan.formats:
            writers |= {
                f"{n}.{form}": functools.partial(write_frame, frame=f, form=form)
                for n, f in found.tables.items()
            }
        texts = {
            MULTIQC_FILE: render_multiqc(len(self._names), self._tables),
            SUMMARY_FILE: self._summary(found.quality),
        }
        return writers | {n: functools.partial(_write_bytes, data=t) for n, t in texts.items()}

    def _sample_info(self) -> Mapping[str, SampleInfo]:
        """Return sex and population by sample name as written in the results."""
        known = self._engine.sample_info
        if self._names is self._samples:
            return known
        pairs = zip(self._samples, self._names, strict=True)
        return {name: known[sample] for sample, name in pairs if sample in known}

    def _summary(self, quality: dict[str, Any]) -> bytes:
        """Return the provenance of the results as JSON, without clock time and sample names."""
        plan, overlay = self._plan, self._engine.knowledge.overlay
        marked = {MARK: "yes"} if plan.deidentify else {}
        tree = {
            "tool": "pgx",
            "version": plan.version,
            "knowledge_release": plan.knowledge_release,
            "knowledge_date": release_month(plan.knowledge_release),
            "knowledge_digest": plan.knowledge_digest,
            "data_digest": plan.data_digest,
            "code_digest": plan.code_digest,
            "overlay": overlay and overlay.info,
            "settings": self._engine.settings.as_provenance() | marked,
            "chosen_samples": bool(self._engine.settings.samples),
            "sample_info": _digest_of(plan.sample_info),
            "outside_calls": _digest_of(plan.outside_calls),
            "n_samples": len(self._samples),
            "genes": list(plan.genes),
            "quality": quality,
            "input": [_described(item, named=not plan.deidentify) for item in self._inputs],
        }
        return msgspec.json.format(msgspec.json.encode(tree), indent=1) + b"\n"


def _write_bytes(handle: BinaryIO, data: bytes) -> None:
    handle.write(data)


def _digest_of(file: PlannedFile | None) -> str | None:
    """Return the SHA-256 of a side file; None for a pipe, which can be read only once."""
    return (file_digest(Path(file.path)) or None) if file else None


def _described(item: ReadInput | InputError, *, named: bool) -> dict[str, object]:
    """Return a description of an input; its name may be that of a person."""
    if isinstance(item, InputError):
        # the line of an error may contain a file name
        return {"refused": item.line() if named else item.code}
    return {
        "name": item.name if named else "",
        "sha256": item.sha256,
        "assembly": item.assembly.value,
        "n_samples": len(item.samples),
    }
