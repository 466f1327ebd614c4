"""Small files of other tools, written for these tests in the form that the tools write."""

from __future__ import annotations

import io
import json
import zipfile


def dragen(genotype="*1/*4", passed="PASS", **more):
    tree = {
        "softwareVersion": "dragen 4.2",
        "cyp2d6": {"genotype": genotype, "genotypeFilter": passed},
        "gba": {"totalCopyNumber": 4, "variants": []},
        **more,
    }
    return json.dumps(tree).encode()


def cyrius_table(*rows):
    return "".join(
        "\t".join(row) + "\n" for row in [("Sample", "Genotype", "Filter"), *rows]
    ).encode()


def cyrius_json(**samples):
    entries = {
        name: {
            "Coverage_MAD": 0.05, "Total_CN": 4, "CNV_group": "cn2", "Genotype": genotype,
            "Filter": passed, "Variants_called": [], "Variant_raw_count": {"g.1A>C": "0,20"},
        }
        for name, (genotype, passed) in samples.items()
    }  # fmt: skip
    return json.dumps(entries).encode()


ALDY_COLUMNS = (
    "#Sample", "Gene", "SolutionID", "Major", "Minor", "Copy", "Allele", "Location", "Type",
    "Coverage", "Effect", "dbSNP", "Code", "Status",
)  # fmt: skip


def aldy(*solutions, sample="S1", gene="CYP2D6"):
    lines = ["\t".join(ALDY_COLUMNS)]
    for number, major in enumerate(solutions, 1):
        lines.append(f"#Solution {number}: *1.001, *4.001; cpic=intermediate; cpic_score=1.0")
        cells = [sample, gene, str(number), major, "1.001;4.001"]
        lines.append("\t".join([*cells, "0", "1.001", *[""] * 7]))
        lines.append(
            "\t".join([*cells, "1", "4.001", "42526694", "G>A", "14", "P34S", "rs1", "", ""])
        )
    return ("\n".join(lines) + "\n").encode()


ALDY_LOG = """\
Aldy v4.4 (Python 3.10 on Linux)
Genotyping sample S1.bam...
Best CYP2D6 star-alleles for S1:
   1: *1 / *4 + *68 (confidence=100%)
      Minor alleles: *1.001, *4.001, *68.001
CYP2D6 results:
  - *1 / *4 + *68
    Minor: [*1.001] / [*4.001] + [*68.001]
    Legacy notation: [*1A] / [*4A] + [*68]
"""

STELLAR = """\
--------------------------------------------

{gene} Star Allele Calling with StellarPGx

--------------------------------------------

Initially computed CN = 2


Core variants:
42126611~C>G~1/1


Candidate alleles:
['17.v1_29.v1']


Result:
{result}


Activity score:
1.0


Metaboliser status:
Intermediate metaboliser (IM)

"""


def stellar(result="*17/*29", gene="CYP2D6"):
    return STELLAR.format(result=result, gene=gene).encode()


PYPGX_COLUMNS = (
    "", "Genotype", "Phenotype", "Haplotype1", "Haplotype2", "AlternativePhase", "VariantData",
    "CNV",
)  # fmt: skip


def pypgx(**samples):
    lines = ["\t".join(PYPGX_COLUMNS)]
    for sample, genotype in samples.items():
        variants = "*4:22-42524947-C-T:0.5;" * 100
        lines.append("\t".join([sample, genotype, "Unsaid", "*4;", "*1;", ";", variants, "Normal"]))
    return ("\n".join(lines) + "\n").encode()


def archive(**tables):
    """A results.zip: gene to table."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for number, (gene, data) in enumerate(tables.items()):
            target.writestr(f"tmp{number}/data.tsv", data)
            metadata = f"Gene={gene}\nAssembly=GRCh38\nSemanticType=SampleTable[Results]\n"
            target.writestr(f"tmp{number}/metadata.txt", metadata)
    return made.getvalue()


def stargazer(*rows):
    head = (
        "name", "status", "hap1_main", "hap2_main", "hap1_cand", "hap2_cand", "hap1_score",
        "hap2_score", "dip_score", "phenotype",
    )  # fmt: skip
    lines = [head, *((*row, "x", "x", "1.0", "0.0", "1.0", "normal_metabolizer") for row in rows)]
    return "".join("\t".join(cells) + "\n" for cells in lines).encode()


def starphase(**genes):
    details = {
        gene.replace("_", "-"): {
            "diplotypes": [
                {"hap1": d.partition("/")[0], "hap2": d.partition("/")[2], "diplotype": d}
                for d in diplotypes
            ],
            "variant_details": None,
        }
        for gene, diplotypes in genes.items()
    }
    tree = {"pbstarphase_version": "1.4.1", "database_metadata": {}, "gene_details": details}
    return json.dumps(tree).encode()


FILES = {
    "S1.targeted.json": dragen(),
    "cyrius.tsv": cyrius_table(("S1", "*1/*4", "PASS")),
    "cyrius.json": cyrius_json(S1=("*1/*4", "PASS")),
    "S1.aldy": aldy("*1/*4", "*1/*4.021.ALDY"),
    "S1.simple": b"S1\tCYP2D6\t*1/*4\t[*1A]/[*4A]\t\n",
    "S1.aldylog": ALDY_LOG.encode(),
    "S1_2d6.alleles": stellar(),
    "cyp2d6_summary.txt": b"S1\t*1/*4\nS2\t*5/*68+*4\n",
    "results.zip": archive(CYP2D6=pypgx(S1="*1/*4"), CYP2C19=pypgx(S1="*1/*2")),
    "cyp2d6.tsv": pypgx(S1="*1/*4"),
    "CYP2D6.genotype-calls.tsv": stargazer(("S1", "g", "*1", "*4")),
    "S1.pbstarphase.json": starphase(CYP2D6=["*1.001/*4.001"]),
    "own.tsv": b"sample\tgene\tdiplotype\nS1\tCYP2D6\t*1/*4\n",
}
"""One good file of each format, by name."""
