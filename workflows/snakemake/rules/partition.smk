# The same results in steps, for many machines: plan, one job a part, merge.
#
# How many parts there are is known when the plan is written; the checkpoint lets Snakemake look
# at it then. A part may be run again at any time.


checkpoint partition_plan:
    input:
        variants=cohort_files,
        info=sample_info(),
    output:
        plan=f"{OUT}/plan/plan.json",
    log:
        f"{OUT}/logs/partition/plan.log",
    params:
        folder=subpath(output.plan, parent=True),
        options=options(),
        size=config["samples_per_part"],
    conda:
        "../environment.yaml"
    shell:
        "pgx partition plan {input.variants:q} -o {params.folder:q} {params.options}"
        " --samples-per-part {params.size} --force > {log:q} 2>&1"


rule partition_run:
    input:
        plan=f"{OUT}/plan/plan.json",
        variants=cohort_files,
    output:
        done=touch(f"{OUT}/parts/{{part}}.done"),
    log:
        f"{OUT}/logs/partition/{{part}}.log",
    params:
        folder=subpath(input.plan, parent=True),
    threads: config["threads"]
    retries: 2
    conda:
        "../environment.yaml"
    shell:
        "pgx partition run {params.folder:q} --part {wildcards.part} 2> {log:q}"


rule partition_merge:
    input:
        plan=f"{OUT}/plan/plan.json",
        done=finished_parts,
    output:
        calls=f"{OUT}/merged/calls.parquet",
        recommendations=f"{OUT}/merged/recommendations.parquet",
    log:
        f"{OUT}/logs/partition/merge.log",
    params:
        plan=subpath(input.plan, parent=True),
        folder=subpath(output.calls, parent=True),
    conda:
        "../environment.yaml"
    shell:
        "pgx partition merge {params.plan:q} -o {params.folder:q} --force 2> {log:q}"
