# What the rules share: the config as lists of files and as options of the shell.

import csv
import json
import shlex

from snakemake.exceptions import WorkflowError


def samples():
    """Return the files of each sample, by its name."""
    with open(config["samples"], encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle, delimiter="\t")
        return {row["sample"]: row["variants"].split(",") for row in rows}


def calls_of_samples(wildcards):
    """Return the table of each sample of the config's `samples`."""
    if not SAMPLES:
        raise WorkflowError("the config's `samples` names no sample")
    return expand("{out}/samples/{sample}/calls.tsv", out=OUT, sample=SAMPLES)


def cohort_files(wildcards):
    """Return the files of the cohort, also where --config gives them as one text."""
    files = config["cohort"]
    if not files:
        raise WorkflowError("the config's `cohort` names no file")
    return files.split(",") if isinstance(files, str) else files


def options():
    """Return the options that all commands take, quoted for the shell."""
    words = ["--absent", config["absent"]]
    if config["assembly"]:
        words += ["--assembly", config["assembly"]]
    if config["sample_info"]:
        words += ["--sample-info", config["sample_info"]]
    return shlex.join(words + shlex.split(config["extra"]))


def sample_info():
    """Return the TSV as an input, so that a change of it starts the work again."""
    return [config["sample_info"]] if config["sample_info"] else []


def plan_of_parts():
    """Return the plan, once it is written; before that Snakemake asks again later."""
    path = checkpoints.partition_plan.get().output.plan
    with open(path, encoding="utf-8") as handle:
        return json.load(handle)


def parts_that_read(wildcards):
    """Return the marks of all parts that read; they are numbered from 0."""
    n_reads = len(plan_of_parts()["reads"])
    return expand("{out}/parts/{part}.read", out=OUT, part=range(n_reads))


def parts_that_call(wildcards):
    """Return the marks of all parts that call; they are numbered after those that read."""
    plan = plan_of_parts()
    first = len(plan["reads"])
    numbers = range(first, first + len(plan["genes"]))
    return expand("{out}/parts/{part}.called", out=OUT, part=numbers)


OUT = config["output"]
SAMPLES = samples() if config["samples"] else {}
