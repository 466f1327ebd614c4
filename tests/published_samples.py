"""Small public releases of invented genes, in the form in which the real ones are published."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

STAMP = "2031-02-03-04-05"


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def as_csv(rows: list[dict[str, str]], delimiter: str = ",") -> bytes:
    lines = [delimiter.join(rows[0])]
    lines += [
        delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row.values())
        for row in rows
    ]
    return ("\n".join(lines) + "\n").encode()


def definition(**changes: Any) -> dict[str, Any]:
    """A definition of PharmCAT: a wobble, two sequences in one cell, a structural allele."""
    sites = [
        (100, "C", ["T"], "rs1"),
        (200, "G", ["A", "T"], "rs2"),
        (300, "CAA", ["C", "CA"], None),
    ]
    cells = {
        "*1": ["C", "G", "CAA"],
        "*2": ["T", None, None],
        "*3": [None, "R", None],
        "*4": [None, None, "C or CA"],
        "*5": [None, None, None],
    }
    found = {
        "formatVersion": "2",
        "source": "CLINPGX",
        "version": STAMP,
        "gene": "CYP9Z1",
        "chromosome": "chr4",
        "genomeBuild": "GRCh38.p14",
        "refSeqChromosomeId": "NC_000004.12",
        "variants": [
            {
                "chromosome": "chr4",
                "position": place,
                "rsid": rsid,
                "chromosomeHgvsName": f"g.{place}",
                "ref": ref,
                "alts": alts,
            }
            for place, ref, alts, rsid in sites
        ],
        "namedAlleles": [
            {
                "name": name,
                "id": f"PA{number}",
                "alleles": own,
                "reference": name == "*1",
                "structuralVariant": name == "*5",
                "corePositions": [],
            }
            for number, (name, own) in enumerate(cells.items(), 1)
        ],
    }
    return {**found, **changes}


FUNCTIONS = {"*1": "Normal function", "*2": "No function", "*3": "Decreased function"}
PHENOTYPES = {
    ("*1", "*1"): "Normal Metabolizer",
    ("*1", "*2"): "Intermediate Metabolizer",
    ("*2", "*2"): "Poor Metabolizer",
    ("*1", "*3"): "Intermediate Metabolizer",
    ("*2", "*3"): "Poor Metabolizer",
}


def phenotype(**changes: Any) -> dict[str, Any]:
    found = {
        "gene": "CYP9Z1",
        "haplotypes": FUNCTIONS,
        "activityValues": {},
        "diplotypes": [
            {
                "generesult": result,
                "diplotype": f"{a}/{b}",
                "lookupkey": result,
                "diplotypekey": {a: 2} if a == b else {a: 1, b: 1},
                "activityScore": None,
                "phenotype": result,
            }
            for (a, b), result in PHENOTYPES.items()
        ],
        "namedAlleles": [
            {"name": name, "activityValue": None, "functionValue": word, "lookupKey": word}
            for name, word in FUNCTIONS.items()
        ],
        "version": STAMP,
    }
    return {**found, **changes}


def recommendation(html: str, key: object, **changes: Any) -> dict[str, Any]:
    found = {
        "id": "PA7",
        "population": "general",
        "classification": {"term": "Strong", "termId": "x:1"},
        "relatedChemicals": [{"id": "PA8", "name": "examplol", "symbol": None}],
        "text": {"id": 1, "html": html},
        "implications": ["CYP9Z1: Less <b>active</b> drug"],
        "lookupKey": [{"CYP9Z1": key}],
        "dosingInformation": True,
        "alternateDrugAvailable": False,
        "otherPrescribingGuidance": False,
    }
    return {**found, **changes}


def guideline(source: str, *recommendations: dict[str, Any], **changes: Any) -> dict[str, Any]:
    own = {
        "id": "PA1",
        "name": f"Annotation of {source} Guideline for examplol and CYP9Z1",
        "objCls": "Guideline Annotation",
        "source": source,
        "version": 5,
        "url": None,
        "relatedChemicals": [{"id": "PA8", "name": "examplol", "symbol": None}],
        "relatedGenes": [{"id": "PA9", "name": "invented", "symbol": "CYP9Z1"}],
    }
    citations = [{"pmid": "123", "title": "A title", "year": 2030}, {"pmid": None, "title": "web"}]
    return {
        "guideline": {**own, **changes},
        "recommendations": list(recommendations),
        "citations": citations,
    }


def guidance() -> dict[str, Any]:
    text = "<p>Children &lt;40 kg, or <30 mL/min:</p><ul><li>1 mg</li><li>2 mg</li></ul>"
    return {
        "guidelines": [
            guideline("CPIC", recommendation(text, "Poor Metabolizer")),
            guideline("DPWG", recommendation("<p>Avoid</p>", {"*1": 1.0, "*2": 1.0}), id="PA2"),
            guideline(
                "FDA", recommendation("<p>Label</p>", ["0.0", "0.5"]), id="PA3",
                objCls="Label Annotation",
            ),
            guideline(
                "FDA PGx Association", recommendation("<p>Table</p>", "0.0"), id="PA4",
                objCls="FDA PGx Association",
            ),
            guideline("RNPGx", recommendation("<p>Other</p>", "0.0"), id="PA5"),
        ]
    }  # fmt: skip


EXEMPTIONS = {"CYP9Z1": {"gene": "CYP9Z1", "requiredPositions": [200], "ignoredAlleles": []}}


def pharmcat() -> dict[str, bytes]:
    return {
        "definition/alleles/CYP9Z1_translation.json": as_json(definition()),
        "definition/alleles/exemptions.json": as_json(EXEMPTIONS),
        "phenotype/CYP9Z1.json.gz": gzip.compress(as_json(phenotype()), mtime=0),
        "prescribing_guidance.json": as_json(guidance()),
    }


def cpic_rows() -> dict[str, list[dict[str, Any]]]:
    alleles = [("*1", "Normal function", "1.0"), ("*2", "No function", "0.0")]
    results = [("*1/*1", 1), ("*1/*2", 2), ("*2/*2", 3)]
    return {
        "allele": [
            {
                "genesymbol": "CYP9Z2", "name": name, "clinicalfunctionalstatus": word,
                "activityvalue": value,
            }
            for name, word, value in alleles
        ],
        "allele_definition": [
            {
                "id": number, "genesymbol": "CYP9Z2", "name": name,
                "matchesreferencesequence": name == "*1", "structuralvariation": False,
            }
            for number, (name, _, _) in enumerate(alleles, 1)
        ],
        "allele_location_value": [
            {"alleledefinitionid": 1, "locationid": 7, "variantallele": "C"},
            {"alleledefinitionid": 2, "locationid": 7, "variantallele": "T"},
        ],
        "sequence_location": [
            {
                "id": 7, "genesymbol": "CYP9Z2", "position": 500, "dbsnpid": "rs5",
                "chromosomelocation": "g.500C>T",
            }
        ],
        "gene_result": [
            {"id": n, "genesymbol": "CYP9Z2", "result": result, "activityscore": score}
            for n, result, score in (
                (1, "Normal Metabolizer", "2.0"),
                (2, "Intermediate Metabolizer", "1.0"),
                (3, "Poor Metabolizer", "0.0"),
            )
        ],
        "gene_result_diplotype": [
            {"functionphenotypeid": number, "diplotype": pair} for pair, number in results
        ],
        "drug": [{"drugid": "RxNorm:1", "name": "examplol"}],
        "guideline": [{"id": 4, "name": "CYP9Z2 and examplol", "pharmgkbid": ["PA11"]}],
        "pair": [{"genesymbol": "CYP9Z2", "drugid": "RxNorm:1", "cpiclevel": "A"}],
        "recommendation": [
            {
                "guidelineid": 4, "drugid": "RxNorm:1", "implications": {"CYP9Z2": "Less drug"},
                "drugrecommendation": "Avoid if < 40 kg", "classification": "Strong",
                "lookupkey": {"CYP9Z2": "0.0"}, "population": "general", "version": 3,
                "alternatedrugavailable": True,
            }
        ],
    }  # fmt: skip


def cpic() -> dict[str, bytes]:
    """CPIC's tables, half of them as JSON and half as CSV."""
    rows = cpic_rows()
    found = {f"{name}.json": as_json(own) for name, own in rows.items()}
    for name in ("allele", "sequence_location", "gene_result_diplotype"):
        del found[f"{name}.json"]
        texts = [{key: str(cell) for key, cell in row.items()} for row in rows[name]]
        found[f"{name}.csv"] = as_csv(texts)
    return found


HAPLOTYPES = [
    ("*1", "REFERENCE", "", "", "", "", ""),
    ("*1.001", "REFERENCE", "", "", "", "", ""),
    ("*2", "rs8", "800", "800", "A", "G", "substitution"),
    ("*2.001", "rs8", "800", "800", "A", "G", "substitution"),
    ("*3", "rs9", "901", "902", "TT", "-", "deletion"),
    ("*4", "rs10", "910", "911", "-", "G", "insertion"),
]
VCF = (
    "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    "NC_000010.11\t900\t.\tCTT\tC\t.\tPASS\t.\nNC_000010.11\t910\t.\tA\tAG\t.\tPASS\t.\n"
)
COLUMNS = (
    "Haplotype Name", "Gene", "rsID", "ReferenceSequence", "Variant Start", "Variant Stop",
    "Reference Allele", "Variant Allele", "Type",
)  # fmt: skip


def haplotypes() -> bytes:
    rows = [
        (f"CYP9Z3{name}", "CYP9Z3", rsid, "NC_000010.11", *rest) for name, rsid, *rest in HAPLOTYPES
    ]
    lines = ["#version=pharmvar-6.2", "\t".join(COLUMNS), *("\t".join(row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def archive(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, data in members.items():
            writer.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def pharmvar() -> dict[str, bytes]:
    members = {
        "CYP9Z3/GRCh38/CYP9Z3.NC_000010.11.haplotypes.tsv": haplotypes(),
        "CYP9Z3/GRCh38/CYP9Z3_3.vcf": VCF.encode(),
        "CYP9Z3/GRCh37/CYP9Z3.NC_000010.10.haplotypes.tsv": b"not read",
        "CYP9Z3/CYP9Z3.haplotypes.fasta": b">x\nACGT\n",
    }
    return {"CYP9Z3-6.2.zip": archive(members)}


def pypgx_rows() -> dict[str, list[dict[str, str]]]:
    alleles = [
        ("CYP9Z4", "*1", "1", "Normal Function", "4-50-A-G", "FALSE"),
        ("CYP9Z4", "*2", "0.5", "Decreased Function", "N/A", "FALSE"),
        ("CYP9Z4", "*3", "0", "No Function", "4-60-CT-C,4-70-G-T", "FALSE"),
        ("CYP9Z4", "*4", "N/A", "Unknown Function", "4-60-C-A", "FALSE"),
        ("CYP9Z4", "*5", "0", "No Function", "N/A", "TRUE"),
        ("CYP9Z5", "Reference", "N/A", "Normal Function", "N/A", "FALSE"),
        ("CYP9Z5", "rs3", "N/A", "Unknown Function", "N/A", "FALSE"),
    ]
    variants = [
        ("CYP9Z4", "4-50-A-G", "rs50", "4", "150", "50", "G", "A"),
        ("CYP9Z4", "4-60-CT-C", "rs60", "4", "160", "60", "CT", "CT"),
        ("CYP9Z4", "4-60-C-A", "N/A", "4", "160", "60", "C", "C"),
        ("CYP9Z4", "4-70-G-T", "rs70", "4", "170", "70", "G", "G"),
    ]
    equations = [
        ("Poor Metabolizer", "0 <= score < 1"),
        ("Intermediate Metabolizer", "1 <= score < 2"),
        ("Normal Metabolizer", "2 == score"),
    ]
    names = {
        "allele": ("Gene", "StarAllele", "ActivityScore", "Function", "GRCh38Core", "SV"),
        "variant": (
            "Gene", "GRCh38Name", "rsID", "Chromosome", "GRCh37Position", "GRCh38Position",
            "GRCh37Allele", "GRCh38Allele",
        ),
    }  # fmt: skip
    return {
        "allele-table.csv": [dict(zip(names["allele"], a, strict=True)) for a in alleles],
        "variant-table.csv": [dict(zip(names["variant"], v, strict=True)) for v in variants],
        "gene-table.csv": [
            {"Gene": gene, "Target": target, "PhenotypeMethod": method, "GRCh38Default": default}
            for gene, target, method, default in (
                ("CYP9Z4", "TRUE", "Score", "*2"),
                ("CYP9Z5", "TRUE", "Diplotype", "Reference"),
                ("VDR", "FALSE", "N/A", "N/A"),
            )
        ],
        "equation-table.csv": [
            {"Gene": "CYP9Z4", "Phenotype": name, "Equation": text} for name, text in equations
        ],
        "phenotype-table.csv": [{"Gene": "CYP9Z4", "Phenotype": "Poor", "Priority": "None"}],
    }


def pypgx() -> dict[str, bytes]:
    return {f"pypgx-0.99/{name}": as_csv(rows) for name, rows in pypgx_rows().items()}


def write(folder: Path, *samples: dict[str, bytes]) -> Path:
    for sample in samples:
        for name, data in sample.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder
