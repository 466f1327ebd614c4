# All samples in one process: the fastest way on one machine.


rule cohort_run:
    input:
        variants=cohort_files,
        info=sample_info(),
    output:
        calls=f"{OUT}/cohort/calls.parquet",
        recommendations=f"{OUT}/cohort/recommendations.parquet",
    log:
        f"{OUT}/logs/cohort.log",
    params:
        folder=subpath(output.calls, parent=True),
        options=options(),
    threads: config["threads"]
    conda:
        "../environment.yaml"
    shell:
        "pgx cohort {input.variants:q} -o {params.folder:q} {params.options}"
        " --threads {threads} --force 2> {log:q}"
