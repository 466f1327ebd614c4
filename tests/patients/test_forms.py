"""Forms: what stays on skin, eye or ear does not act, what may be swallowed does."""

import pytest

from cases import one_test
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.patients.read import is_local


def test_german_forms():
    assert is_local(name="Clotrimazol 1% Creme")
    assert is_local(name="Ciprofloxacin Augentropfen")
    assert not is_local(name="Terbinafin 250 mg Filmtabletten")


@one_test
@pytest.mark.parametrize(
    "name",
    [
        "Terbinafine 1% cream", "Terbinafine 10 MG/ML Topical Cream", "ketoconazole shampoo",
        "Ciprofloxacin 0.3% eye drops", "ciprofloxacin OTIC solution", "fluconazole gel",
        "Amorolfine nail lacquer", "Erythromycin Ophthalmic Ointment",
    ],
)  # fmt: skip
def test_local_forms(name):
    assert is_local(name=name)
    assert is_local(name="x", form=name)


@one_test
@pytest.mark.parametrize(
    "name",
    [
        "Terbinafine", "Lamisil", "terbinafine 250 mg tablets", "miconazole oral gel",
        "Estradiol transdermal gel", "fluconazole capsule and cream", "clotrimazole vaginal cream",
        "Gelnique", "ear", "creamline", "paroxetine 20 mg",
    ],
)  # fmt: skip
def test_what_may_reach_the_liver(name):
    assert is_local(name=name) is (name == "ear")


@one_test
@pytest.mark.parametrize(
    ("atc", "local"),
    [
        ("D01AE15", True), ("d01ac15", True), ("S01AE03", True), ("S02AA15", True),
        ("D01BA02", False), ("J02AC01", False), ("D11AH08", False), ("N06AB05", False), ("", False),
    ],
)  # fmt: skip
def test_atc_groups(atc, local):
    assert is_local(atc=atc) is local
    assert not is_local(name="tablet", atc=atc)


def test_no_modulator_has_local_codes_only():
    facts = KnowledgeBase().medicines
    names = {m.substance for m in facts.modulators}
    for substance in facts.substances:
        if substance.substance in names and substance.atc:
            assert not all(is_local(atc=code) for code in substance.atc), substance
