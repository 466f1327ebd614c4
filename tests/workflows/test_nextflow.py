"""Nextflow modules: what they promise is what their shell text makes. Nextflow is not run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import pgx
from cases import one_test
from pgx.cli.main import command_modules
from workflows.nextflow_text import Output, Process, interpolated, parse

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "workflows" / "nextflow"
MODULES = sorted((FOLDER / "modules" / "pgx").iterdir())
NAMES = [path.name for path in MODULES]
PROCESSES = {path.name: parse(path / "main.nf") for path in MODULES}
FILES = {
    "annotate": ("EXAMPLE_1", "patient.g.vcf", ["--format", "html,json,multiqc"]),
    "cohort": ("cohort", "cohort.vcf", []),
}

by_name = pytest.mark.parametrize("name", NAMES)


def scope(name: str, *, with_tables: bool = True, **ext: str) -> dict:
    """Return what Nextflow would hand to a block: inputs, task, and nothing else."""
    identity, file, args = FILES[name]
    return {
        "meta": {"id": identity},
        "variants": [file],
        "sample_info": "sample-info.tsv" if with_tables else [],
        "outside_calls": "outside-calls.tsv" if with_tables else [],
        "task": {"process": f"PGX:{name}", "cpus": 1, "ext": {"args": " ".join(args), **ext}},
    }


def run(process: Process, block: str, given: dict, folder: Path) -> dict:
    """Run a block's shell text as Nextflow does: bash -ue, in a folder with the inputs."""
    for path in (ROOT / "examples").iterdir():
        (folder / path.name).symlink_to(path)
    text, names = process.shell(block, given)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ue", "-o", "pipefail", "-c", text],
        cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, text + done.stderr
    return names


def found(output: Output, names: dict, folder: Path) -> list[Path]:
    return sorted(folder.glob(interpolated(output.pattern, names)))


def check(process: Process, names: dict, folder: Path) -> None:
    for output in process.outputs:
        assert found(output, names, folder) or output.optional, output
    versions = yaml.safe_load((folder / "versions.yml").read_text())
    assert versions == {names["task"]["process"]: {"pgx": pgx.__version__}}


@by_name
def test_the_stub_makes_every_output(name, tmp_path):
    process = PROCESSES[name]
    names = run(process, "stub", scope(name), tmp_path)
    check(process, names, tmp_path)
    assert all(found(output, names, tmp_path) for output in process.outputs)


@one_test(sample=1)
@by_name
@pytest.mark.parametrize("with_tables", [True, False], ids=["tables", "no tables"])
def test_the_script_makes_what_is_promised(name, with_tables, tmp_path):
    if name not in command_modules():
        pytest.skip(f"this pgx has no command {name}")
    process = PROCESSES[name]
    names = run(process, "script", scope(name, with_tables=with_tables), tmp_path)
    check(process, names, tmp_path)
    made = {path.name for output in process.outputs for path in found(output, names, tmp_path)}
    assert any(file.startswith("calls.") for file in made)


def test_the_script_of_one_sample_makes_all_of_it_under_another_name(tmp_path):
    process = PROCESSES["annotate"]
    names = run(process, "script", scope("annotate", prefix="other"), tmp_path)
    assert names["prefix"] == "other"
    assert all(found(output, names, tmp_path) for output in process.outputs)
    assert "EXAMPLE_1\tHLA-B\t" in (tmp_path / "other" / "calls.tsv").read_text()


@by_name
def test_stub_and_script_know_the_same_folder_and_version(name):
    process = PROCESSES[name]
    texts = [process.shell(block, scope(name))[0] for block in ("script", "stub")]
    versions = [text.partition("cat <<-END_VERSIONS")[2] for text in texts]
    assert versions[0] == versions[1] != ""


@by_name
def test_meta_tells_inputs_and_outputs(name):
    process = PROCESSES[name]
    meta = yaml.safe_load((FOLDER / "modules/pgx" / name / "meta.yml").read_text())
    assert meta["name"] == f"pgx_{name}" == process.name.lower()
    told = [
        [key for part in entry for key in part] if isinstance(entry, list) else list(entry)
        for entry in meta["input"]
    ]
    assert told == process.inputs
    assert list(meta["output"]) == [output.emit for output in process.outputs]
    for output in process.outputs:
        [entry] = meta["output"][output.emit]
        keys = [k for part in entry for k in part] if isinstance(entry, list) else list(entry)
        assert keys == (["meta"] if output.has_meta else []) + [output.pattern]


@by_name
def test_the_environment_and_the_image_are_of_this_version(name):
    folder = FOLDER / "modules/pgx" / name
    environment = yaml.safe_load((folder / "environment.yml").read_text())
    assert environment["dependencies"] == [f"bioconda::pgx-therapy={pgx.__version__}"]
    directives = PROCESSES[name].directives
    assert 'conda "${moduleDir}/environment.yml"' in directives
    image = f"pgx-therapy:{pgx.__version__}-workflow"
    assert f'container "{image}"' in directives
    assert f"-t {image} --target workflow" in (ROOT / "Containerfile").read_text(encoding="utf-8")


@by_name
def test_its_own_test_names_files_and_outputs_that_exist(name):
    folder = FOLDER / "modules/pgx" / name
    text = (folder / "tests" / "main.nf.test").read_text(encoding="utf-8")
    for path in re.findall(r'file\("\$\{moduleDir\}/([^"]+)"', text):
        assert (folder / path).resolve().exists(), path
    emits = {output.emit for output in PROCESSES[name].outputs}
    assert set(re.findall(r"process\.out\.(\w+)", text)) <= emits
    assert text.count("input[") == 2 * len(PROCESSES[name].inputs)
    assert f'process "{PROCESSES[name].name}"' in text
    assert f'it.pgx == "{pgx.__version__}"' in text


@one_test
@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.*")), ids=lambda p: p.name)
def test_brackets_are_closed(path):
    # strings first: what stands in them opens nothing
    text = re.sub(r"//.*", "", path.read_text(encoding="utf-8")) if path.is_file() else ""
    bare = re.sub(r'"""(.*?)"""|\'[^\'\n]*\'|"[^"\n]*"', "", text, flags=re.DOTALL)
    for opening, closing in ("{}", "()", "[]"):
        assert bare.count(opening) == bare.count(closing)


def test_the_example_workflow_includes_the_modules_and_its_config_tells_all_params():
    main = (FOLDER / "main.nf").read_text(encoding="utf-8")
    config = (FOLDER / "nextflow.config").read_text(encoding="utf-8")
    included = dict(re.findall(r"include \{ (\w+) +\} from '(.+)'", main))
    assert {name.lower() for name in included} == {f"pgx_{name}" for name in NAMES}
    assert all((FOLDER / f"{path}.nf").exists() for path in included.values())
    params = re.search(r"^params \{\n(.*?)^\}", config, re.MULTILINE | re.DOTALL)[1]
    declared = set(re.findall(r"^    (\w+) +=", params, re.MULTILINE))
    assert set(re.findall(r"params\.(\w+)", main + config)) == declared
    assert set(re.findall("withName: '(.+)'", config)) == set(included)
    assert f"version         = '{pgx.__version__}'" in config
