process PGX_COHORT {
    tag "$meta.id"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    container "pgx-therapy:0.1.0-workflow"

    input:
    tuple val(meta), path(variants)
    path sample_info
    path outside_calls

    output:
    tuple val(meta), path("${prefix}/calls.parquet")          , emit: calls
    tuple val(meta), path("${prefix}/recommendations.parquet"), emit: recommendations
    tuple val(meta), path("${prefix}/*")                      , emit: all
    tuple val(meta), path("${prefix}/*_mqc.json")             , emit: multiqc, optional: true
    path "versions.yml"                                       , emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args    = task.ext.args ?: ''
    prefix      = task.ext.prefix ?: "${meta.id}"
    def info    = sample_info ? "--sample-info ${sample_info}" : ''
    def outside = outside_calls ? "--outside-calls ${outside_calls}" : ''
    """
    pgx cohort \\
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
    touch ${prefix}/calls.parquet ${prefix}/recommendations.parquet ${prefix}/pgx_cohort_mqc.json

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        pgx: \$(pgx --version | sed 's/^pgx //')
    END_VERSIONS
    """
}
