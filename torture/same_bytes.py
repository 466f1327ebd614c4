"""The same bytes under ten hash seeds, with one worker and with two."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from torture.cohorts import WORDS, few_files
from torture.record import Check, Settings, skipped
from torture.sandbox import EXAMPLES, PGX, digests, first_line, pgx, sandbox

__all__ = ["checks", "differences"]

N_SEEDS: Final = 10
_ANNOTATE: Final = (
    *("annotate", EXAMPLES / "patient.g.vcf", "--patient", EXAMPLES / "patient.json"),
    *("--outside-calls", EXAMPLES / "outside-calls.tsv"),
    *("--format", "json,html,fhir,fhir-full,pdf,xlsx,matrix,multiqc"),
)


def checks(settings: Settings) -> list[Check]:
    """Run with every seed."""
    n = settings.count(N_SEEDS)
    with sandbox() as folder:
        cohort = ("cohort", *few_files(folder / "in", 8), *WORDS, "--quiet")
        found = [
            Check("annotate, all formats", n, differences(folder, _ANNOTATE, n)),
            Check("cohort, this process alone", n, differences(folder, cohort, n)),
        ]
        try:
            import distributed  # noqa: F401 - an extra
        except ImportError:
            return [*found, skipped("cohort with workers", "the extra cluster is not installed")]
        alone = _bytes(folder, cohort, "0")[0]
        for workers in ("1", "2"):
            words = (*cohort, "--workers", workers)
            failures = differences(folder, words, n, expected=alone)
            found.append(Check(f"cohort, workers {workers}", n, failures))
        return found


def differences(
    folder: Path,
    words: tuple[object, ...],
    n: int,
    *,
    command: tuple[str, ...] = PGX,
    expected: dict[str, str] | None = None,
) -> tuple[str, ...]:
    """Run with seeds 1 … n; return where status or bytes are others than the first run's."""
    failures = []
    for seed in range(1, n + 1):
        found, said = _bytes(folder, words, str(seed), command)
        expected = found if expected is None else expected
        names = sorted(n for n in {*found, *expected} if found.get(n) != expected.get(n))
        if said or names:
            failures.append(f"seed {seed}: {said or ', '.join(names) + ' differ'}")
    return tuple(failures)


def _bytes(
    folder: Path, words: tuple[object, ...], seed: str, command: tuple[str, ...] = PGX
) -> tuple[dict[str, str], str]:
    out = folder / "out"
    more = {"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "1700000000"}
    done = pgx(folder, *words, "-o", out, "--force", command=command, **more)
    return digests(out), first_line(done.stderr) if done.returncode else ""
