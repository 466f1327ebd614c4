process PGX_ANNOTATE {
    tag "$meta.id"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "pgx-therapy:0.1.0-workflow"

    input:
    tuple val(meta), path(variants)
    path sample_info
    path outside_calls

    output:
    tuple val(meta), path("${prefix}/calls.tsv")          , emit: calls
    tuple val(meta), path("${prefix}/recommendations.tsv"), emit: recommendations
    tuple val(meta), path("${prefix}/*.pgx.json")         , emit: json, optional: true
    tuple val(meta), path("${prefix}/*.pgx.html")         , emit: html, optional: true
    tuple val(meta), path("${prefix}/pgx_mqc.json")       , emit: multiqc, optional: true
    path "versions.yml"                                   , emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args    = task.ext.args ?: ''
    prefix      = task.ext.prefix ?: "${meta.id}"
    def info    = sample_info ? "--sample-info ${sample_info}" : ''
    def outside = outside_calls ? "--outside-calls ${outside_calls}" : ''
    """
    pgx annotate \\
        ${variants} \\
        -o ${prefix} \\
        --threads ${task.cpus} \\
        ${info} ${outside} ${args}

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        pgx: \$(pgx --version | sed 's/^pgx //')
    END_VERSIONS
    """

    stub:
    prefix      = task.ext.prefix ?: "${meta.id}"
    """
    mkdir -p ${prefix}
    touch ${prefix}/calls.tsv ${prefix}/recommendations.tsv ${prefix}/pgx_mqc.json
    touch ${prefix}/${meta.id}.pgx.json ${prefix}/${meta.id}.pgx.html

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        pgx: \$(pgx --version | sed 's/^pgx //')
    END_VERSIONS
    """
}
