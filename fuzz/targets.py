"""What is run on each input, and what must hold of its result."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from fuzz.outside_grammar import OutsideGrammar
from fuzz.vcf_grammar import Place, VcfGrammar
from pgx.base.assemblies import CANONICAL, Assembly, contig_length
from pgx.errors import PgxError, VcfFormatError
from pgx.genotypes.build import ReadingSettings, build_genotypes, gene_regions
from pgx.genotypes.matrix import GeneGenotypes
from pgx.genotypes.sites import GeneLocus
from pgx.haplotypes import _kernels as matching
from pgx.haplotypes.caller import GeneCaller
from pgx.haplotypes.observation import observe
from pgx.inputs.outside_calls import answer, contradicting
from pgx.inputs.side_files import read_outside_calls, read_sample_info, read_untyped
from pgx.io import _kernels as scanning
from pgx.io import scan_codes as layout
from pgx.io import scanner
from pgx.io.depth import DepthLayout, DepthListener
from pgx.io.records import Scan, ScanLimits, SiteReason
from pgx.io.source import open_source
from pgx.io.windows import Windows
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import UnusedReason
from pgx.records.genes import GeneDefinition

__all__ = ["TARGETS", "Target", "make_target"]

GENES: Final = ("CYP2C19", "UGT1A1", "G6PD", "MT-RNR1")
FLANK: Final = 60
LIMITS: Final = ScanLimits(max_line_bytes=1 << 20, max_header_bytes=1 << 20, max_records=20_000)
LENGTHS: Final = {name: contig_length(name, Assembly.GRCH38) for name in CANONICAL}
MARKERS: Final = ("*57:01", "*15:02", "*31:01", "*58:01")
SCAN: Final[Any] = scanning.scan
MATCH: Final[Any] = matching.fit_diplotypes
BEHIND: Final = b"1|0\t.\n\xff:"  # what follows the chunk must not matter
OUT_OF_RANGE: Final = "a value out of its range"


class Grammar(Protocol):
    """Makes inputs of a target and edits them."""

    def document(self, rng: Random) -> bytes:
        """Return a new input."""

    def mutate(self, data: bytes, rng: Random) -> bytes:
        """Return an edited input."""


class Target(ABC):
    """One fuzz target: call it with bytes; anything but a `PgxError` inside is a finding.

    ``counts`` has ``executions``; ``reached``: inputs of which a record, or a line of a
    table, was looked at; ``refused``; ``accepted``.
    """

    grammar: Grammar

    def __init__(self, folder: Path) -> None:
        self.counts: Counter[str] = Counter()
        self._reached = False
        self._path = folder / "input"

    def __call__(self, data: bytes) -> None:
        """Run one input."""
        self._path.write_bytes(data)
        self.counts["executions"] += 1
        self._reached = False
        try:
            self.run(self._path)
        except PgxError:
            self.counts["refused"] += 1
        else:
            self.counts["accepted"] += 1
        finally:
            self.counts["reached"] += self._reached

    @abstractmethod
    def run(self, path: Path) -> None:
        """Read one file; a refusal raises."""

    @property
    def share(self) -> float:
        """Share of the executions that reached a record."""
        return self.counts["reached"] / max(1, self.counts["executions"])


class ScannerTarget(Target):
    """Container, header and scanner."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        # the buffer then grows now and then, and is cleared faster
        scanner._FIRST_CAPACITY = 1 << 12  # type: ignore[misc] # nothing else may change it
        known = KnowledgeBase().genes
        self._loci = [GeneLocus(known[name], Assembly.GRCH38) for name in GENES]
        places = [place for locus in self._loci for place in places_of(locus)]
        self.grammar: VcfGrammar = VcfGrammar(places)
        spans = [(p.contig, max(1, p.position - FLANK), p.position + FLANK) for p in places]
        self._windows = Windows.build(spans, gene_regions(self._loci))
        reach = {p.contig: (1, p.position + FLANK) for p in places}
        windows = [(contig, end - FLANK + 1, end) for contig, (_, end) in reach.items()]
        self._depth = DepthLayout(windows, [True] * len(windows), reach)

    def scan(self, path: Path, kernel: scanner.Kernel) -> Scan:
        """Scan a file with one implementation of the loop and check what it returns."""

        def watched(chunk: npt.NDArray[np.uint8], end: int, *rest: Any) -> int:  # noqa: ANN401
            status = kernel(chunk, end, *rest)
            state = rest[1]
            cursor = int(state[layout.S_CURSOR])
            at_record = cursor < end and chunk[cursor] != ord("#")
            self._reached |= bool(at_record or state[layout.S_N_RECORDS])
            return status

        with open_source(path, limits=LIMITS) as source:
            listener = DepthListener(self._depth, len(source.header.samples))
            found = source.scan(
                self._windows, contig_lengths=LENGTHS, kernel=watched, listener=listener
            )
        listener.finish()
        check_scan(found)
        return found

    def run(self, path: Path) -> None:
        """Scan by machine code."""
        self.scan(path, SCAN)


class CallsTarget(ScannerTarget):
    """The same, then genotypes and calls of a few genes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._callers = [GeneCaller(locus.gene) for locus in self._loci]

    def run(self, path: Path) -> None:
        """Scan, read every site, call every gene in every sample."""
        found = self.scan(path, SCAN)
        settings = ReadingSettings(absent_is_reference=bool(found.n_records % 2))
        genotypes = build_genotypes(
            self._loci, found, settings, {"S1": "male"}, where=path.name, indel_limit=None
        )
        for caller, genes in zip(self._callers, genotypes, strict=True):
            for column in range(len(genes.samples)):
                caller.call(genes, column, with_sites=True)
            if len(caller._known) > 100:
                caller._known.clear()


class KernelTarget(ScannerTarget):
    """Every kernel as machine code and as plain Python: both must say the same."""

    def run(self, path: Path) -> None:
        """Scan twice and compare; match random definitions twice and compare."""
        compare_matching(Random(path.read_bytes()))
        compiled, plain = (self._outcome(path, k) for k in (SCAN, interpreted))
        if isinstance(compiled, VcfFormatError):
            if str(compiled) != str(plain):
                raise AssertionError((compiled, plain))
            raise compiled
        if isinstance(plain, VcfFormatError):
            raise AssertionError((compiled, plain))
        for name in ("genotypes", "phased", "phase_set", "reason", "gq", "dp", "likelihoods"):
            one, other = getattr(compiled, name), getattr(plain, name)
            if not np.array_equal(one, other):
                raise AssertionError(name)
        said = repr(compiled.records) == repr(plain.records)  # arrays are equal by what they say
        if not said or compiled.n_records != plain.n_records:
            raise AssertionError("records")

    def _outcome(self, path: Path, kernel: scanner.Kernel) -> Scan | VcfFormatError:
        try:
            return self.scan(path, kernel)
        except VcfFormatError as error:
            return error


class OutsideTarget(Target):
    """Readers of the tables beside the variants, and the calls that they lead to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._genes: dict[str, GeneDefinition] = KnowledgeBase().genes
        alleles = {name: [a.name for a in gene.alleles] for name, gene in self._genes.items()}
        terms = {
            name: sorted({r.phenotype for r in gene.rules} | {r.lookup_key for r in gene.rules})
            for name, gene in self._genes.items()
        }
        self.grammar = OutsideGrammar(alleles, terms)
        self._seen = {}
        for name, gene in self._genes.items():
            if gene.variants:
                compiled = GeneCaller(gene).compiled
                empty = GeneGenotypes.empty(gene, ("S1",))
                self._seen[name] = compiled, observe(empty, 0)

    def run(self, path: Path) -> None:
        """Read the table as each of the three kinds, then turn each call into a result."""
        for reader in (read_sample_info, read_untyped):
            try:
                reader(path)
            except PgxError:
                continue
        for call in read_outside_calls(path):
            self._reached = True
            gene = self._genes.get(call.gene)
            if gene is None:
                continue
            made = answer(call, gene, call.sample or "S1", MARKERS)
            if isinstance(made, str):
                UnusedReason(made)
                continue
            if not (made.diplotype or made.phenotype or made.lookup_keys):
                raise AssertionError("a call that says nothing")
            if call.gene in self._seen:
                contradicting(made, *self._seen[call.gene])


def places_of(locus: GeneLocus) -> list[Place]:
    """Return the defining positions of a gene with their alleles."""
    found = []
    for site in locus.sites:
        alts = tuple(a for a in site.variant.alleles if a != site.ref and a.isalpha())
        found.append(Place(locus.gene.contig, site.position, site.ref, alts))
    return found


def check_scan(found: Scan) -> None:
    """Hold a scan to its own description."""
    rows, columns = len(found.records), len(found.samples)
    arrays = (found.phased, found.phase_set, found.reason, found.gq, found.dp)
    shapes = {array.shape for array in arrays} | {found.genotypes.shape[:2]}
    n_alleles = np.array([len(r.alts) + 1 for r in found.records]).reshape(rows, 1, 1)
    sound = (
        shapes == {(rows, columns)}
        and (found.genotypes < n_alleles).all()
        and (found.genotypes >= -2).all()
        and (found.genotypes[:, :, 0] >= -1).all()
        and (found.reason <= max(SiteReason)).all()
        and (found.gq >= -1).all()
        and (found.dp >= -1).all()
        and all(r.position <= r.end for r in found.records if r.position)
    )
    values = found.likelihoods
    if values is not None and len(values):
        best = np.where(values < 0, 32_767, values).min(axis=2)
        sound &= bool((values >= -1).all() and ((best == 0) | (values < 0).all(axis=2)).all())
    if not sound:
        raise AssertionError(OUT_OF_RANGE)


class Text(bytes):
    """Bytes whose items are plain integers and whose slices are arrays."""

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401 - as bytes does
        part = super().__getitem__(key)
        return part if isinstance(part, int) else np.frombuffer(part, np.uint8)


def interpreted(chunk: npt.NDArray[np.uint8], end: int, *rest: Any) -> int:  # noqa: ANN401
    """Run the scanning loop as Python; eight bytes after the chunk its memory ends."""
    with np.errstate(over="ignore"):  # 32-bit words wrap round, as compiled
        return int(SCAN.py_func(Text(bytes(chunk[:end]) + BEHIND), end, *rest))


def compare_matching(rng: Random) -> None:
    """Match random definitions with random haplotypes by both forms of the kernel."""
    n_alleles, n_positions, n_blocks = rng.randint(1, 6), rng.randint(0, 5), rng.randint(0, 3)
    source = np.random.default_rng(rng.getrandbits(32))
    masks = source.integers(0, 2**63, (n_alleles, n_positions)).astype(np.uint64)
    codes = source.integers(-2, 63, (n_positions, 2)).astype(np.int8)
    block = source.integers(-1, max(1, n_blocks), n_positions).astype(np.int32)
    block = np.minimum(block, n_blocks - 1).astype(np.int32)
    results = []
    for kernel in (MATCH, MATCH.py_func):
        haplotype = np.zeros((n_blocks + 1, 2, n_alleles), np.uint8)
        out = np.full((n_alleles, n_alleles), 9, np.uint8)
        results.append((kernel(masks, codes, block, n_blocks, haplotype, out), out.tolist()))
    if results[0] != results[1]:
        raise AssertionError(results)


TARGETS: Final[dict[str, Callable[[Path], Target]]] = {
    "scanner": ScannerTarget,
    "calls": CallsTarget,
    "kernels": KernelTarget,
    "outside": OutsideTarget,
}


def make_target(name: str) -> tuple[Target, tempfile.TemporaryDirectory[str]]:
    """Return a target and the private folder that it writes its inputs to."""
    memory = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
    folder = tempfile.TemporaryDirectory(
        prefix="pgx-fuzz-", dir=memory if memory.is_dir() else None
    )
    return TARGETS[name](Path(folder.name)), folder


def seeds(target: Target, count: int) -> Sequence[bytes]:
    """Return inputs to start from, the same every time."""
    return [target.grammar.document(Random(n)) for n in range(count)]
