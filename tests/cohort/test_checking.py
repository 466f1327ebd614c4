"""Quality of whole cohorts, read from files: sexes, sums over genes, and the summary."""

import json

import pytest

from cohort.drawn import shown, small_gene
from cohort.read import read_cohort
from pgx.engine.sample_quality import SAMPLE_QUALITY_SCHEMA, CohortQuality
from pgx.engine.site_quality import SITE_QUALITY_SCHEMA
from pgx.genotypes.matrix import MISSING, Unknown
from pgx.inputs.settings import SampleInfo
from pgx.records.genes import Ploidy
from simulated import cohort_text, genes

CARRIER = "B (reference)/A- 202A_376G"
SINGLE = "A- 202A_376G"
SITE = "154536002"  # c.202


def write(folder, name, diplotypes, **settings):
    path = folder / name
    text = cohort_text({s: {"G6PD": d} for s, d in diplotypes.items()}, **settings)
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.fixture
def paths(tmp_path):
    """Females as pairs, males as single alleles, and a male as a pair of equal ones."""
    return [
        write(tmp_path, "females.vcf", {"F1": CARRIER, "F2": CARRIER, "F3": f"{SINGLE}/{SINGLE}"}),
        write(tmp_path, "males.vcf", {"M1": SINGLE, "M2": SINGLE}, sex="male"),
        write(tmp_path, "pairs.vcf", {"M3": SINGLE}, sex="male", diploid_x=True),
    ]


def rewritten(path, *cells):
    """Write the genotypes of c.202 anew, one a sample."""
    fields = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    [row] = [f for f in fields if not f[0].startswith("#") and f[1] == SITE]
    row[8:] = ["GT", *cells]
    path.write_text("".join("\t".join(f) + "\n" for f in fields), encoding="utf-8", newline="")
    return path


def people(**sexes):
    return {name: SampleInfo(sample=name, sex=sex) for name, sex in sexes.items()}


def checks(paths, info):
    frame = read_cohort(paths, info, ["G6PD"]).quality().samples()
    return {r["sample"]: (r["sex_check"], r["sex_reason"]) for r in frame.iter_rows(named=True)}


def test_recorded_sexes_that_fit(paths):
    info = people(F1="female", F2="female", F3="female", M1="male", M2="male", M3="male")
    assert checks(paths, info) == {
        "F1": ("consistent", "heterozygous"),
        "F2": ("consistent", "heterozygous"),
        "F3": ("not_informative", "homozygous"),
        "M1": ("consistent", "one_strand"),
        "M2": ("consistent", "one_strand"),
        "M3": ("not_informative", "homozygous"),
    }


def test_swapped_samples_are_found(paths):
    info = people(F1="male", F2="female", F3="male", M1="female", M2="", M3="female")
    assert checks(paths, info) == {
        "F1": ("inconsistent", "heterozygous"),
        "F2": ("consistent", "heterozygous"),
        "F3": ("not_informative", "homozygous"),
        "M1": ("inconsistent", "one_strand"),
        "M2": ("unknown", "one_strand"),
        "M3": ("not_informative", "homozygous"),
    }


def test_a_missing_single_allele_is_no_proof(tmp_path):
    """Some callers write ``.`` where two alleles are unknown."""
    path = write(tmp_path, "females.vcf", {"F1": f"{SINGLE}/{SINGLE}"})
    rewritten(path, ".")
    assert checks([path], people(F1="female")) == {"F1": ("not_informative", "homozygous")}


def test_without_a_sample_table_the_calls_say_who_is_what(paths):
    frame = read_cohort(paths, {}, ["G6PD"]).quality().samples()
    assert set(frame["sex_check"]) == {"unknown"}
    assert dict(zip(frame["sample"], frame["sex_by_calls"], strict=True)) == {
        "F1": "female", "F2": "female", "F3": None, "M1": "male", "M2": "male", "M3": None,
    }  # fmt: skip


def test_a_mixture_of_pairs_and_single_alleles_is_called_one(paths):
    mixed = rewritten(paths[0], "0", "1", "0/1")
    frame = read_cohort([mixed], {}, ["G6PD"]).quality().samples()
    assert frame["sex_reason"].to_list() == ["mixed_ploidy", "mixed_ploidy", "heterozygous"]
    assert frame["sex_by_calls"].to_list() == [None, None, "female"]
    assert checks([mixed], people(F1="female", F2="male", F3="male")) == {
        "F1": ("inconsistent", "heterozygous_and_one_strand"),
        "F2": ("inconsistent", "heterozygous_and_one_strand"),
        "F3": ("inconsistent", "heterozygous"),
    }


def summary_of(drawn, gene, samples, info=None):
    quality = CohortQuality(samples, info or {})
    quality.add(gene, drawn)
    return quality.summary()


def test_the_summary_counts_samples_and_names_none():
    gene = small_gene(n_sites=3)
    drawn = shown(gene, *[(0, 0)] * 19, (MISSING, MISSING), reason=Unknown.LOW_GQ)
    names = [f"Name{i}" for i in range(20)]
    found = summary_of(drawn, gene, names, people(Name0="male"))
    assert found["n_samples"] == 20
    assert (found["n_sites"], found["n_sites_answered"]) == (3, 3)
    assert found["mean_call_rate"] == pytest.approx(0.95)
    assert found["samples_below_call_rate"] == 1
    assert found["sex_check"] == {
        "consistent": 0, "inconsistent": 0, "not_informative": 1, "unknown": 19,
    }  # fmt: skip
    assert "Name" not in json.dumps(found)


@pytest.mark.parametrize(("n_missing", "named"), [(1, False), (2, True)])
def test_genes_below_the_limit_are_named(n_missing, named):
    gene = small_gene(n_sites=3)
    drawn = shown(gene, *[(0, 0)] * (20 - n_missing), *[(MISSING, MISSING)] * n_missing)
    found = summary_of(drawn, gene, list(map(str, range(20))))["genes_below_call_rate"]
    assert found == ([{"gene": gene.gene, "call_rate": pytest.approx(0.9)}] if named else [])


def test_positions_out_of_equilibrium_are_named_within_populations():
    """Two populations with other alleles, each in equilibrium, are no fault of genotyping."""
    gene = small_gene(n_sites=1)
    samples = list(map(str, range(60)))
    groups = ["AFR"] * 30 + ["EUR"] * 30
    info = {
        s: SampleInfo(sample=s, superpopulation=g) for s, g in zip(samples, groups, strict=True)
    }
    apart = shown(gene, *[(0, 0)] * 30, *[(1, 1)] * 30)
    assert summary_of(apart, gene, samples, info)["sites_out_of_equilibrium"] == []
    [site] = summary_of(apart, gene, samples)["sites_out_of_equilibrium"]
    assert site["position"] == f"{gene.contig}:{gene.variants[0].position}"
    assert (site["group"], site["inbreeding"]) == ("all", 1.0)
    assert site["hwe_p"] < 1e-6
    never = shown(gene, *[(0, 1)] * 30, *[(0, 0)] * 30)
    [site] = summary_of(never, gene, samples, info)["sites_out_of_equilibrium"]
    assert (site["group"], site["inbreeding"]) == ("AFR", -1.0)


def test_genes_without_positions_and_empty_cohorts():
    quality = CohortQuality((), {})
    for gene in genes().values():
        quality.add(gene, [])
    assert quality.samples().schema == SAMPLE_QUALITY_SCHEMA
    assert quality.sites().schema == SITE_QUALITY_SCHEMA
    assert quality.summary()["mean_call_rate"] is None
    untouched = CohortQuality(("a",), {})
    assert untouched.sites().is_empty()
    assert untouched.samples()["call_rate"].to_list() == [None]
    assert json.loads(json.dumps(untouched.summary()))["n_sites"] == 0


def test_genes_are_added_up():
    gene, x = small_gene(n_sites=2), small_gene(Ploidy.X_LINKED, 1)
    quality = CohortQuality(("a", "b"), {})
    quality.add(gene, shown(gene, (0, 0), (0, 1)))
    quality.add(x, shown(x, (0, 1), (0, 0)))
    frame = quality.samples()
    assert frame["n_called"].to_list() == [3, 3]
    assert frame["n_heterozygous"].to_list() == [0, 2]
    assert frame["x_heterozygous"].to_list() == [1, 0]
    assert quality.sites().height == 3
