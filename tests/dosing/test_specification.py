"""A model's file: read as it was written, refused where nothing can be computed with it."""

from __future__ import annotations

import json

import msgspec
import pytest

from cases import one_test
from dosing.invented import model, published
from pgx.errors import ModelFolderError
from pgx_dosing.json_records import encode
from pgx_dosing.specification import ConformalInterval, parse_model

SHIPPED = [
    "warfarin-iwpc-pharmacogenetic",
    "warfarin-iwpc-clinical",
    "warfarin-gage-pharmacogenetic",
    "warfarin-gage-clinical",
]


def plain(**changes) -> dict:
    return {**json.loads(encode(model())), **changes}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_model_is_read_as_written(name):
    own = published(name)
    data = encode(own)
    assert parse_model(data) == own
    assert encode(parse_model(data)) == data


def test_numbers_of_a_file_are_exact():
    own = model(
        interval=ConformalInterval(level=0.9, method="-", lower=(-0.1 - 0.2,), upper=(1 / 3,))
    )
    assert parse_model(encode(own)) == own


def one_term(**fields) -> dict:
    return plain(members=[{"name": "m", "link": "log", "terms": [{"coefficient": 1.0, **fields}]}])


@one_test
@pytest.mark.parametrize(
    ("document", "said"),
    [
        (one_term(feature="number", inputs=["shoe_size"]), "'shoe_size', no input"),
        (one_term(feature="number", inputs=["age_years"], given={"mood": ["good"]}), "'mood'"),
        (one_term(feature="number"), "of 0 inputs"),
        (one_term(feature="bsa_dubois", inputs=["height_cm"]), "of 1 inputs"),
        (one_term(feature="number", inputs=["race"]), "another kind"),
        (one_term(feature="level", inputs=["age_years"]), "another kind"),
        (one_term(feature="number", inputs=["age_years"], per=0), "divided by 0"),
        (one_term(feature="magic", inputs=["age_years"]), "no model"),
        (plain(members=[]), "do not add up to 1"),
        (plain(surprise=1), "surprise"),
        (plain(schema_version="9.0"), "schema is 9.0"),
        (plain(interval={"level": 0.9, "method": "-", "lower": [1.0], "upper": [1.0],
                         "up_to": [20.0]}), "does not match the doses"),
        ({}, "no model"),
    ],
)  # fmt: skip
def test_refused_with_a_reason(document, said):
    with pytest.raises(ModelFolderError) as caught:
        parse_model(json.dumps(document).encode())
    assert said in caught.value.line()
    assert caught.value.code == "PGX-MOD-004"


@one_test
@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[]", b"null", b'{"name": NaN}', b"{" * 9000])
def test_bytes_that_are_no_model(data):
    with pytest.raises(ModelFolderError):
        parse_model(data)


def test_weights_that_do_not_add_up_are_refused():
    own = model()
    heavy = msgspec.structs.replace(own.members[0], weight=1.2)
    with pytest.raises(ModelFolderError, match="add up to 1"):
        parse_model(encode(msgspec.structs.replace(own, members=(heavy,))))


def test_an_estimate_by_no_input_is_refused():
    document = plain()
    document["inputs"][1]["estimated_by"] = [
        [{"coefficient": 1.0, "feature": "number", "inputs": ["shoe_size"]}]
    ]
    with pytest.raises(ModelFolderError, match="shoe_size"):
        parse_model(json.dumps(document).encode())


def test_a_text_does_not_stand_in_for_a_number():
    document = plain()
    document["inputs"][1]["assumed"] = "tall"
    with pytest.raises(ModelFolderError, match="height_cm is assumed as 'tall'"):
        parse_model(json.dumps(document).encode())


def test_two_inputs_of_one_name_are_refused():
    document = plain()
    document["inputs"].append(document["inputs"][0])
    with pytest.raises(ModelFolderError, match="one name"):
        parse_model(json.dumps(document).encode())
