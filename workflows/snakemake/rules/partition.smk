# The same results in steps, for many machines that share a folder: plan, one job a part, merge.
#
# Parts that read some files each come first; parts that call a gene each need all that was read.
# How many there are is known when the plan is written; the checkpoint lets Snakemake look at it
# then. A part may be run again at any time.


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
    conda:
        "../environment.yaml"
    shell:
        "pgx partition plan {input.variants:q} -o {params.folder:q} {params.options} --force"
        " > {log:q} 2>&1"


rule partition_read:
    input:
        plan=f"{OUT}/plan/plan.json",
        variants=cohort_files,
    output:
        done=touch(f"{OUT}/parts/{{part}}.read"),
    log:
        f"{OUT}/logs/partition/read-{{part}}.log",
    params:
        folder=subpath(input.plan, parent=True),
    threads: config["threads"]
    retries: 2
    conda:
        "../environment.yaml"
    shell:
        "pgx partition run {params.folder:q} --part {wildcards.part} --threads {threads} 2> {log:q}"


rule partition_call:
    input:
        plan=f"{OUT}/plan/plan.json",
        done=parts_that_read,
    output:
        done=touch(f"{OUT}/parts/{{part}}.called"),
    log:
        f"{OUT}/logs/partition/call-{{part}}.log",
    params:
        folder=subpath(input.plan, parent=True),
    threads: config["threads"]
    retries: 2
    conda:
        "../environment.yaml"
    shell:
        "pgx partition run {params.folder:q} --part {wildcards.part} --threads {threads} 2> {log:q}"


rule partition_merge:
    input:
        plan=f"{OUT}/plan/plan.json",
        done=parts_that_call,
    output:
        calls=f"{OUT}/merged/calls.parquet",
        recommendations=f"{OUT}/merged/recommendations.parquet",
    log:
        f"{OUT}/logs/partition/merge.log",
    params:
        plan=subpath(input.plan, parent=True),
        folder=subpath(output.calls, parent=True),
    threads: config["threads"]
    conda:
        "../environment.yaml"
    shell:
        "pgx partition merge {params.plan:q} -o {params.folder:q} --threads {threads} --force"
        " 2> {log:q}"
