"""Each tool's file gives the tool's calls, or the reason why there is none."""

from __future__ import annotations

import json

import pytest

from cases import one_test
from outside.made import (
    ALDY_LOG,
    FILES,
    aldy,
    archive,
    cyrius_json,
    cyrius_table,
    dragen,
    pypgx,
    stargazer,
    starphase,
    stellar,
)
from pgx.errors import OutsideCallError
from pgx.outside.calls import UnusedReason
from pgx.outside.file import OutsideFile
from pgx.outside.formats import FORMATS, format_of, read_calls

TOOLS = {
    "S1.targeted.json": "DRAGEN", "cyrius.tsv": "Cyrius", "cyrius.json": "Cyrius",
    "S1.aldy": "Aldy", "S1.simple": "Aldy", "S1.aldylog": "Aldy", "S1_2d6.alleles": "StellarPGx",
    "cyp2d6_summary.txt": "StellarPGx", "results.zip": "PyPGx", "cyp2d6.tsv": "PyPGx",
    "CYP2D6.genotype-calls.tsv": "Stargazer", "S1.pbstarphase.json": "pb-StarPhase", "own.tsv": "",
}  # fmt: skip


def one(name, data):
    [call] = read_calls(name, data)
    return call


def said(call):
    return call.diplotype or call.solutions or call.reason


@one_test
@pytest.mark.parametrize("name", FILES)
def test_the_tool_is_told_by_the_content(name):
    assert format_of(OutsideFile(name, FILES[name])).tool == TOOLS[name]


@one_test
@pytest.mark.parametrize("name", [n for n in FILES if not n.endswith(".zip")])
def test_one_format_alone_recognises_a_file(name):
    file = OutsideFile(name, FILES[name])
    known = [form.what for form in FORMATS if form.recognises(file)]
    assert len(known) == (1 if TOOLS[name] else 0)


@one_test
@pytest.mark.parametrize("name", FILES)
def test_the_gene_and_sample_are_read(name):
    first = read_calls(name, FILES[name])[0]
    assert first.gene == "CYP2D6"
    assert first.sample == ("" if name == "S1.pbstarphase.json" else "S1")
    assert first.tool == TOOLS[name]


# -- DRAGEN -------------------------------------------------------------------------------


@one_test
@pytest.mark.parametrize(
    ("genotype", "passed", "expected"),
    [
        ("*1/*36+*10", "PASS", "*1/*36+*10"),
        ("*1/*46;*43/*45", "More_than_one_possible_genotype", ("*1/*46", "*43/*45")),
        ("*1/*4", "LowQ", UnusedReason.NOT_PASSED),
        ("*1/*4", "", UnusedReason.NOT_PASSED),
        ("*1_*2_*68", "PASS", UnusedReason.NOT_ASSIGNED),
        ("None", "PASS", UnusedReason.NO_RESULT),
        ("", "", UnusedReason.NO_RESULT),
        (None, None, UnusedReason.NO_RESULT),
    ],
)
def test_dragen(genotype, passed, expected):
    assert said(one("S1.targeted.json", dragen(genotype, passed))) == expected


def test_dragen_has_two_genes_and_leaves_the_rest():
    tree = dragen(
        cyp2b6={"genotype": "*1/*6", "genotypeFilter": "PASS"},
        locusAnnotations=[{"gene": "CYP2C19", "genotype": "*1/*1"}],
    )
    assert [c.gene for c in read_calls("a.targeted.json", tree)] == ["CYP2D6", "CYP2B6"]


def test_dragen_names_the_sample_in_the_file_or_by_the_file():
    assert one("NA1.v2.targeted.json", dragen()).sample == "NA1.v2"
    assert one("renamed.json", dragen()).sample == ""
    assert one("renamed.json", dragen(sampleId="S7")).sample == "S7"


def test_dragen_without_these_genes_is_refused():
    data = json.dumps({"gba": {"totalCopyNumber": 4}}).encode()
    with pytest.raises(OutsideCallError, match="cyp2d6"):
        read_calls("a.targeted.json", data)


# -- Cyrius -------------------------------------------------------------------------------


@one_test
@pytest.mark.parametrize(
    ("genotype", "passed", "expected"),
    [
        ("*1/*2x2", "PASS", "*1/*2x2"),
        ("*5/*68+*4", "PASS", "*5/*68+*4"),
        ("*1/*46;*43/*45", "More_than_one_possible_genotype", ("*1/*46", "*43/*45")),
        ("*1_*2_*68", "Not_assigned_to_haplotypes", UnusedReason.NOT_ASSIGNED),
        ("*1x4", "Not_assigned_to_haplotypes", UnusedReason.NOT_ASSIGNED),
        ("*10_*36_*4;*10_*10_*4.013", "More_than_one_possible_genotype", UnusedReason.NOT_ASSIGNED),
        ("*1x3/*2x3", "LowQ_high_CN", UnusedReason.NOT_PASSED),
        ("None", "None", UnusedReason.NO_RESULT),
    ],
)
def test_cyrius(genotype, passed, expected):
    nothing = genotype == "None"
    assert said(one("c.tsv", cyrius_table(("S1", genotype, passed)))) == expected
    entry = (None, None) if nothing else (genotype, passed)
    assert said(one("c.json", cyrius_json(S1=entry))) == expected


def test_cyrius_has_many_samples():
    calls = read_calls("c.json", cyrius_json(S1=("*1/*4", "PASS"), S2=(None, None)))
    assert [(c.sample, said(c)) for c in calls] == [("S1", "*1/*4"), ("S2", UnusedReason.NO_RESULT)]


# -- Aldy ---------------------------------------------------------------------------------


@one_test
@pytest.mark.parametrize(
    ("majors", "expected"),
    [
        (["*1/*4"], "*1/*4"),
        (["*1/*4", "*1/*4"], "*1/*4"),
        (["*1/*4+*4.021.ALDY"], "*1/*4+*4.021"),
        (["*1 / *2 + *2"], "*1/*2+*2"),
        (["1/2+2"], "1/2+2"),
        (["*1/*4", "*2/*4"], ("*1/*4", "*2/*4")),
        (["*1-like/*4"], UnusedReason.NOVEL),
        (["*1/*4", "*1/*4-like"], UnusedReason.NOVEL),
        (["*2/*41+rs368858603"], UnusedReason.NOVEL),
        (["*4/*4+42126627.A>C+rs1135837"], UnusedReason.NOVEL),
        ([""], UnusedReason.NO_RESULT),
    ],
)
def test_aldy(majors, expected):
    assert said(one("S1.aldy", aldy(*majors))) == expected


def test_aldy_may_hold_several_genes_each_with_its_header():
    data = aldy("*1/*4") + aldy("*1/*2", gene="CYP2C19")
    assert [(c.gene, c.diplotype) for c in read_calls("S1.aldy", data)] == [
        ("CYP2D6", "*1/*4"),
        ("CYP2C19", "*1/*2"),
    ]


def test_aldy_without_a_solution_is_refused():
    with pytest.raises(OutsideCallError, match="no solution"):
        read_calls("S1.aldy", aldy())


def test_aldys_simple_form():
    data = b"S1\tCYP2D6\t*1/*4+*4\t[*1A]/[*4A]+[*4N]\t*1/*4.021\t[*1A]/[*4.021]\t\nS1\tCYP2B6\t\n"
    calls = read_calls("S1.simple", data)
    assert [said(c) for c in calls] == [("*1/*4+*4", "*1/*4.021"), UnusedReason.NO_RESULT]


def test_aldys_log():
    assert said(one("a.log", ALDY_LOG.encode())) == "*1/*4+*68"
    older = ALDY_LOG.replace("  - *1 / *4 + *68", "  *1-like/*4      (*1 +42525810:SNP.TC*, *4.b)")
    assert said(one("a.log", older.encode())) == UnusedReason.NOVEL


# -- StellarPGx ---------------------------------------------------------------------------

NOVEL = "Possible novel allele or suballele present: interpret with caution"


@one_test
@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("*17/*29", "*17/*29"),
        ("*36+*10/*36+*10", "*36+*10/*36+*10"),
        ("*1/*46 or *43/*45", ("*1/*46", "*43/*45")),
        ("*1/*46 or *43/*45\tDuplication present", UnusedReason.NOT_ASSIGNED),
        (f"{NOVEL}\n\nLikely background alleles:\n[*1/*31]", UnusedReason.NOVEL),
        ("No call: Possible novel allele or suballele present", UnusedReason.NOVEL),
        ("Indeterminate", UnusedReason.NO_RESULT),
    ],
)
def test_stellarpgx(result, expected):
    assert said(one("S1_2d6.alleles", stellar(result))) == expected


def test_stellarpgx_tells_the_sample_by_the_files_name():
    call = one("NA_12_2c19.alleles", stellar(gene="CYP2C19"))
    assert (call.sample, call.gene) == ("NA_12", "CYP2C19")
    assert one("result.txt", stellar()).sample == ""


def test_stellarpgx_summary():
    data = f"S1\t*71/*2x2\nS2\t[*1/*31]\t{NOVEL}\n".encode()
    calls = read_calls("run_cyp2d6_summary.txt", data)
    assert [said(c) for c in calls] == ["*71/*2x2", UnusedReason.NOVEL]
    with pytest.raises(OutsideCallError, match="which gene"):
        read_calls("run_summary.txt", data)


# -- a table without header, as PharmCAT reads it -----------------------------------------

BARE = (
    "# for PharmCAT\nCYP2D6\t*1/*3\nCYP2C9\t\t\t2.0\n\nHLA-B\t\t*57:01 positive\n"
    "MT-RNR1\tm.1555A>G\n"
)


def test_a_table_of_genes_without_header_is_read_as_its_own():
    calls = read_calls("calls.tsv", BARE.encode())
    assert [(c.gene, c.diplotype or c.phenotype or c.activity_score, c.where) for c in calls] == [
        ("CYP2D6", "*1/*3", "calls.tsv line 2"),
        ("CYP2C9", "2.0", "calls.tsv line 3"),
        ("HLA-B", "*57:01 positive", "calls.tsv line 5"),
        ("MT-RNR1", "m.1555A>G", "calls.tsv line 6"),
    ]
    assert {(c.sample, c.tool) for c in calls} == {("", "")}
    [call] = read_calls("calls.tsv", b"TPMT\t*1/*3A\tIntermediate Metabolizer\t\r\n")
    assert (call.diplotype, call.phenotype) == ("*1/*3A", "Intermediate Metabolizer")


@one_test
@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"CYP2D6\t\t\n", "line 1: no gene, or neither"),
        (b"CYP2D6\t*1/*3\nTPMT\t*1/\xe2\x80\xae*3A\n", "line 2: the line holds a character"),
        (b"CYP2D6\t*1/*3\t\t1.0\tmore\n", "column gene is missing"),
        (b"CYP2D6\n", "column gene is missing"),
        (b"S1\tCYP2D6\n\tS2\n", "column gene is missing"),
        (b"F5\tCYP2D6*1/*4\n", "column gene is missing"),
    ],
)
def test_a_table_without_header_that_is_not_clear_is_refused(data, match):
    with pytest.raises(OutsideCallError, match=match):
        read_calls("calls.tsv", data)


# -- PyPGx and Stargazer ------------------------------------------------------------------


def test_pypgx_archive_of_several_genes():
    data = archive(CYP2D6=pypgx(S1="*4/*68+*4", S2="Indeterminate"), CYP2C19=pypgx(S1="*1/*2"))
    assert [(c.gene, c.sample, said(c)) for c in read_calls("results.zip", data)] == [
        ("CYP2D6", "S1", "*4/*68+*4"),
        ("CYP2D6", "S2", UnusedReason.NO_RESULT),
        ("CYP2C19", "S1", "*1/*2"),
    ]


def test_pypgx_table_alone_tells_the_gene_by_its_name_or_a_column():
    assert one("S1.CYP2B6.tsv", pypgx(S1="*1/*6")).gene == "CYP2B6"
    with pytest.raises(OutsideCallError, match="which gene"):
        read_calls("data.tsv", pypgx(S1="*1/*6"))
    joined = b"Symbol\tSampleName\tGenotype\tHaplotype1\tHaplotype2\nTPMT\tS1\t*1/*3A\t*1\t*3A\n"
    call = one("all.tsv", joined)
    assert (call.gene, call.sample, call.diplotype) == ("TPMT", "S1", "*1/*3A")


def test_an_archive_of_something_else_is_refused():
    with pytest.raises(OutsideCallError, match="no table of results"):
        read_calls("a.zip", archive())


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("S1", "g", "*1", "*2x2"), "*1/*2x2"),
        (("S1", "g", "*4", "*36+*10"), "*4/*36+*10"),
        (("S1", "ng", ".", "."), UnusedReason.NO_RESULT),
        (("S1", "g", ".", "*1"), UnusedReason.NO_RESULT),
    ],
)
def test_stargazer(row, expected):
    assert said(one("cyp2d6_genotype-calls.tsv", stargazer(row))) == expected


def test_stargazer_tells_the_gene_by_a_column_of_older_versions():
    data = b"gene\tname\tstatus\thap1_main\thap2_main\ncyp2d6\tS1\tg\t*1\t*4\n"
    assert one("genotype.txt", data).gene == "CYP2D6"
    with pytest.raises(OutsideCallError, match="which gene"):
        read_calls("genotype-calls.tsv", stargazer(("S1", "g", "*1", "*4")))


# -- pb-StarPhase -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("diplotypes", "expected"),
    [
        (["*4.001+*68/*4.001"], "*4.001+*68/*4.001"),
        (["*1/*46", "*43/*45"], ("*1/*46", "*43/*45")),
        (["NO_MATCH/NO_MATCH"], UnusedReason.NO_RESULT),
        ([], UnusedReason.NO_RESULT),
    ],
)
def test_starphase(diplotypes, expected):
    assert said(one("S1.json", starphase(CYP2D6=diplotypes))) == expected


def test_starphase_writes_hla_without_a_star():
    call = one("S1.json", starphase(HLA_B=["57:01:01:01/07:02:01"]))
    assert call.diplotype == "*57:01:01:01/*07:02:01"


# -- what is refused ----------------------------------------------------------------------


@one_test
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b'{"samples": 1}'),
        ("a.json", b'{"cyp2d6": {"genotype": "*1/*4",'),
        ("a.json", b'{"cyp2d6": {"genotype": 1}}'),
        ("a.json", b'{"cyp2d6": {"genotype": "*1/*1", "genotype": "*4/*4"}}'),
        ("a.json", b'{"a":' * 100_000),
        ("a.json", b'{"cyp2d6": {"genotype": NaN}}'),
        ("a.json", b'{"cyp2d6": {"n": ' + b"9" * 5_000 + b"}}"),
        ("a.json", b'{"pbstarphase_version": "1", "gene_details": []}'),
        (
            "a.json",
            b'{"pbstarphase_version": "1", "gene_details": {"CYP2D6": {"diplotypes": [1]}}}',
        ),
        ("a.zip", b"PK\x03\x04 and nothing"),
        ("a.tsv", b"Sample\tGenotype\tFilter\n\t*1/*4\tPASS\n"),
        ("a.tsv", b"Sample\tGenotype\tFilter\nS1\t*1/*4\tPASS\textra\n"),
        ("a.alleles", stellar() + stellar()),
        ("a.txt", b"\xff\xfe"),
        ("a.tsv", cyrius_table(("S1", "*1/*36+*10", "PASS"))[:-1]),
    ],
)
def test_broken_files_are_refused_in_one_line(name, data):
    with pytest.raises(OutsideCallError) as found:
        read_calls(name, data)
    line = found.value.line()
    assert name in line
    assert line.isprintable()
    assert found.value.exit_status == 3


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr("pgx.outside.file.MAX_BYTES", 1_000_000)
    data = archive(CYP2D6=b"\0" * 2_000_000)
    assert len(data) < 1_000_000
    with pytest.raises(OutsideCallError, match="too much"):
        read_calls("results.zip", data)


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("pgx.outside.file.MAX_BYTES", 10)
    with pytest.raises(OutsideCallError, match="larger"):
        read_calls("a.json", dragen())


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    for name in ("cyrius.tsv", "S1.aldy", "S1_2d6.alleles", "cyp2d6.tsv"):
        plain = read_calls(name, FILES[name])
        other = b"\xef\xbb\xbf" + FILES[name].replace(b"\n", b"\r\n")
        assert read_calls(name, other) == plain
