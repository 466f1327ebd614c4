"""Plain oracle: apply VCF lines to a gene's reference and read the haplotypes' sequences."""

from __future__ import annotations

IUPAC = {
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip


def reference_bases(gene, assembly):
    """GRCh38 position to reference base of the assembly, over all segments."""
    bases = {}
    for segment in sorted(gene.segments, key=lambda segment: segment.start):
        for i, base in enumerate(segment.sequence):
            bases[segment.start + i] = base
    if assembly == "GRCh37":
        for variant in gene.variants:
            for i, base in enumerate(variant.ref_grch37):
                bases[variant.position + i] = base
    return bases


def expected_sequence(gene, allele, *, choose_variant=False):
    """Sequence of all segments as the definition says, known from GRCh38 alone."""
    bases = reference_bases(gene, "GRCh38")
    refs = {variant.position: variant for variant in gene.variants}
    for position, text in allele.defining.items():
        variant = refs[position]
        if text not in variant.alleles:
            allowed = [base for base in variant.alleles if base in IUPAC[text]]
            others = [base for base in allowed if base != variant.ref]
            text = others[0] if choose_variant and others else allowed[0]
        replace(bases, position, variant.ref, text)
    return "".join(bases.values())


def replace(bases, position, ref, text):
    """Put text in place of ref; the first position holds it, the others hold nothing."""
    for i in range(len(ref)):
        assert bases[position + i] == ref[i], (position, ref, "changed twice or wrong REF")
        bases[position + i] = ""
    bases[position] = text


def data_lines(text):
    return [line.split("\t") for line in text.split("\n") if line and not line.startswith("#")]


def written_sequences(gene, text, assembly):
    """Sequence of each haplotype of each sample, as a file's lines describe them."""
    offset = 0
    if assembly == "GRCh37":
        (offset,) = {v.position_grch37 - v.position for v in gene.variants}
    reference = reference_bases(gene, assembly)
    samples = []
    for line in data_lines(text):
        position, ref, alts = int(line[1]) - offset, line[3], line[4].split(",")
        written = "".join(reference[position + i] for i in range(len(ref)))
        assert written == ref, (position, ref, "is not the reference")
        samples = samples or [{} for _ in line[9:]]
        for changes, cell in zip(samples, line[9:], strict=True):
            codes = cell.split(":")[0].replace("/", "|").split("|")
            for haplotype, code in enumerate(codes):
                own = changes.setdefault(haplotype, [])
                allele = [ref, *alts][int(code)]
                if code != "0" and allele != "*":
                    own.append((position, ref, allele))
    return [
        [changed(reference, changes[haplotype]) for haplotype in sorted(changes)]
        for changes in samples
    ]


def changed(reference, changes):
    bases = dict(reference)
    for position, ref, allele in changes:
        assert allele != "<NON_REF>"
        common = 0  # the anchor base stays free for the record before
        while common < min(len(ref), len(allele)) - 1 and ref[common] == allele[common]:
            common += 1
        replace(bases, position + common, ref[common:], allele[common:])
    return "".join(bases.values())
