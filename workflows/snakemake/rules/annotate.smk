# One job a sample; a folder a sample, so that jobs never write into the same one.


rule version:
    output:
        f"{OUT}/pgx_version.json",
    log:
        f"{OUT}/logs/version.log",
    conda:
        "../environment.yaml"
    shell:
        "pgx --version --json-lines > {output} 2> {log}"


rule annotate_sample:
    input:
        variants=lambda wildcards: SAMPLES[wildcards.sample],
        info=sample_info(),
    output:
        calls=f"{OUT}/samples/{{sample}}/calls.tsv",
        recommendations=f"{OUT}/samples/{{sample}}/recommendations.tsv",
    log:
        f"{OUT}/logs/annotate/{{sample}}.log",
    params:
        folder=subpath(output.calls, parent=True),
        options=options(),
        format=config["format"],
    conda:
        "../environment.yaml"
    shell:
        "pgx annotate {input.variants:q} -o {params.folder:q} --samples {wildcards.sample:q}"
        " --format {params.format:q} {params.options} --force 2> {log:q}"
