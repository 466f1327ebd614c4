#!/usr/bin/env nextflow

// pgx in Nextflow: each sample by itself, or (--cohort) all of them in one step.
//
//   nextflow run workflows/nextflow --input samples.tsv --outdir results
//   nextflow run workflows/nextflow --input samples.tsv --outdir results --cohort
//
// samples.tsv: `sample`, `variants` (several files joined by commas).

include { PGX_ANNOTATE } from './modules/pgx/annotate/main'
include { PGX_COHORT   } from './modules/pgx/cohort/main'

workflow {
    samples = channel
        .fromPath(params.input, checkIfExists: true)
        .splitCsv(header: true, sep: '\t')
        .map { row ->
            def files = row.variants.tokenize(',').collect { name -> file(name, checkIfExists: true) }
            tuple([id: row.sample], files)
        }
    info = params.sample_info ? file(params.sample_info, checkIfExists: true) : []
    outside = params.outside_calls ? file(params.outside_calls, checkIfExists: true) : []

    if (params.cohort) {
        // a file that holds several samples is named once for each of them
        everything = samples
            .flatMap { _meta, files -> files }
            .unique()
            .toSortedList { a, b -> a.toString() <=> b.toString() }
            .map { files -> tuple([id: 'cohort'], files) }
        PGX_COHORT(everything, info, outside)
    }
    else {
        PGX_ANNOTATE(samples, info, outside)
    }
}
