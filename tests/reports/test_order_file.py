"""Orders are read whole or refused, and no refusal shows a value."""

from __future__ import annotations

import json

import pytest

from canaries import CANARY, held, trees
from cases import one_test
from pgx.errors import InputConflictError, OrderFileError, UsageError
from pgx.inputs.order_file import (
    check_same_person,
    check_samples,
    order_of,
    read_orders,
    refuse_without_names,
)
from pgx.records.calls import PatientContext
from pgx.records.order import Order, Signature
from pgx.records.patient import Patient
from reports import factory

ORDER = """
["S 1"]
name = "Ada Example"
birth_date = 1959-03-14
sex = "female"
mrn = "MRN-1"
accession = "A-1"
specimen = "EDTA blood"
collected = 2026-11-02
received = "2026-11-03"
reported = "2026-11-20"
clinician = "Dr. B. Example"
indication = "clopidogrel"
comment = '''
One paragraph.

Another.'''
[["S 1".signatures]]
name = "C. Example"
role = "Director"
date = 2026-11-20
detached = "report.pdf.p7s"
"""


def written(folder, text, name="order.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_order_is_read(tmp_path):
    [(sample, order)] = read_orders(written(tmp_path, ORDER)).items()
    assert (sample, order.name, order.birth_date) == ("S 1", "Ada Example", "1959-03-14")
    assert order.signatures == (
        Signature(name="C. Example", role="Director", date="2026-11-20", detached="report.pdf.p7s"),
    )


def test_json_is_the_same_order(tmp_path):
    orders = read_orders(written(tmp_path, ORDER))
    tree = {"S 1": {n: getattr(orders["S 1"], n) for n in Order.__struct_fields__[:12]}}
    [order] = read_orders(written(tmp_path, json.dumps(tree), "order.json")).values()
    assert order.name == "Ada Example"
    assert order.comment == orders["S 1"].comment


@one_test
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[S]\nnamee = "x"', "field namee is unknown; write name"),
        ('[S]\nquarantine = "x"', "field quarantine is unknown; leave it out; known are name"),
        ('[S]\n"Jane Roe" = "x"', "a field is unknown"),
        ('[S]\nsignatures = [{nam = "x"}]', "field nam is unknown; write name"),
        ('name = "x"', "a field outside of a sample's table"),
        ("[S]\nname = 5", "name: Expected `str`, got `int`"),
        (f'[S]\nname = "{"a" * 201}"', "name is longer than 200 characters"),
        ('[S]\nname = "a\\u202eb"', "name has control or direction characters"),
        ('[S]\nmrn = "a\\nb"', "mrn has control or direction characters"),
        ('[S]\nbirth_date = "1.2.1960"', "birth_date is not a day like 2026-11-02"),
        ('[S]\nbirth_date = "2026-02-30"', "birth_date is not a day"),
        ("[S]\ncollected = 2026-11-02\nreceived = 2026-11-01", "received is before collected"),
        ("[S]\nbirth_date = 1860-01-01\nreported = 2026-11-01", "more than 125 years"),
        ('[S]\nsex = "F"', "sex is none of male, female, other, unknown"),
        ('[S]\nsignatures = [{name = "", role = "x"}]', "signature 1, name is empty"),
        ('[S]\n[S]\nname = "x"', "malformed TOML"),
        ("[S]\nname = x", "malformed TOML at line 2"),
        ("", "no orders"),
    ],
)
def test_refusals_name_field_and_remedy(tmp_path, text, why):
    with pytest.raises(OrderFileError) as caught:
        read_orders(written(tmp_path, text))
    assert why in caught.value.line()
    assert caught.value.exit_status == 3
    assert caught.value.line().startswith("[PGX-ORD-001]")


def test_an_order_twice_is_refused_in_json_too(tmp_path):
    path = written(tmp_path, '{"S": {"mrn": "1"}, "S": {"mrn": "2"}}', "order.json")
    with pytest.raises(OrderFileError, match="a name stands twice"):
        read_orders(path)


def test_no_refusal_shows_a_value(tmp_path):
    order = read_orders(written(tmp_path, ORDER))["S 1"]
    fields = {n: getattr(order, n) for n in Order.__struct_fields__}
    fields["signatures"] = [{"name": "C", "role": "R", "date": "2026-11-20", "detached": "f"}]
    lines = []
    for text in trees({"S": fields}):
        try:
            read_orders(written(tmp_path, text, "order.json"))
        except OrderFileError as error:
            lines.append(error.line())
    for text in (f"[{CANARY}]\n[{CANARY}]", f"{CANARY} = {CANARY}", f"[a]\n[a.{CANARY}", ORDER * 2):
        with pytest.raises(OrderFileError) as caught:
            read_orders(written(tmp_path, text.replace("Ada", CANARY)))
        lines.append(caught.value.line())
    assert len(lines) > 20
    assert [line for line in lines if held(line)] == []


def test_orders_belong_to_the_samples():
    orders = {"S1": Order(name="a"), "S2": Order(name="b")}
    assert check_samples(orders, ["S1", "S2", "S3"]) == 1
    with pytest.raises(OrderFileError, match="1 of 2 orders are for samples that no input has"):
        check_samples(orders, ["S1"])
    assert order_of(orders, "S2").name == "b"
    with pytest.raises(OrderFileError, match="no order for the sample"):
        order_of(orders, "S3")


@pytest.mark.parametrize("name", ["sex", "birth_date"])
def test_an_order_of_another_person_is_refused(name):
    patient = Patient(sex="female", birth_date="1959-03-14")
    result = factory.result(context=PatientContext(patient=patient))
    check_same_person(Order(sex="female", birth_date="1959-03-14"), result)
    check_same_person(Order(), result)
    with pytest.raises(InputConflictError, match=f"{name} of the order is not that of the patient"):
        check_same_person(Order(**{name: "male" if name == "sex" else "1960-01-01"}), result)


def test_an_order_excludes_deidentification():
    refuse_without_names(is_private=False)
    with pytest.raises(UsageError) as caught:
        refuse_without_names(is_private=True)
    assert caught.value.exit_status == 2
