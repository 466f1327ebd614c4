"""Canaries: names, rsIDs and genotypes of a person in messages and in temporary files."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Final

from torture.record import Check, Settings
from torture.sandbox import EXAMPLES, PGX, environment, pgx, sandbox, shown

__all__ = ["CANARIES", "checks", "sung"]

SAMPLE: Final = "CANARYSAMPLE77"
RSID: Final = "rs77700077"
GENOTYPE: Final = "7|31"
DATE: Final = "1907-07-17"
NOTE: Final = "CANARYNOTE77"
CANARIES: Final = (SAMPLE, RSID, GENOTYPE, DATE, NOTE)
N_KILLS: Final = 12
_LINE: Final = "chr10\t94781859\t{rsid}\tG\tA\t50\tPASS\t.\tGT:GQ:DP\t{genotype}:99:30\n"


def _person(folder: Path) -> Path:
    text = (EXAMPLES / "patient.g.vcf").read_text(encoding="utf-8")
    path = folder / "person.vcf"
    path.write_text(text.replace("EXAMPLE_1", SAMPLE), encoding="utf-8")
    return path


def _inputs(folder: Path) -> dict[str, tuple[object, ...]]:
    """Return runs that end well and runs that are refused, each with canaries in its inputs."""
    good = _person(folder)
    text = good.read_text(encoding="utf-8")
    head = "".join(line + "\n" for line in text.splitlines() if line.startswith("#"))
    bad, patient, broken = folder / "bad.vcf", folder / "patient.json", folder / "broken.json"
    bad.write_text(head + _LINE.format(rsid=RSID, genotype=GENOTYPE), encoding="utf-8")
    twice = folder / "twice.vcf"
    lines = "".join(_LINE.format(rsid=RSID, genotype=g) for g in ("0|1", "1|1"))
    twice.write_text(head + lines, encoding="utf-8")
    known = f'"schema_version": "1.0", "sample": "{SAMPLE}", "birth_date": "{DATE}"'
    patient.write_text(f'{{{known}, "medicines": [{{"name": "{NOTE}"}}]}}', encoding="utf-8")
    broken.write_text(f'{{{known}, "sex": "{NOTE}"}}', encoding="utf-8")
    outside = folder / "outside.tsv"
    columns = "sample\tgene\tdiplotype\tphenotype\tactivity_score\n"
    outside.write_text(f"{columns}{SAMPLE}\tCYP2D6\t{NOTE}/*1\t\t\n", encoding="utf-8")
    out = ("-o", "out", "--force")
    return {
        "a good file": ("annotate", good, *out),
        "a genotype that cannot be": ("annotate", bad, *out),
        "a site twice": ("annotate", twice, *out),
        "two files that disagree": ("annotate", good, twice, *out),
        "an unknown medicine": ("annotate", good, *out, "--patient", patient),
        "a broken patient file": ("annotate", good, *out, "--patient", broken),
        "a broken outside call": ("annotate", good, *out, "--outside-calls", outside),
        "a sample that is not there": ("annotate", EXAMPLES / "cohort.vcf", *out, "--samples", "S"),
        "a cohort": ("cohort", good, *out),
        "a refused cohort": ("cohort", good, bad, *out),
        "a check": ("check", bad),
        "no file": ("annotate", folder / "absent.vcf", *out),
    }


def checks(settings: Settings) -> list[Check]:
    """Look for canaries in what runs say, and in what killed runs leave."""
    with sandbox() as folder:
        failures: list[str] = []
        runs = _inputs(folder)
        for what, words in runs.items():
            done = pgx(folder, *words, PGX_TRACEBACK="1")
            failures += sung(f"{what} (status {done.returncode})", {"stderr": done.stderr})
        said = Check("messages, with tracebacks", len(runs), tuple(failures))
        return [said, _temporary(folder, settings)]


def sung(what: str, texts: Mapping[str, str], canaries: Iterable[str] = CANARIES) -> list[str]:
    """Return the places where a canary stands."""
    found = []
    for where, text in texts.items():
        for line in text.splitlines():
            found += [f"{what}: {c} in {where}: {shown(line, 100)}" for c in canaries if c in line]
    return found


def _temporary(folder: Path, settings: Settings) -> Check:
    """Kill runs that read BCF and write workbooks; look into temporary files after the next run."""
    import pysam.bcftools

    source = folder / "person.bcf"
    plain = str(_person(folder))
    pysam.bcftools.view("-Ob", "-o", str(source), plain, catch_stdout=False)
    words = ("annotate", source, "-o", "killed", "--force", "--format", "xlsx,json,pdf,matrix")
    chance, n = Random(settings.seed), settings.count(N_KILLS)
    started = time.monotonic()
    pgx(folder, *words)
    takes = time.monotonic() - started
    for _ in range(n):
        process = subprocess.Popen(
            [*PGX, *map(str, words)],
            cwd=folder,
            env=environment(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(takes / 3, takes))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    pgx(folder, *words)
    return Check("temporary files after kills and a run", n, tuple(_left(folder / "tmp")))


def _left(temporary: Path) -> list[str]:
    """Return temporary files that hold a canary, or that others may read."""
    failures = []
    for path in temporary.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            failures += sung("left", {path.name: text})[:1]
            failures += (
                [f"{path.name} is readable by others"] if path.stat().st_mode & 0o077 else []
            )
    return failures
