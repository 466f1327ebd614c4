"""Heteroplasmy: who carries a mitochondrial variant, and in which share of the reads."""

import pytest

from cases import one_test
from hazards.edited import called, changed
from pgx.records.calls import CallStatus

RISK = 1555


def call_of(folder, cell, form="GT:AD", **cells):
    return called(
        folder, {RISK: changed(format=form, sample=cell, **cells)}, "Reference", "MT-RNR1"
    )


def share_of(call):
    return next(site.heteroplasmy for site in call.sites if site.position == f"chrM:{RISK}")


@one_test
@pytest.mark.parametrize(
    ("cell", "is_carrier", "note"),
    [
        ("0:80,20", True, "heteroplasmy"),
        ("0/0:80,20", True, "heteroplasmy"),
        ("0:95,5", True, "heteroplasmy"),
        ("0:57,3", True, "heteroplasmy"),
        ("0:58,2", False, "heteroplasmy_below_limit"),
        ("0:96,4", False, "heteroplasmy_below_limit"),
        ("0:100,0", False, None),
        ("0/1:50,50", True, "heteroplasmy"),
        ("1:30,70", True, "heteroplasmy"),
        ("1:1,99", True, None),
        ("1:0,100", True, None),
    ],
)
def test_reads_say_who_is_a_carrier(cell, is_carrier, note, tmp_path):
    call = call_of(tmp_path, cell)
    assert call.status is CallStatus.CALLED
    assert ("1555A>G" in call.diplotype) == is_carrier
    assert {n for n in call.notes if n.startswith("heteroplasmy")} == ({note} - {None})
    reads = [int(n) for n in cell.split(":")[1].split(",")]
    assert share_of(call) == (pytest.approx(reads[1] / sum(reads), abs=1e-4) if reads[1] else None)


def test_a_low_quality_hides_no_carrier(tmp_path):
    call = call_of(tmp_path, "0:55,45:3", "GT:AD:GQ")
    assert "1555A>G" in call.diplotype


def test_a_variant_without_reads_is_unknown(tmp_path):
    call = call_of(tmp_path, "1:99,1")
    assert call.status is CallStatus.AMBIGUOUS
    assert "ad_contradicts_gt" in call.notes
    assert len(call.phenotypes) > 1


def test_a_filtered_record_has_no_say(tmp_path):
    call = call_of(tmp_path, "0:80,20", filter="base_qual")
    assert "heteroplasmy" not in call.notes
    assert len(call.phenotypes) > 1


def test_a_named_variant_counts_before_one_that_nobody_named(tmp_path):
    call = call_of(tmp_path, "0:60,15,25", alt="G,T")
    assert "1555A>G" in call.diplotype


def test_an_allele_beyond_the_third_is_taken_as_written(tmp_path):
    call = call_of(tmp_path, "3:1,2,3,90", alt="T,C,G")
    assert "1555A>G" in call.diplotype


def test_without_reads_there_is_no_share(tmp_path):
    assert share_of(call_of(tmp_path, "0", "GT")) is None
