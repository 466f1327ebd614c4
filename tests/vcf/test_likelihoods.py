"""Genotype likelihoods: PL and GL as phred integers in the slots of their genotypes."""

import numpy as np
import pysam
import pysam.bcftools
import pytest

from cases import one_test
from pgx.io.records import ScanLimits
from pgx.io.source import open_source
from pgx.io.windows import Windows
from vcf.support import EVERYWHERE, header_text, line, scan_body

NOTHING = [-1] * 6
DECLARED = "".join(
    f'##FORMAT=<ID={key},Number={number},Type={type_},Description="x">\n'
    for key, number, type_ in [
        ("GT", "1", "String"),
        ("PL", "G", "Integer"),
        ("GL", "G", "Float"),
    ]
)


def likelihoods(cell, form="GT:PL", alt="A"):
    found = scan_body(line(alt=alt, format=form, cells=[cell])).likelihoods
    assert found.dtype == np.int16
    return found[0, 0].tolist()


@one_test
@pytest.mark.parametrize(
    ("cell", "alt", "expected"),
    [
        ("0/1:30,0,300", "A", [30, 0, 300, -1, -1, -1]),
        ("1/2:90,80,70,60,0,50", "A,T", [90, 80, 70, 60, 0, 50]),
        ("0/0:0,3,40,.,.,.", "A,<NON_REF>", [0, 3, 40, -1, -1, -1]),
        ("0/0:0", ".", [0, -1, -1, -1, -1, -1]),
        ("0/1:40,10,310", "A", [30, 0, 300, -1, -1, -1]),
        ("0/1:0,1,99999", "A", [0, 1, 32_767, -1, -1, -1]),
        ("0/1:30,.,300", "A", [0, -1, 270, -1, -1, -1]),
        ("0:0,40", "A", [0, -1, 40, -1, -1, -1]),
        ("1:70,0,90", "A,T", [70, -1, 0, -1, -1, 90]),
        (".:0,40", "A", [0, -1, 40, -1, -1, -1]),
        (".:0,3,40", "A", [0, 3, 40, -1, -1, -1]),
        ("./.:0,0,0", "A", [0, 0, 0, -1, -1, -1]),
        ("0/1:1.4,0,2.5", "A", [1, 0, 3, -1, -1, -1]),
    ],
)
def test_a_value_stands_in_the_slot_of_its_genotype(cell, alt, expected):
    assert likelihoods(cell, alt=alt) == expected


@one_test
@pytest.mark.parametrize(
    ("cell", "alt"),
    [
        ("0/1:.", "A"),
        ("0/1", "A"),
        ("0/1:.,.,.", "A"),
        ("0/1:0,40", "A"),
        ("0:0,3,40", "A"),
        ("0/1:0,3,40,50", "A"),
        ("0/1:0,3,40", "A,T"),
        ("0/0/1:0,3,40", "A"),
        ("0/1:0,x,40", "A"),
        ("0/1:0,,40", "A"),
        ("0/1:0,-3,40", "A"),
        ("0/1:0,1e,40", "A"),
        ("0/1:0,nan,40", "A"),
        ("0/1:0,1,2,3,4,5,6", "A,T"),
        ("0/1:0,1,2,3,4,5,6,7,8,9", "A,C,T"),
    ],
)
def test_a_list_that_does_not_fit_says_nothing(cell, alt):
    assert likelihoods(cell, alt=alt) == NOTHING


@one_test
@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("-3.5,-0.2,-20", [33, 0, 198]),
        ("-0.05,0,-0.0499", [1, 0, 0]),
        ("0.3,0,-1e1", [0, 3, 103]),
        ("-9999,0,-1e9999", [32_767, 0, 32_767]),
        ("-1e-2,0,-1.5E+1", [0, 0, 150]),
        ("0,.,-3", [0, -1, 30]),
        ("0,-inf,-3", [-1, -1, -1]),
    ],
)
def test_logarithms_become_phred_integers(cell, expected):
    assert likelihoods(f"0/1:{cell}", "GT:GL") == [*expected, -1, -1, -1]


@one_test
@pytest.mark.parametrize(
    ("cell", "form", "expected"),
    [
        ("0/1:30,0,300:-1,-2,0", "GT:PL:GL", [30, 0, 300]),
        ("0/1:-1,-2,0:30,0,300", "GT:GL:PL", [30, 0, 300]),
        ("0/1:.:-1,-2,0", "GT:PL:GL", [10, 20, 0]),
        ("0/1:-1,-2,0:.", "GT:GL:PL", [10, 20, 0]),
        ("0/1:1,x:-1,-2,0", "GT:PL:GL", [-1, -1, -1]),
        ("0/1:-1,-2,0:1,x", "GT:GL:PL", [-1, -1, -1]),
    ],
)
def test_pl_outranks_gl(cell, form, expected):
    assert likelihoods(cell, form) == [*expected, -1, -1, -1]


def test_a_record_without_genotypes_keeps_its_likelihoods():
    assert likelihoods("0,30,300", "PL") == [0, 30, 300, -1, -1, -1]


def test_an_odd_list_does_not_make_the_genotype_unknown():
    scan = scan_body(line(format="GT:PL", cells=["0/1:x"]))
    assert scan.reason.tolist() == [[0]]


def test_files_without_any_have_no_array():
    assert scan_body(line()).likelihoods is None
    beside = line(format="GT:PL", cells=["0/1:30,0,300"])
    assert scan_body(beside, windows=[("chr12", 1, 2)]).likelihoods is None


@pytest.mark.parametrize("n_before", [0, 5, 20_000])
def test_rows_before_and_after_the_first_are_in_step(n_before):
    plain = [line(pos=str(i + 1), cells=["0/1", "0/0"]) for i in range(n_before + 9_000)]
    likely = line(pos=str(n_before + 1), format="GT:PL", cells=["0/1:30,0,300", "0/0:0,9,90"])
    plain[n_before] = likely
    scan = scan_body("".join(plain), ("A", "B"))
    assert scan.likelihoods.shape == (n_before + 9_000, 2, 6)
    assert scan.likelihoods[n_before, :, :3].tolist() == [[30, 0, 300], [0, 9, 90]]
    scan.likelihoods[n_before] = -1
    assert (scan.likelihoods == -1).all()


@pytest.fixture
def text(tmp_path):
    body = [
        line(pos="100", format="GT:PL", cells=["0/1:30,0,300", "0/0:."]),
        line(pos="101", alt="A,T", format="GT:GL", cells=["1|2:-9,-8,-7,-6,0,-5", "0:0,-1,-2"]),
        line(pos="102", cells=["0/1", "0/0"]),
        line(pos="103", format="GT:PL", cells=["1:70,0", "./.:0,0,0"]),
    ]
    path = tmp_path / "t.vcf"
    path.write_text(header_text(("A", "B"), DECLARED) + "".join(body))
    return path


def scanned(path, *, by_index=False):
    with open_source(path, limits=ScanLimits(index_min_bytes=0)) as source:
        return source.scan(Windows.build(EVERYWHERE), by_index=by_index)


def test_bcf_and_indexed_reading_give_the_same(text, tmp_path):
    whole = scanned(text).likelihoods
    assert whole[1].tolist() == [[90, 80, 70, 60, 0, 50], [0, -1, 10, -1, -1, 20]]
    pysam.bcftools.view("-Ob", "-o", str(tmp_path / "t.bcf"), str(text), catch_stdout=False)
    assert np.array_equal(whole, scanned(tmp_path / "t.bcf").likelihoods)
    pysam.tabix_compress(str(text), f"{text}.gz")
    pysam.tabix_index(f"{text}.gz", preset="vcf")
    assert np.array_equal(whole, scanned(f"{text}.gz", by_index=True).likelihoods)
