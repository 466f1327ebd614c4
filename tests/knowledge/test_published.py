"""Public releases as published: every kind is read into our form, a bad file is refused alone."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import pytest

import published_samples as samples
from cases import one_test
from pgx.errors import InputError
from pgx.knowledge.importers.gene_documents import Variant, spanned
from pgx.knowledge.importers.pharmcat_guidance import plain_text
from pgx.knowledge.importers.published import PublishedRelease, published_releases
from pgx.knowledge.importers.readings import normalise_sentence, sentence_digest
from pgx.knowledge.importers.source_files import MAX_BYTES


def only(folder) -> PublishedRelease:
    (found,) = published_releases(folder)
    return found


def reasons(release: PublishedRelease) -> str:
    return "\n".join(f"{s.file} | {s.what} | {s.why}" for s in release.unread)


def cells(release: PublishedRelease, gene: str) -> dict[str, dict[str, str]]:
    return {a["name"]: a["defining"] for a in release.definitions[gene]["alleles"]}


def rule(release: PublishedRelease, gene: str, first: str, second: str) -> dict[str, str] | None:
    pairs = {(r["function_1"], r["function_2"]): r for r in release.rules[gene]}
    return pairs.get((first, second))


def test_pharmcat_definitions_have_wobbles_alternatives_and_structures(tmp_path):
    found = only(samples.write(tmp_path, samples.pharmcat()))
    assert (found.source, found.version, found.date) == (
        "pharmcat-2031-02-03",
        samples.STAMP,
        "2031-02-03",
    )
    assert cells(found, "CYP9Z1") == {
        "*1": {"100": "C", "200": "G", "300": "CAA"},
        "*2": {"100": "T"},
        "*3": {"200": "R"},
        "*4": {"300": "C or CA"},
        "*5": {},
    }
    document = found.definitions["CYP9Z1"]
    assert [a["name"] for a in document["alleles"] if a["structural"]] == ["*5"]
    assert document["variants"][1] == {
        "position": 200,
        "ref": "G",
        "alts": ["A", "T"],
        "rsid": "rs2",
        "hgvs_g": "g.200",
    }
    assert document["notes"] == {"requiredPositions": [200]}


def test_pharmcat_diplotypes_fold_to_pairs_of_functions(tmp_path):
    found = only(samples.write(tmp_path, samples.pharmcat()))
    assert found.functions["CYP9Z1"][1] == {
        "allele": "*2",
        "function": "No function",
        "activity_value": "",
    }
    assert len(found.rules["CYP9Z1"]) == 5
    assert rule(found, "CYP9Z1", "Decreased function", "No function") == {
        "function_1": "Decreased function",
        "function_2": "No function",
        "activity_score": "",
        "phenotype": "Poor Metabolizer",
        "lookup_key": "Poor Metabolizer",
    }


def test_a_pair_with_two_phenotypes_is_reported_and_not_guessed(tmp_path):
    source = samples.phenotype()
    source["namedAlleles"].append({"name": "*9", "lookupKey": "No function"})
    source["diplotypes"].append(
        {
            "diplotypekey": {"*1": 1, "*9": 1},
            "phenotype": "Poor Metabolizer",
            "lookupkey": "Poor Metabolizer",
        }
    )
    found = only(samples.write(tmp_path, {"CYP9Z1.json": samples.as_json(source)}))
    assert rule(found, "CYP9Z1", "No function", "Normal function") is None
    assert rule(found, "CYP9Z1", "Normal function", "Normal function") is not None
    assert "rule of No function and Normal function | its diplotypes have 2 results" in reasons(
        found
    )


def test_a_diplotype_of_one_copy_makes_a_rule_of_one_function(tmp_path):
    one = {"diplotypekey": {"*2": 1}, "phenotype": "Deficient", "lookupkey": "Deficient"}
    source = samples.phenotype(gene="MT_RNR1", diplotypes=[one])
    found = only(samples.write(tmp_path, {"MT_RNR1.json": samples.as_json(source)}))
    (made,) = found.rules["MT-RNR1"]
    assert (made["function_1"], made["function_2"]) == ("No function", "")


def test_an_unknown_format_version_is_refused_by_name(tmp_path):
    sample = samples.pharmcat()
    newer = samples.as_json(samples.definition(formatVersion="7", gene="CYP9Z8"))
    sample["definition/alleles/CYP9Z8_translation.json"] = newer
    found = only(samples.write(tmp_path, sample))
    assert set(found.definitions) == {"CYP9Z1"}
    assert "CYP9Z8_translation.json: formatVersion 7 is not known" in reasons(found)


@one_test
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"genomeBuild": "GRCh37.p13"}, "not on GRCh38"),
        ({"namedAlleles": samples.definition()["namedAlleles"][1:]}, "not exactly one allele"),
        ({"variants": samples.definition()["variants"][:2]}, "3 cells, expected 2"),
        ({"gene": "../CYP9Z1"}, "not named by its symbol"),
        ({"version": None}, "version: Expected `str`, got `null`"),
    ],
)
def test_a_definition_that_cannot_be_trusted_is_refused_and_the_rest_is_used(
    tmp_path, changes, why
):
    sample = samples.pharmcat()
    bad = samples.as_json(samples.definition(**changes))
    sample["definition/alleles/CYP9Z1_translation.json"] = bad
    found = only(samples.write(tmp_path, sample))
    assert not found.definitions
    assert found.functions
    assert found.guidance
    assert why in reasons(found)


def test_a_sequence_that_a_position_does_not_have_is_refused(tmp_path):
    source = samples.definition()
    source["namedAlleles"][1]["alleles"][0] = "G"
    sample = {"CYP9Z1_translation.json": samples.as_json(source)}
    with pytest.raises(InputError, match=r"allele \*2 has a sequence at 100 that its position"):
        published_releases(samples.write(tmp_path, sample))


def test_each_stamp_makes_a_release(tmp_path):
    sample = samples.pharmcat()
    later = samples.definition(gene="CYP9Z8", version="2032-01-01-00-00")
    sample["CYP9Z8_translation.json"] = samples.as_json(later)
    first, second = published_releases(samples.write(tmp_path, sample))
    assert (set(first.definitions), set(second.definitions)) == ({"CYP9Z1"}, {"CYP9Z8"})
    assert [bool(r.guidance) for r in (first, second)] == [False, True]  # without a stamp: newest


def test_guidance_rows_are_those_of_our_source_files(tmp_path):
    found = only(samples.write(tmp_path, samples.pharmcat()))
    assert [row["source"] for row in found.guidance] == ["CPIC", "DPWG", "FDA_LABEL", "FDA_TABLE"]
    assert found.guidance[0] == {
        "source": "CPIC",
        "guideline_id": "PA1",
        "guideline": "Annotation of CPIC Guideline for examplol and CYP9Z1",
        "genes": ["CYP9Z1"],
        "drugs": ["examplol"],
        "population": "general",
        "classification": "Strong",
        "text": "Children <40 kg, or <30 mL/min: 1 mg 2 mg",
        "implications": ["CYP9Z1: Less active drug"],
        "dosing_information": True,
        "alternate_drug": False,
        "other_guidance": False,
        "lookup_keys": [{"CYP9Z1": "Poor Metabolizer"}],
        "citations": [{"pmid": "123", "title": "A title", "year": 2030}],
        "version": "5",
    }
    keys = [row["lookup_keys"][0]["CYP9Z1"] for row in found.guidance[1:3]]
    assert keys == [{"*1": 1.0, "*2": 1.0}, ["0.0", "0.5"]]
    assert "guideline PA5 | no authority of ours: RNPGx" in reasons(found)
    assert "public domain (FDA)" in found.licence


def test_one_bad_guideline_does_not_lose_the_others(tmp_path):
    whole = samples.guidance()
    whole["guidelines"][0]["recommendations"][0]["lookupKey"] = [{"CYP9Z1": {"*1": 1e9}}]
    found = only(samples.write(tmp_path, {"guidance.json": samples.as_json(whole)}))
    assert [row["source"] for row in found.guidance] == ["DPWG", "FDA_LABEL", "FDA_TABLE"]
    assert "guidance.json | guideline 1 | [PGX-IN-000]" in reasons(found)


@one_test
@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Use &lt;40 kg</p>", "Use <40 kg"),
        ("<p>Use <40 kg and > 3 mL</p>", "Use <40 kg and > 3 mL"),
        ("<p>If platelets <LLN, stop.</p>", "If platelets <LLN, stop."),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("<ul><li>One</li><li>Two</li></ul>", "One Two"),
        ("one<br>two<br/>three", "one two three"),
        ("a<script>alert('<p>x</p>')</script>b<style>p {}</style>c", "a b c"),
        ('<a href="http://x/?a<b">Table</a> &amp; more', '<a href="http://x/?a<b">Table & more'),
        ('<a href="x>Dose</a> 5 mg', "Dose 5 mg"),
        ("<!-- note -->5 mg<!-- open", "5 mg<!-- open"),
        ("10<sup>9</sup>/L", "10 9 /L"),
    ],
)
def test_html_becomes_text_without_losing_a_word(html, text):
    assert plain_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "Avoid <b>use</b>. <h4 id='x'>Other</h4> text",
        "children <40 kg: 1 mg; &gt; 40 kg: 2 mg &quot;always&quot;",
        "<p>Start with 50%&nbsp;of the dose</p>\n",
    ],
)
def test_the_parsed_text_has_the_digest_of_the_published_one(html):
    assert plain_text(html) == normalise_sentence(html)
    assert sentence_digest(plain_text(html)) == sentence_digest(html)


def test_a_script_without_an_end_is_refused():
    with pytest.raises(InputError, match="script that does not end"):
        plain_text("<p>5 mg</p><script>if <p>10 mg</p>")


def test_cpic_tables_are_read_by_column_name_from_json_and_csv(tmp_path):
    found = only(samples.write(tmp_path, samples.cpic()))
    assert (found.source, found.licence) == ("cpic-tables", "CC0 1.0")
    assert cells(found, "CYP9Z2") == {"*1": {"500": "C"}, "*2": {"500": "T"}}
    assert found.definitions["CYP9Z2"]["variants"] == [
        {"position": 500, "ref": "C", "alts": ["T"], "rsid": "rs5", "hgvs_g": "g.500C>T"}
    ]
    assert found.functions["CYP9Z2"][0] == {
        "allele": "*1",
        "function": "1.0",
        "activity_value": "1.0",
    }
    made = rule(found, "CYP9Z2", "0.0", "1.0")
    assert made is not None
    assert (made["phenotype"], made["lookup_key"]) == ("Intermediate Metabolizer", "1.0")
    (row,) = found.guidance
    assert (row["guideline_id"], row["drugs"], row["text"]) == (
        "PA11",
        ["examplol"],
        "Avoid if < 40 kg",
    )
    assert (row["alternate_drug"], row["implications"]) == (True, ["CYP9Z2: Less drug"])
    assert "pair.json | table | levels of evidence" in reasons(found)


def test_a_column_that_is_missing_is_named(tmp_path):
    sample = samples.cpic()
    sample["drug.json"] = samples.as_json([{"drugid": "RxNorm:1"}])
    found = only(samples.write(tmp_path, sample))
    assert "drug.json: columns are missing: name" in reasons(found)
    assert "recommendation | table | without drug" in reasons(found)
    assert not found.guidance
    assert found.definitions


def test_a_word_for_a_deletion_refuses_the_gene(tmp_path):
    """Without that allele its carriers would be called another one."""
    sample = samples.cpic()
    rows = samples.cpic_rows()["allele_location_value"]
    rows[1]["variantallele"] = "delC"
    sample["allele_location_value.json"] = samples.as_json(rows)
    found = only(samples.write(tmp_path, sample))
    assert not found.definitions
    assert "the cell at 500 is not a sequence of bases" in reasons(found)


def test_pharmvar_archives_give_core_alleles_with_anchored_deletions(tmp_path):
    found = only(samples.write(tmp_path, samples.pharmvar()))
    assert (found.source, found.version) == ("pharmvar-CYP9Z3-6.2", "6.2")
    assert cells(found, "CYP9Z3") == {
        "*1": {"800": "A", "900": "CTT", "910": "A"},
        "*2": {"800": "G"},
        "*3": {"900": "C"},
        "*4": {"910": "AG"},
    }
    assert found.definitions["CYP9Z3"]["chromosome"] == "chr10"
    assert "2 suballeles | their core alleles are used" in reasons(found)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["CYP9Z3-6.2.zip"]


def test_a_deletion_without_its_vcf_refuses_the_gene(tmp_path):
    name = "CYP9Z3/GRCh38/CYP9Z3.NC_000010.11.haplotypes.tsv"
    sample = {"CYP9Z3-6.2.zip": samples.archive({name: samples.haplotypes()})}
    with pytest.raises(InputError, match="the variant at 901 has no base before it"):
        published_releases(samples.write(tmp_path, sample))


def test_an_archive_that_unpacks_beyond_belief_is_refused_unread(tmp_path):
    name = "CYP9Z3/GRCh38/CYP9Z3.NC_000010.11.haplotypes.tsv"
    bomb = samples.archive({name: bytes(MAX_BYTES // 4)})
    outside = samples.archive({f"../../{name}": samples.haplotypes()})
    sample = {"bomb.zip": bomb, "outside.zip": outside, **samples.pharmvar()}
    folder = samples.write(tmp_path / "in" / "here", sample)
    found = {r.source: r for r in published_releases(folder)}
    assert "compressed beyond belief" in reasons(found["pharmvar-bomb"])
    assert found["pharmvar-CYP9Z3-6.2"].definitions
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


def test_gzip_data_beyond_the_limit_are_refused(tmp_path):
    sample = samples.pharmcat()
    bomb = gzip.compress(b'{"formatVersion": "2"}' + bytes(MAX_BYTES + 1), compresslevel=1)
    sample["CYP9Z8_translation.json.gz"] = bomb
    found = only(samples.write(tmp_path, sample))
    assert "CYP9Z8_translation.json.gz: larger than 64 MiB" in reasons(found)


def test_pypgx_gives_alleles_scores_and_both_assemblies(tmp_path):
    found = only(samples.write(tmp_path, samples.pypgx()))
    assert (found.source, found.version, found.licence) == ("pypgx-0.99", "0.99", "MIT")
    assert cells(found, "CYP9Z4") == {
        "*1": {"50": "G"},
        "*2": {"50": "A", "60": "CT", "70": "G"},
        "*3": {"60": "C", "70": "T"},
        "*4": {"60": "AT"},
        "*5": {},
    }
    made = rule(found, "CYP9Z4", "0.5", "1.0")
    assert made is not None
    assert (made["activity_score"], made["phenotype"]) == ("1.5", "Intermediate Metabolizer")
    seen = {p["grch38_position"]: (p["grch37_position"], p["check"]) for p in found.positions}
    assert seen == {
        "50": ("150", "REFERENCE DIFFERS"),
        "60": ("160", "same base"),
        "70": ("170", "same base"),
    }
    assert "gene CYP9Z5 | [PGX-IN-000] pypgx-0.99, CYP9Z5: no variant on GRCh38" in reasons(found)


def test_pypgx_gives_no_gene_that_another_source_has_but_its_positions(tmp_path):
    sample = samples.pypgx()
    other = samples.as_json(samples.definition(gene="CYP9Z4"))
    sample["CYP9Z4_translation.json"] = other
    primary, secondary = published_releases(samples.write(tmp_path, sample))
    assert primary.definitions
    assert not secondary.definitions
    assert not secondary.functions
    assert secondary.positions
    assert "gene CYP9Z4 | pharmcat-2031-02-03 has it" in reasons(secondary)


def test_a_variant_that_the_table_of_variants_lacks_refuses_the_gene(tmp_path):
    sample = samples.pypgx()
    rows = samples.pypgx_rows()["variant-table.csv"]
    sample["pypgx-0.99/variant-table.csv"] = samples.as_csv(rows[:-1])
    found = only(samples.write(tmp_path, sample))
    assert not found.definitions
    assert "a variant of allele *3 is in no table" in reasons(found)
    assert found.positions


def test_an_equation_is_never_evaluated(tmp_path):
    sample = samples.pypgx()
    rows = [{"Gene": "CYP9Z4", "Phenotype": "Poor", "Equation": "score < __import__('os')"}]
    sample["pypgx-0.99/equation-table.csv"] = samples.as_csv(rows)
    found = only(samples.write(tmp_path, sample))
    assert not found.rules
    assert "an equation is not a range of activity scores" in reasons(found)


def test_several_kinds_are_found_at_once_and_strangers_are_reported(tmp_path):
    every = (samples.pharmcat(), samples.cpic(), samples.pharmvar(), samples.pypgx())
    folder = samples.write(tmp_path, *every, {"README.md": b"x"})
    found = published_releases(folder)
    assert [r.source.split("-")[0] for r in found] == ["pharmcat", "cpic", "pharmvar", "pypgx"]
    assert "README.md | file | of no known kind" in reasons(found[0])


def test_a_single_file_is_enough(tmp_path):
    folder = samples.write(tmp_path, samples.pharmcat())
    found = only(folder / "phenotype" / "CYP9Z1.json.gz")
    assert found.functions


def test_nothing_that_is_known_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        published_releases(tmp_path / "absent")
    samples.write(tmp_path, {"a.txt": b"x", "alleles/X.json": b'{"alleles": []}'})
    with pytest.raises(InputError, match="no public release is recognised"):
        published_releases(tmp_path)


def test_a_name_twice_in_an_object_is_refused(tmp_path):
    sample = samples.pharmcat()
    text = json.dumps(samples.definition(gene="CYP9Z8"))
    twice = text.replace('"gene":', '"gene": "CYP9Z9", "gene":')
    sample["CYP9Z8_translation.json"] = twice.encode()
    found = only(samples.write(tmp_path, sample))
    assert "an object has one key twice" in reasons(found)


def test_variants_at_one_position_share_the_longest_reference():
    deletion, change = Variant(5, "AT", "A"), Variant(5, "A", "G")
    assert spanned([change, deletion], "x") == {5: ("AT", {change: "GT", deletion: "A"})}
    with pytest.raises(InputError, match="two reference sequences at 5"):
        spanned([deletion, Variant(5, "G", "A")], "x")


def test_a_reader_is_loaded_only_for_files_of_its_kind(tmp_path):
    folder = samples.write(tmp_path, samples.pypgx())
    code = (
        "import sys; from pathlib import Path;"
        "from pgx.knowledge.importers.published import published_releases;"
        f"published_releases(Path({str(folder)!r}));"
        "print(*sorted(m.split('.')[-1] for m in sys.modules if 'knowledge.importers.' in m))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ["gene_documents", "published", "pypgx", "source_files"]
    assert run.stdout.split() == loaded
