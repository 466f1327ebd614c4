"""How long printed reports take in one process, and how large they are.

    python benchmarks/pdf.py [RESULT.pgx.json...]

Without arguments the example patient is annotated first, with and without a patient file. The
sample's name is changed for each repetition, so that no layout is remembered.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from pgx.inputs.release import knowledge_of
from pgx.reports.content.release_facts import facts_for
from pgx.reports.pdf.typesetting import render_pdf, render_pdf_card, render_pdf_patient
from pgx.reports.result_json import read_result

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
REPEATS = 12


def examples(folder: Path) -> list[Path]:
    patient = ["--patient", EXAMPLES / "patient.json"]
    for name, more in (("patient", patient), ("alone", [])):
        command = ["annotate", EXAMPLES / "patient.g.vcf", "-o", folder / name, "--quiet"]
        calls = ["--outside-calls", EXAMPLES / "outside-calls.tsv", "--format", "json"]
        words = [str(word) for word in (*command, *calls, *more)]
        subprocess.run([sys.executable, "-m", "pgx.cli.main", *words], check=True)
    return sorted(folder.glob("*/*.pgx.json"))


def main(paths: list[Path]) -> None:
    knowledge = knowledge_of(None)
    for path in paths:
        saved = read_result(path)
        facts = facts_for(saved, knowledge)
        for render in (render_pdf, render_pdf_patient, render_pdf_card):
            times = []
            for number in range(REPEATS):
                result = msgspec.structs.replace(saved, sample=f"{saved.sample}-{number}")
                start = time.perf_counter()
                data = render(result, facts)
                times.append(time.perf_counter() - start)
            warm = sorted(times[1:])
            print(
                f"{path.parent.name}/{path.name} {render.__name__}: first {times[0]:.2f} s,"
                f" then {warm[len(warm) // 2]:.3f} s (median), {len(data) / 1000:.0f} kB"
            )


if __name__ == "__main__":
    if sys.argv[1:]:
        main([Path(name) for name in sys.argv[1:]])
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(examples(Path(folder)))
