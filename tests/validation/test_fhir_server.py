"""Bundles in a FHIR R4 server of npm packages: accepted whole, found again, faulty ones refused.

`make fhir-server` installs the packages; ``PGX_MEDPLUM`` names another folder with node_modules.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from validation.data import DATA

from pgx.engine.annotate import annotate
from pgx.inputs.side_files import read_outside_calls
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.patients.read import read_patient
from pgx.reports.content.release_facts import facts_of
from pgx.reports.fhir.vocabulary import LOINC
from pgx.reports.fhir.write_bundle import render_fhir
from reports import factory

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "validation" / "fhir" / "server" / "server.cjs"
PACKAGES = Path(os.environ.get("PGX_MEDPLUM", ROOT / "build" / "fhir-server"))
NODE = shutil.which("node")
GENOME = DATA / "gvcf" / "NA18518.g.vcf.gz"
FACTS = facts_of(KnowledgeBase())
CREATED = "201"

pytestmark = pytest.mark.skipif(
    NODE is None or not (PACKAGES / "node_modules" / "@medplum" / "fhir-router").is_dir(),
    reason="no node or no @medplum/fhir-router: make fhir-server (PGX_MEDPLUM)",
)


@pytest.fixture(scope="module")
def server():
    """Start a server; yield its address."""
    words = [NODE, str(SERVER), str(PACKAGES)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process.stdout.readline().strip()
        process.stdin.close()


def send(address, body=None):
    """Send a request, POST with a body; return what the server answers."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/fhir+json"}
    request = urllib.request.Request(address, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)


def as_transaction(bundle):
    """Return a collection as a transaction, which a server stores as a whole."""
    entries = [
        {**entry, "request": {"method": "POST", "url": entry["resource"]["resourceType"]}}
        for entry in bundle["entry"]
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def bundles(result):
    for is_full in (False, True):
        yield json.loads(render_fhir(result, FACTS, is_full=is_full))


def example():
    run = annotate(
        [ROOT / "examples" / "patient.g.vcf"],
        outside=read_outside_calls(ROOT / "examples" / "outside-calls.tsv"),
        patient=read_patient(ROOT / "examples" / "patient.json"),
    )
    return next(run.results())


def genome():
    if not GENOME.is_file():
        pytest.skip("no validation data")
    return next(annotate([GENOME]).results())


def answers(server, bundle):
    """Return the answer to each entry by resource type and status."""
    answer = send(server, as_transaction(bundle))
    assert answer["resourceType"] == "Bundle", answer
    return [entry["response"] for entry in answer["entry"]]


@pytest.mark.parametrize("made", [factory.result, example, genome], ids=lambda f: f.__name__)
def test_a_bundle_is_accepted_whole(server, made):
    for bundle in bundles(made()):
        refused = [a for a in answers(server, bundle) if a["status"] != CREATED]
        assert refused == []
        assert len(bundle["entry"]) > 10


def test_what_was_sent_is_found_by_patient_code_and_reference(server):
    [bundle, _] = bundles(factory.result("FOUND"))
    accepted = answers(server, bundle)
    kinds = [answer["location"].partition("/")[0] for answer in accepted]
    patient = next(a["location"] for a in accepted if a["location"].startswith("Patient/"))
    for kind in ("Observation", "DiagnosticReport", "Task"):
        search = f"{server}/{kind}?subject={patient}&_count=1000"
        found = send(search)["entry"]
        assert len(found) == kinds.count(kind), kind
    genotypes = send(f"{server}/Observation?subject={patient}&code={LOINC}|84413-4&_count=1000")
    assert len(genotypes["entry"]) == len(factory.result().calls)
    report = send(f"{server}/DiagnosticReport?subject={patient}")["entry"][0]["resource"]
    references = [result["reference"] for result in report["result"]]
    assert references
    assert {send(f"{server}/{ref}")["resourceType"] for ref in references} == {"Observation"}


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("Observation", lambda resource: resource.pop("status")),
        ("Observation", lambda resource: resource.update(valueString="x", valueInteger=1)),
        ("Observation", lambda resource: resource["subject"].update(reference="Task/1")),
        ("DiagnosticReport", lambda resource: resource.pop("code")),
        ("Task", lambda resource: resource.update(status=[])),
        ("Patient", lambda resource: resource.update(birthDate="17.5.1961")),
    ],
    ids=["no status", "two values", "other subject", "no code", "list", "date"],
)
def test_a_faulty_resource_is_refused(server, kind, change):
    [bundle, _] = bundles(factory.result())
    bundle = copy.deepcopy(bundle)
    resources = [entry["resource"] for entry in bundle["entry"]]
    number = next(n for n, r in enumerate(resources) if r["resourceType"] == kind)
    change(resources[number])
    answer = send(server, as_transaction(bundle))
    if answer["resourceType"] == "Bundle":
        assert answer["entry"][number]["response"]["status"] != CREATED
    else:
        assert answer["issue"]
