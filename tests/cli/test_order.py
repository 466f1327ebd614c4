"""Orders: identity where it belongs and nowhere else, status, amended reports, intended use."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pypdf
import pytest

import pgx as library
from cases import one_test
from cli.support import COHORT, EXAMPLES, PATIENT, pgx, refused
from pgx.errors import OrderFileError, UsageError

GENES = ("--genes", "CYP2C19,TPMT", "--drugs", "clopidogrel")
LABORATORY = EXAMPLES / "laboratory.toml"
CANARIES = {
    "name": "Zanarycq Name",
    "birth_date": "1947-03-05",
    "mrn": "Zanarycq-MRN",
    "accession": "Zanarycq-ACC",
    "specimen": "Zanarycq specimen",
    "collected": "1997-04-06",
    "received": "1997-04-07",
    "reported": "1997-04-08",
    "clinician": "Zanarycq Clinician",
    "indication": "Zanarycq indication",
    "comment": "Zanarycq comment",
}
SIGNER = "Zanarycq Signer"
ALL = (*CANARIES.values(), SIGNER)
# in the process of the command: whatever is removed is read before
WATCHED = """
import os, sys
from pathlib import Path
found = []
def held(path):
    path = Path(os.fsdecode(path))
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    found.extend(str(p) for p in files if b"Zanarycq" in p.read_bytes())
def hook(event, arguments):
    if event in ("os.remove", "shutil.rmtree") and os.path.lexists(arguments[0]):
        held(arguments[0])
sys.addaudithook(hook)
from pgx.cli.main import main
status = main(sys.argv[1:])
sys.exit(status or bool(found))
"""


def order_in(folder: Path, sample="EXAMPLE_1", **changes) -> Path:
    tree = CANARIES | {"signatures": [{"name": SIGNER}]} | changes
    path = folder / "order.json"
    path.write_text(json.dumps({sample: tree}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run with an order in every format; its folder, and what it said."""
    folder = tmp_path_factory.mktemp("order")
    words = ("-o", folder / "out", "--order", order_in(folder), "--laboratory", LABORATORY)
    done = pgx("annotate", PATIENT, *words, *GENES, "--format",
               "html,json,pdf,fhir,fhir-full,xlsx,matrix,multiqc")  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "out", done


def text_of(path: Path) -> str:
    """Return the text of a report; of a workbook that of its sheets."""
    data = path.read_bytes()
    if path.suffix == ".pdf":
        return " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    if path.suffix != ".xlsx":
        return data.decode("utf-8")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode("utf-8") for name in archive.namelist())


@one_test
@pytest.mark.parametrize(
    "name",
    [
        "EXAMPLE_1.fhir.json",
        "EXAMPLE_1.full.fhir.json",
        "EXAMPLE_1.pgx.html",
        "EXAMPLE_1.pgx.pdf",
        "results.xlsx",
    ],
)
def test_identity_is_in_reports(made, name):
    # lines of a printed page end between the words of a name
    text = "".join(text_of(made[0] / name).split())
    assert [value for value in ALL if "".join(value.split()) not in text] == []


@one_test
@pytest.mark.parametrize(
    "name",
    ["EXAMPLE_1.pgx.json", "calls.tsv", "recommendations.tsv", "matrix.tsv", "pgx_mqc.json"],
)
def test_identity_is_in_no_result_of_programs(made, name):
    text = text_of(made[0] / name)
    assert [value for value in ALL if value in text] == []


def test_identity_is_in_no_message_and_no_file_name(made):
    folder, done = made
    said = done.stdout + done.stderr + " ".join(path.name for path in folder.iterdir())
    assert "Zanarycq" not in said
    assert [value for value in ALL if value in said] == []


@pytest.mark.parametrize("command", ["annotate", "report"])
def test_identity_is_in_no_temporary_file(made, tmp_path, command):
    source = PATIENT if command == "annotate" else made[0] / "EXAMPLE_1.pgx.json"
    target = tmp_path / "out" if command == "annotate" else tmp_path / "S.xlsx"
    more = (*GENES, "--format", "json,fhir,xlsx") if command == "annotate" else ()
    words = (command, source, "-o", target, "--order", order_in(tmp_path), *more)
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *map(str, words)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Zanarycq" not in done.stderr


def test_the_watch_finds_a_temporary_file(tmp_path):
    """So that the test above can fail."""
    script = WATCHED.partition("from pgx.cli.main")[0] + (
        "path = Path(sys.argv[1])\npath.write_text('Zanarycq')\npath.unlink()\nsys.exit(len(found))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "a.tmp")], check=False)
    assert done.returncode == 1


def test_provenance_says_the_intended_use(made, tmp_path):
    made_by = json.loads((made[0] / "EXAMPLE_1.pgx.json").read_text())["provenance"]
    assert made_by["intended_use"] == (
        "as validated by Example Laboratory of Pharmacogenomics: CYP2C19, TPMT; other genes:"
        " research use only"
    )
    assert [found["gene"] for found in made_by["validated_genes"]] == ["CYP2C19", "TPMT"]
    pgx("annotate", PATIENT, "-o", tmp_path / "out", *GENES)
    plain = json.loads((tmp_path / "out" / "EXAMPLE_1.pgx.json").read_text())["provenance"]
    assert (plain["intended_use"], plain["validated_genes"]) == ("research use only", [])


def test_a_result_with_a_declaration_is_verified_without_the_laboratory(made):
    done = pgx("verify", made[0] / "EXAMPLE_1.pgx.json", PATIENT.parent)
    assert done.returncode == 0, done.stderr


def test_a_result_of_before_is_for_research_use(made, tmp_path):
    tree = json.loads((made[0] / "EXAMPLE_1.pgx.json").read_text())
    del tree["provenance"]["intended_use"], tree["provenance"]["validated_genes"]
    path = tmp_path / "old.json"
    path.write_text(json.dumps(tree))
    assert library.load(path).provenance.intended_use == "research use only"


@one_test
@pytest.mark.parametrize("words", [("--order",), ("--amends",), ("--reason",)])
def test_what_identifies_excludes_deidentification(made, tmp_path, words):
    value = {"--order": order_in(tmp_path), "--amends": made[0] / "EXAMPLE_1.pgx.json",
             "--reason": "second method"}[words[0]]  # fmt: skip
    line = refused(2, "annotate", PATIENT, "-o", tmp_path / "out", *words, value, "--deidentify")
    assert "exclude --deidentify" in line
    assert not (tmp_path / "out").exists()


def test_a_result_without_names_gets_no_order(tmp_path):
    pgx("annotate", PATIENT, "-o", tmp_path / "out", *GENES, "--deidentify")
    [saved] = (tmp_path / "out").glob("*.pgx.json")
    order = order_in(tmp_path, saved.name.partition(".")[0])
    words = ("report", saved, "-o", tmp_path / "a.xlsx", "--order", order)
    assert "exclude --deidentify" in refused(2, *words)


def test_an_order_of_no_input_is_refused_and_a_sample_without_one_is_counted(tmp_path):
    order = order_in(tmp_path, "Zanarycq_9")
    line = refused(3, "annotate", PATIENT, "-o", tmp_path / "out", *GENES, "--order", order)
    assert line.startswith("[PGX-ORD-001] 1 of 1 orders are for samples that no input has")
    assert "Zanarycq" not in line
    words = ("-o", tmp_path / "out", *GENES, "--format", "fhir", "--order", order_in(tmp_path))
    done = pgx("annotate", COHORT, *words)
    assert done.returncode == 0
    assert "hint: 2 of 3 sample(s) have no order" in done.stderr
    texts = [text_of(path) for path in (tmp_path / "out").glob("*.fhir.json")]
    assert sorted("Zanarycq" in text for text in texts) == [False, False, True]


def test_a_chosen_sample_needs_no_orders_of_the_others_and_may_have_them(tmp_path):
    tree = {name: {"mrn": name} for name in ("EXAMPLE_1", "EXAMPLE_2", "EXAMPLE_3")}
    (tmp_path / "o.json").write_text(json.dumps(tree))
    words = ("--samples", "EXAMPLE_2", "--order", tmp_path / "o.json", "--format", "fhir")
    done = pgx("annotate", COHORT, "-o", tmp_path / "out", *GENES, *words)
    assert done.returncode == 0
    text = text_of(tmp_path / "out" / "EXAMPLE_2.fhir.json")
    assert '"value":"EXAMPLE_2"' in text.replace(" ", "")
    assert "EXAMPLE_1" not in text


def test_an_order_of_another_person_than_the_patient_file_is_refused(tmp_path):
    order = order_in(tmp_path, sex="male")
    words = ("--patient", EXAMPLES / "patient.json", "--order", order, "--quiet")
    line = refused(3, "annotate", PATIENT, "-o", tmp_path / "out", *GENES, *words)
    assert "sex of the order is not that of the patient file" in line
    assert "Zanarycq" not in line


REPORT = {
    "amended without a report": (("--report-status", "amended"), "name the saved result"),
    "reason without a report": (("--reason", "x"), "--amends and --reason go together"),
    "unknown status": (("--report-status", "done"), "choose from preliminary, final"),
}


@one_test
@pytest.mark.parametrize("kind", REPORT)
def test_status_and_amendment_belong_together(made, tmp_path, kind):
    words, why = REPORT[kind]
    saved = made[0] / "EXAMPLE_1.pgx.json"
    assert why in refused(2, "report", saved, "-o", tmp_path / "a.html", *words)


def test_a_final_report_replaces_no_other(made, tmp_path):
    saved = made[0] / "EXAMPLE_1.pgx.json"
    words = ("--amends", saved, "--reason", "x", "--report-status", "final")
    line = refused(2, "report", saved, "-o", tmp_path / "a.html", *words)
    assert "choose amended or corrected" in line


def test_the_amended_report_is_of_this_sample(made, tmp_path):
    tree = json.loads((made[0] / "EXAMPLE_1.pgx.json").read_text().replace("EXAMPLE_1", "S9"))
    other = tmp_path / "S9.json"
    other.write_text(json.dumps(tree))
    words = ("--amends", other, "--reason", "x")
    saved = made[0] / "EXAMPLE_1.pgx.json"
    assert "of another sample" in refused(3, "report", saved, "-o", tmp_path / "a.html", *words)
    words = ("--amends", saved, "--reason", "x")
    line = refused(2, "annotate", COHORT, "-o", tmp_path / "out", *GENES, *words)
    assert "--amends is for one sample, and the input has 3" in line


def test_a_misspelled_validated_gene_is_refused(tmp_path):
    path = tmp_path / "lab.toml"
    path.write_text('name = "L"\nvalidated_genes = ["CYP2C91"]\n')
    line = refused(3, "annotate", PATIENT, "-o", tmp_path / "out", *GENES, "--laboratory", path)
    assert "did you mean CYP2C19?" in line or "did you mean CYP2C9?" in line


def test_python_writes_the_same_report(made, tmp_path):
    saved, order = made[0] / "EXAMPLE_1.pgx.json", order_in(tmp_path)
    result = library.load(saved)
    path = library.report(result, tmp_path / "a.fhir.json", order=order, laboratory=LABORATORY)
    assert path.read_bytes() == (made[0] / "EXAMPLE_1.fhir.json").read_bytes()
    amended = library.report(
        result, tmp_path / "b.fhir.json", amends=saved, reason="name corrected", status="corrected"
    )
    assert '"status":"corrected"' in amended.read_text().replace(" ", "")
    with pytest.raises(UsageError):
        library.report(result, tmp_path / "c.html", reason="x")
    with pytest.raises(OrderFileError, match="no order for the sample"):
        library.report(result, tmp_path / "c.html", order=order_in(tmp_path, "S9"))
