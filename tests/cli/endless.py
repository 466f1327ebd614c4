"""Every option that takes a file, with the words that make a command read it.

``FILE`` stands for the file, or for a folder of nothing else. The knowledge of which option reads
what is here; that no option is forgotten is held by `test_bounded`.
"""

from __future__ import annotations

from typing import Any, Final

import typer

from pgx.cli.main import command_modules

__all__ = ["CASES", "WRITTEN", "file_options"]

FILE: Final = "{FILE}"
FOLDER: Final = "{FOLDER}"
ANNOTATE: Final = ("annotate", "{PATIENT}", "-o", "out")
COHORT: Final = ("cohort", "{PATIENT}", "-o", "out")
PLAN: Final = ("partition", "plan", "{PATIENT}", "-o", "plan", "--genes", "TPMT")
REPORT: Final = ("report", "{RESULT}", "-o", "report.html")
DOSE: Final = ("dose", "warfarin")
SIGNED: Final = ("--by", "Anna Beispiel", "--reason", "it passed", "--date", "2025-03-02")
BUILD: Final = ("kb", "build", "--release", "2026.1.1", "-o", "release")
COUNTED: Final = ("kb", "frequencies", "--source", "1000g-30x-2022", "-o", "counted")
TRAIN: Final = ("model", "train", "-o", "model", "--by", "Anna Beispiel")
SHIPPED: Final = "warfarin-iwpc-clinical"
KEY: Final = ("--pseudonym-table", "table.tsv", "--pseudonym-key", FILE)

CASES: Final[dict[str, tuple[str, ...]]] = {
    "annotate inputs": ("annotate", FILE, "-o", "out"),
    "annotate --reads": (*ANNOTATE, "--reads", FILE),
    "annotate --reads-normaliser": (*ANNOTATE, "--reads", "{BAM}", "--reads-normaliser", FILE),
    "annotate --reference": (*ANNOTATE, "--reads", "{CRAM}", "--reference", FILE),
    "annotate --sample-info": (*ANNOTATE, "--sample-info", FILE),
    "annotate --outside-calls": (*ANNOTATE, "--outside-calls", FILE),
    "annotate --patient": (*ANNOTATE, "--patient", FILE),
    "annotate --kb-overlay": (*ANNOTATE, "--kb-overlay", FOLDER),
    "annotate --overrides": (*ANNOTATE, "--overrides", FILE),
    "annotate --untyped": (*ANNOTATE, "--untyped", FILE),
    "annotate --pseudonym-key": (*ANNOTATE, "--deidentify", *KEY),
    "annotate --laboratory": (*ANNOTATE, "--laboratory", FILE),
    "annotate --order": (*ANNOTATE, "--order", FILE),
    "annotate --amends": (*ANNOTATE, "--amends", FILE, "--reason", "second method"),
    "check inputs": ("check", FILE),
    "check --sample-info": ("check", "{PATIENT}", "--sample-info", FILE),
    "check --untyped": ("check", "{PATIENT}", "--untyped", FILE),
    "check --kb-overlay": ("check", "{PATIENT}", "--kb-overlay", FOLDER),
    "cohort inputs": ("cohort", FILE, "-o", "out"),
    "cohort --sample-info": (*COHORT, "--sample-info", FILE),
    "cohort --outside-calls": (*COHORT, "--outside-calls", FILE),
    "cohort --kb-overlay": (*COHORT, "--kb-overlay", FOLDER),
    "cohort --untyped": (*COHORT, "--untyped", FILE),
    "cohort --pseudonym-key": (*COHORT, "--deidentify", *KEY),
    "dose --patient": (*DOSE, "--patient", FILE),
    "dose --result": (*DOSE, "--result", FILE),
    "dose --course": (*DOSE, "--result", "{RESULT}", "--course", FILE),
    "dose --kb-overlay": (*DOSE, "--result", "{RESULT}", "--kb-overlay", FOLDER),
    "explain result": ("explain", FILE, "--gene", "CYP2C19"),
    "kb genes --kb-overlay": ("kb", "genes", "--kb-overlay", FOLDER),
    "kb drugs --kb-overlay": ("kb", "drugs", "--kb-overlay", FOLDER),
    "kb show --kb-overlay": ("kb", "show", "CYP2C19", "--kb-overlay", FOLDER),
    "annotate --kb": (*ANNOTATE, "--kb", FILE),
    "check --kb": ("check", "{PATIENT}", "--kb", FILE),
    "cohort --kb": (*COHORT, "--kb", FILE),
    "dose --kb": (*DOSE, "--result", "{RESULT}", "--kb", FILE),
    "explain --kb": ("explain", "{RESULT}", "--gene", "CYP2C19", "--kb", FILE),
    "partition plan --kb": (*PLAN, "--kb", FILE),
    "reinterpret --kb": ("reinterpret", "{RESULT}", "-o", "again", "--kb", FILE),
    "report --kb": (*REPORT, "--kb", FILE),
    "simulate --kb": ("simulate", "-o", "out.vcf", "--kb", FILE),
    "verify --kb": ("verify", "{RESULT}", "--kb", FILE),
    "kb build --kb": (*BUILD, "--from", FOLDER, "--kb", FILE),
    "kb changes --kb": ("kb", "changes", "--kb", FILE),
    "kb drugs --kb": ("kb", "drugs", "--kb", FILE),
    "kb genes --kb": ("kb", "genes", "--kb", FILE),
    "kb info --kb": ("kb", "info", "--kb", FILE),
    "kb info place": ("kb", "info", FILE),
    "kb show --kb": ("kb", "show", "CYP2C19", "--kb", FILE),
    "kb export place": ("kb", "export", FILE, "-o", "out"),
    "kb export --key": ("kb", "export", "-o", "out", "--key", FILE),
    "kb import file": ("kb", "import", FILE, "-o", "out"),
    "kb import --key": ("kb", "import", FILE, "-o", "out", "--key", FILE),
    "kb verify folder": ("kb", "verify", "{RELEASE}"),
    "kb verify --key": ("kb", "verify", "--key", FILE),
    "kb sign folder": ("kb", "sign", "{RELEASE}", "--key", "{KEY}"),
    "kb sign --key": ("kb", "sign", "{KNOWLEDGE}", "--key", FILE),
    "verify result": ("verify", FILE),
    "verify files": ("verify", "{RESULT}", FILE),
    "verify --kb-overlay": ("verify", "{RESULT}", "--kb-overlay", FOLDER),
    "kb verify --kb-overlay": ("kb", "verify", "--kb-overlay", FOLDER),
    "kb diff old": ("kb", "diff", "{RELEASE}"),
    "kb diff new": ("kb", "diff", "{KNOWLEDGE}", "{RELEASE}"),
    "kb build --from": (*BUILD, "--from", FOLDER),
    "kb build more": (*BUILD, "--from", "{SOURCES}", "{SOURCES}"),
    "kb build --curated": (*BUILD, "--from", "{SOURCES}", "--curated", "{RELEASE}"),
    "kb build --readings": (*BUILD, "--from", "{SOURCES}", "--readings", FILE),
    "kb review folder": ("kb", "review", "{RELEASE}"),
    "kb frequencies inputs": (*COUNTED, FILE, "--sample-info", "{INFO}"),
    "kb frequencies --sample-info": (*COUNTED, "{PATIENT}", "--sample-info", FILE),
    "kb frequencies --untyped": (
        *(*COUNTED, "{PATIENT}", "--sample-info", "{INFO}", "--untyped", FILE),
    ),
    "model attach --metrics": ("model", "attach", "{MODEL}", *SIGNED, "--metrics", FILE),
    "model attach --change-plan": ("model", "attach", "{MODEL}", *SIGNED, "--change-plan", FILE),
    "model attach --statements": ("model", "attach", "{MODEL}", *SIGNED, "--statements", FILE),
    "model advance --protocol": (
        "model",
        "advance",
        "{MODEL}",
        "--to",
        "validated",
        *SIGNED,
        "--protocol",
        FILE,
    ),
    "model train data": (*TRAIN, FILE),
    "model train --recipe": (*TRAIN, "{TABLE}", "--recipe", FILE),
    "model train --schema": (*TRAIN, "{TABLE}", "--schema", FILE),
    "model recalibrate --data": ("model", "recalibrate", SHIPPED, "--site", "A", "--data", FILE),
    "model recalibrate --schema": (
        *("model", "recalibrate", SHIPPED, "--site", "A", "--data", "{TABLE}", "--schema", FILE),
    ),
    "model evaluate --data": ("model", "evaluate", SHIPPED, "--data", FILE),
    "model evaluate --schema": (
        *("model", "evaluate", SHIPPED, "--data", "{TABLE}", "--schema", FILE),
    ),
    "model compare --data": ("model", "compare", SHIPPED, "warfarin-gage-clinical", "--data", FILE),
    "model compare --schema": (
        *(
            "model",
            "compare",
            SHIPPED,
            "warfarin-gage-clinical",
            "--data",
            "{TABLE}",
            "--schema",
            FILE,
        ),
    ),
    "model monitor log": ("model", "monitor", FILE),
    "partition plan inputs": ("partition", "plan", FILE, "-o", "plan", "--genes", "TPMT"),
    "partition plan --sample-info": (*PLAN, "--sample-info", FILE),
    "partition plan --outside-calls": (*PLAN, "--outside-calls", FILE),
    "partition plan --kb-overlay": (*PLAN, "--kb-overlay", FOLDER),
    "partition plan --untyped": (*PLAN, "--untyped", FILE),
    "partition plan --pseudonym-key": (*PLAN, "--deidentify", "--pseudonym-key", FILE),
    "partition run folder": ("partition", "run", FOLDER, "--part", "0"),
    "partition merge folder": ("partition", "merge", FOLDER, "-o", "out"),
    "reinterpret results": ("reinterpret", FILE, "-o", "out"),
    "reinterpret --kb-overlay": ("reinterpret", "{RESULT}", "-o", "out", "--kb-overlay", FOLDER),
    "reinterpret --laboratory": ("reinterpret", "{RESULT}", "-o", "out", "--laboratory", FILE),
    "report result": ("report", FILE, "-o", "report.html"),
    "report --patient": (*REPORT, "--patient", FILE),
    "report --kb-overlay": (*REPORT, "--kb-overlay", FOLDER),
    "report --laboratory": (*REPORT, "--laboratory", FILE),
    "report --order": (*REPORT, "--order", FILE),
    "report --amends": (*REPORT, "--amends", FILE, "--reason", "second method"),
    "report --pseudonym-key": (*REPORT, "--deidentify", *KEY),
    "simulate --table": ("simulate", "--table", FILE, "-o", "a.vcf"),
}
WRITTEN: Final = frozenset(("--output", "--pseudonym-table", "--log", "--truth"))
"""Options that name what is written, not what is read."""


def file_options() -> list[str]:
    """Return each option or argument of the command line that takes a file or folder."""
    from importlib import import_module

    from pgx.cli.completion import _app_of

    found: list[str] = []
    for name, module in command_modules().items():
        app = _app_of(import_module(module), name)
        if app is not None:
            found += _below((name,), typer.main.get_command(app))
    return found


def _below(words: tuple[str, ...], command: Any) -> list[str]:
    inner = getattr(command, "commands", None)
    if inner is not None:
        return [case for name, one in inner.items() for case in _below((*words, name), one)]
    return [
        f"{' '.join(words)} {max(parameter.opts, key=len)}"
        for parameter in command.params
        if str(parameter.type) in ("Path", "FILE") or parameter.type.name == "path"
        or parameter.metavar in ("FILE", "INPUT...", "VCF...")
    ]  # fmt: skip
