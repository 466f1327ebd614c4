"""The sets of golden outputs: made anew, kept in a table, compared with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from validation.data import DATA, gvcf_files
from validation.golden.parts import digests

__all__ = ["SETS", "TABLE", "differences", "made", "read", "written"]

TABLE = Path(__file__).with_name("digests.tsv")
_ROOT = Path(__file__).resolve().parents[2]
_EXAMPLES = _ROOT / "examples"
_DAY = "1796083200"  # 2026-12-01: what a report says of ages is counted to it
Digests = dict[tuple[str, str, str], str]
Command = Sequence[str | Path]


def _examples() -> Iterator[tuple[str, Command]]:
    """Yield the commands of the guides, with every format and both languages."""
    every = "html,json,fhir,fhir-full,pdf,pdf-patient,pdf-card,xlsx"
    patient = _EXAMPLES / "patient.g.vcf"
    yield "patient", ("annotate", patient, "--patient", _EXAMPLES / "patient.json",
                      "--outside-calls", _EXAMPLES / "outside-calls.tsv", "--format", every,
                      "--laboratory", _EXAMPLES / "laboratory.toml")  # fmt: skip
    yield "patient-de", ("annotate", patient, "--patient", _EXAMPLES / "patient.json",
                         "--format", every, "--language", "de")  # fmt: skip
    yield "grch37", ("annotate", _EXAMPLES / "patient.grch37.vcf", "--format", "html,json")
    yield "people", ("annotate", _EXAMPLES / "cohort.vcf", "--format", "html,json,fhir",
                     "--sample-info", _EXAMPLES / "sample-info.tsv")  # fmt: skip
    yield "local", ("annotate", _EXAMPLES / "local.vcf", "--format", "html,json",
                    "--kb-overlay", _EXAMPLES / "local-rules",
                    "--overrides", _EXAMPLES / "overrides.tsv")  # fmt: skip
    yield "cohort", ("cohort", _EXAMPLES / "cohort.vcf", "--format", "tsv")


def _genomes() -> Iterator[tuple[str, Command]]:
    """Yield the genomes at 30 times: all as data, three as reports too."""
    files = gvcf_files()
    yield "all", ("annotate", *files, "--format", "json,fhir")
    yield "reports", ("annotate", *files[:3], "--format", "html,pdf,pdf-patient")
    yield "reports-de", ("annotate", *files[:3], "--format", "html,pdf", "--language", "de")


def _cohort() -> Iterator[tuple[str, Command]]:
    """Yield the phased cohort on both assemblies, and by what a list of variants says."""
    info = ("--sample-info", DATA / "cohort" / "samples.tsv")
    for assembly in ("GRCh38", "GRCh37"):
        files = sorted((DATA / "cohort" / assembly).glob("*.vcf.gz"))
        if files:
            yield assembly, ("cohort", *files, "--assembly", assembly, *info)
            yield f"{assembly}-reference", ("cohort", *files, "--assembly", assembly, *info,
                                            "--absent", "reference")  # fmt: skip


def _fixtures() -> Iterator[tuple[str, Command]]:
    """Yield the test files of another program, each alone: many share the name of a sample."""
    folder = DATA / "second_opinion" / "fixtures"
    for path in sorted(folder.rglob("*.vcf")):
        yield path.relative_to(folder).as_posix(), ("annotate", path, "--format", "json")


SETS = {"examples": _examples, "genomes": _genomes, "cohort": _cohort, "fixtures": _fixtures}
"""Commands by name, of each set; all but the first need the validation data folder."""


def made(name: str) -> Digests:
    """Run the commands of a set and return the digests by set, file and part.

    A command that refuses its input has one part, its line on stderr.
    """
    found: Digests = {}
    for run, words in SETS[name]():
        with TemporaryDirectory(prefix="pgx-golden-") as folder:
            for path, part, digest in _outputs(words, Path(folder) / "out"):
                found[name, f"{run}/{path}", part] = digest
    return found


def _outputs(words: Command, folder: Path) -> Iterator[tuple[str, str, str]]:
    command = [sys.executable, "-m", "pgx.cli.main", *map(str, words), "-o", str(folder), "--quiet"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": _DAY, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        refusal = folder.with_name("refusal.txt")
        refusal.write_text(f"{done.returncode} {done.stderr}", encoding="utf-8")
        yield from (("", part, digest) for part, digest in digests(refusal))
        return
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for part, digest in digests(path):
            yield path.relative_to(folder).as_posix(), part, digest


def read() -> Digests:
    """Return the kept digests."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()[1:] if TABLE.exists() else []
    rows = [line.split("\t") for line in lines]
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def written(found: Mapping[tuple[str, str, str], str]) -> str:
    """Return the table of digests as text."""
    rows = ["\t".join((*key, digest)) for key, digest in sorted(found.items())]
    return "\n".join(["set\tfile\tpart\tsha256", *rows]) + "\n"


def differences(kept: Digests, found: Digests, names: Sequence[str]) -> list[str]:
    """Return one line for each part of these sets that is new, gone or another one."""
    lines = []
    for key in sorted(kept.keys() | found.keys()):
        if key[0] not in names or kept.get(key) == found.get(key):
            continue
        what = "new" if key not in kept else "gone" if key not in found else "changed"
        lines.append(f"{what}: {' '.join(key)}")
    return lines
