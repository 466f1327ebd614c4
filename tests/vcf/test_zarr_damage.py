"""Damaged and hostile VCF Zarr stores are refused in one line, and nothing of them is run."""

from __future__ import annotations

import contextlib
import json
import shutil
import tracemalloc
import zipfile

import numcodecs
import numpy as np
import pytest
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import sampled
from pgx.errors import PgxError, VcfFormatError
from pgx.io.faults import ZARR_FAULTS
from pgx.io.source import open_source
from pgx.io.windows import Windows
from vcf.support import ROOT
from vcf.zarr_support import EVERYWHERE, convert, group_of, scan, write_vcf

LINES = [
    f"{contig}\t{k}\t.\tA\tC,G\t.\tPASS\t.\tGT:GQ:DP:AD:PS\t0|1:30:9:4,5,0:7\t1/2:31:30:0,9,9:.\n"
    for contig in ("chr10", "chr12")
    for k in range(101, 108)
]


@pytest.fixture(scope="module", params=[2, 3])
def pristine(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    vcf = write_vcf(folder / "a.vcf", LINES)
    options = {"variants_chunk_size": 4, "samples_chunk_size": 1}
    return convert(vcf, folder / "a.vcz", request.param, **options)


@pytest.fixture
def store(pristine, tmp_path):
    return shutil.copytree(pristine, tmp_path / "a.vcz")


def refusal(store, windows=EVERYWHERE):
    with pytest.raises(VcfFormatError) as caught:
        scan(store, windows)
    assert caught.value.remedy
    return caught.value.code, caught.value.where


def chunks_of(store, name):
    return sorted(
        path
        for path in (store / name).rglob("*")
        if path.is_file() and path.name not in (".zarray", ".zattrs", "zarr.json")
    )


def replaced(store, name, values, **options):
    """Put another array in the place of one of the store's."""
    shutil.rmtree(store / name)
    group_of(store).create_array(name, data=values, **options)


def edit_metadata(store, name, change):
    """Change an array's metadata, as text that nobody checked."""
    path = next(p for p in (store / name / ".zarray", store / name / "zarr.json") if p.exists())
    metadata = json.loads(path.read_text())
    change(metadata)
    path.write_text(json.dumps(metadata))


@pytest.mark.parametrize(
    "name", ["variant_position", "variant_contig", "variant_allele", "contig_id", "sample_id"]
)
def test_an_array_that_every_store_has_is_missing(store, name):
    shutil.rmtree(store / name)
    assert refusal(store) == ("PGX-VCZ-004", f"a.vcz {name}")


NEEDED = ("variant_position", "variant_allele", "variant_length", "sample_id", "contig_id")


@pytest.mark.parametrize("name", [*NEEDED, "call_genotype", "call_AD", "call_PS"])
def test_a_chunk_is_lost(store, name):
    chunks_of(store, name)[-1].unlink()
    code, where = refusal(store)
    assert (code, where) == ("PGX-VCZ-008", f"a.vcz {name}")


def test_a_lost_chunk_of_contigs_does_not_read_as_the_first_contig(store):
    chunks_of(store, "variant_contig")[-1].unlink()
    assert refusal(store) == ("PGX-VCZ-008", "a.vcz variant_contig")
    shutil.rmtree(store / "region_index")
    assert refusal(store) == ("PGX-VCZ-008", "a.vcz variant_contig")


@pytest.mark.parametrize("name", ["call_GQ", "call_DP", "call_genotype_phased"])
def test_a_lost_chunk_that_makes_nothing_sure(store, name):
    whole, _ = scan(store)
    for chunk in chunks_of(store, name):
        chunk.unlink()
    found, _ = scan(store)
    was, now = whole.reason == 0, found.reason == 0
    assert not (now & ~was).any()
    assert not now.any() if name != "call_genotype_phased" else not found.phased.any()


@pytest.mark.parametrize(
    "name", ["variant_position", "variant_allele", "sample_id", "call_genotype", "call_AD"]
)
@pytest.mark.parametrize("left", sampled([0, 1, 15, 17, -1], 2))
def test_a_chunk_is_cut(store, name, left):
    chunk = chunks_of(store, name)[0]
    data = chunk.read_bytes()
    chunk.write_bytes(data[:left])
    assert refusal(store) == ("PGX-VCZ-009", f"a.vcz {name}")


def test_a_chunk_unpacks_to_more_than_it_should(store):
    chunk = chunks_of(store, "call_genotype")[0]
    data = bytearray(chunk.read_bytes())
    data[4:8] = (1 << 30).to_bytes(4, "little")
    chunk.write_bytes(data)
    assert refusal(store) == ("PGX-VCZ-009", "a.vcz call_genotype")


def test_no_pickle_is_loaded(store, monkeypatch):
    def forbidden(*_):
        raise AssertionError("a pickle was loaded")

    monkeypatch.setattr(numcodecs.Pickle, "decode", forbidden)
    if (store / ".zgroup").exists():
        edit_metadata(store, "variant_allele", lambda m: m.update(compressor={"id": "pickle"}))
        expected = {"PGX-VCZ-007"}
    else:
        codec = {"name": "numcodecs.pickle", "configuration": {}}
        edit_metadata(store, "variant_allele", lambda m: m["codecs"].append(codec))
        expected = {"PGX-VCZ-007", "PGX-VCZ-014"}
    code, where = refusal(store)
    assert code in expected
    assert where == "a.vcz variant_allele"


def test_a_codec_of_another_package_is_not_run(store):
    if (store / ".zgroup").exists():
        edit_metadata(store, "call_GQ", lambda m: m.update(filters=[{"id": "json2"}]))
    else:
        codec = {"name": "numcodecs.json2", "configuration": {}}
        edit_metadata(store, "call_GQ", lambda m: m["codecs"].insert(0, codec))
    code, where = refusal(store)
    assert where == "a.vcz call_GQ"
    assert code in ("PGX-VCZ-007", "PGX-VCZ-014")


@pytest.mark.parametrize("name", ["call_genotype", "variant_position", "sample_id"])
def test_a_huge_shape_is_refused_before_memory_is_asked_for(store, name):
    edit_metadata(store, name, lambda m: m.update(shape=[10**12, *m["shape"][1:]]))
    code, where = refusal(store)
    assert code in ("PGX-VCZ-005", "PGX-VCZ-010")
    assert where == f"a.vcz {name}"


def test_a_huge_chunk_is_refused(store):
    def change(metadata):
        grid = metadata.get("chunk_grid")
        if grid is None:
            metadata["chunks"] = [10**6, 10**4, 2]
        else:
            grid["configuration"]["chunk_shape"] = [10**6, 10**4, 2]

    edit_metadata(store, "call_genotype", change)
    assert refusal(store) == ("PGX-VCZ-010", "a.vcz call_genotype")


@pytest.mark.parametrize("name", ["variant_allele", "sample_id", "contig_id"])
def test_a_chunk_says_that_it_has_more_texts_than_fit(store, name):
    """The codec makes room for all that it is told of: 32 GB for the largest number."""
    chunk = chunks_of(store, name)[0]
    blosc = numcodecs.Blosc()
    texts = bytearray(blosc.decode(chunk.read_bytes()))
    texts[:4] = (1 << 26).to_bytes(4, "little")
    chunk.write_bytes(blosc.encode(bytes(texts)))
    tracemalloc.start()
    try:
        assert refusal(store) == ("PGX-VCZ-009", f"a.vcz {name}")
        assert tracemalloc.get_traced_memory()[1] < 1 << 27
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"zarr_format": 9}', "\ufffe"])
@pytest.mark.parametrize("name", ["", "call_genotype"])
def test_metadata_are_damaged(store, text, name):
    for path in (store / name / ".zarray", store / name / ".zgroup", store / name / "zarr.json"):
        if path.exists():
            path.write_text(text)
    code, where = refusal(store)
    assert code in ("PGX-VCZ-001", "PGX-VCZ-014", "PGX-VCZ-004")
    assert where.startswith("a.vcz")


SHAPES = {
    "variant_contig": np.zeros(13, np.int8),
    "variant_filter": np.zeros((14, 7), np.bool_),
    "variant_length": np.ones((14, 2), np.int8),
    "call_genotype": np.zeros((14, 2), np.int8),
    "call_GQ": np.zeros((14, 3), np.int8),
    "call_AD": np.zeros((14,), np.int8),
    "contig_length": np.zeros(3, np.int64),
    "sample_id": np.array([["A", "B"]], np.dtypes.StringDType()),
}


@pytest.mark.parametrize("name", SHAPES)
def test_unequal_shapes(store, name):
    replaced(store, name, SHAPES[name])
    assert refusal(store) == ("PGX-VCZ-005", f"a.vcz {name}")


TYPES = {
    "variant_position": np.full(14, 1.5),
    "variant_contig": np.zeros(14, np.bool_),
    "variant_filter": np.zeros((14, 3), np.int8),
    "variant_allele": np.zeros((14, 3), np.int8),
    "call_genotype": np.zeros((14, 2, 2), np.float32),
    "call_GQ": np.zeros((14, 2), np.complex64),
    "call_FT": np.zeros((14, 2), np.int8),
}


@pytest.mark.parametrize("name", TYPES)
def test_other_types(store, name):
    if (store / name).exists():
        replaced(store, name, TYPES[name])
    else:
        group_of(store).create_array(name, data=TYPES[name])
    assert refusal(store) == ("PGX-VCZ-006", f"a.vcz {name}")


def changed(store, name, index, value):
    group_of(store)[name][index] = value


@pytest.mark.parametrize(
    ("name", "index", "value", "code"),
    sampled(
        [
            ("variant_contig", 0, 77, "PGX-VCZ-011"),
            ("variant_contig", 3, -1, "PGX-VCZ-011"),
            ("variant_position", 13, -5, "PGX-VCF-041"),
            ("call_genotype", (2, 1, 0), 3, "PGX-VCF-055"),
            ("call_genotype", (2, 1, 0), -3, "PGX-VCF-054"),
            ("call_genotype", (2, 1, 0), -2, "PGX-VCF-054"),
            ("variant_allele", (0, 0), "AQ", "PGX-VCF-043"),
            ("variant_allele", (0, 0), "", "PGX-VCF-037"),
            ("variant_allele", (0, 1), "A", "PGX-VCF-046"),
            ("variant_allele", (0, 1), "G", "PGX-VCF-046"),
            ("variant_allele", (0, 1), "", "PGX-VCF-045"),
            ("variant_allele", (0, 1), "C,T", "PGX-VCZ-013"),
            ("variant_allele", (0, 0), "A\tC", "PGX-VCZ-013"),
            ("variant_allele", (0, 2), "C\nchr10\t5", "PGX-VCZ-013"),
            ("variant_allele", (0, 2), "C\r", "PGX-VCZ-013"),
            ("contig_id", 0, "chr10\n", "PGX-VCZ-012"),
            ("contig_id", 0, "", "PGX-VCZ-012"),
            ("contig_id", 0, "chr12", "PGX-VCZ-012"),
            ("filter_id", 1, "a;b", "PGX-VCZ-012"),
            ("sample_id", 0, "A\tC", "PGX-VCF-024"),
            ("sample_id", 0, "B", "PGX-VCF-023"),
            ("sample_id", 0, " A", "PGX-VCF-024"),
        ],
        8,
    ),
)
def test_values_that_no_vcf_may_have(store, name, index, value, code):
    changed(store, name, index, value)
    found, where = refusal(store)
    expected = {"PGX-VCF-046": ("PGX-VCF-046", "PGX-VCF-047")}.get(code, (code,))
    assert found in expected
    assert where.startswith("a.vcz")
    assert name in where or name == "sample_id"


def test_a_position_beyond_its_contig(store):
    replaced(store, "contig_length", np.array([104, 133275309, 10, 10, 10], np.int64))
    assert refusal(store) == ("PGX-VCF-042", "a.vcz variant_position variant 6")


def test_an_end_before_its_position(store):
    group_of(store).create_array("variant_END", data=np.full(14, 5, np.int8), overwrite=True)
    assert refusal(store) == ("PGX-VCF-049", "a.vcz variant_allele variant 1")


def test_the_variant_that_breaks_a_rule_is_named(store):
    changed(store, "variant_allele", (9, 0), "AQ")
    assert refusal(store) == ("PGX-VCF-043", "a.vcz variant_allele variant 10")
    assert refusal(store, Windows.build([("chr12", 102, 105)]))[1].endswith("variant 10")
    scan(store, Windows.build([("chr10", 102, 105)]))  # nobody asked for it


def test_no_contig_is_human(store):
    replaced(store, "contig_id", np.array([*"abcde"], np.dtypes.StringDType()))
    assert refusal(store) == ("PGX-VCZ-011", "a.vcz contig_id")


@pytest.mark.parametrize(
    ("value", "code"), [(None, "PGX-VCZ-001"), ("1.0", "PGX-VCZ-003"), (0.4, "PGX-VCZ-003")]
)
def test_the_version(store, value, code):
    group = group_of(store)
    if value is None:
        del group.attrs["vcf_zarr_version"]
    else:
        group.attrs["vcf_zarr_version"] = value
    assert refusal(store) == (code, "a.vcz")


@pytest.mark.parametrize("value", ["x", [["a"]], [[1, 2]], {"a": 1}])
def test_lines_of_the_header_are_damaged(store, value):
    group_of(store).attrs["vcf_meta_information"] = value
    assert refusal(store) == ("PGX-VCZ-014", "a.vcz vcf_meta_information")


def test_places_where_no_store_is(tmp_path):
    assert refusal(tmp_path / "absent.vcz") == ("PGX-VCZ-002", "absent.vcz")
    (tmp_path / "empty.vcz").mkdir()
    assert refusal(tmp_path / "empty.vcz") == ("PGX-VCZ-001", "empty.vcz")
    assert refusal("memory://nothing/here.vcz") == ("PGX-VCZ-001", "here.vcz")
    (tmp_path / "text.vcz").write_text("##fileformat=VCFv4.2\n")
    assert refusal(tmp_path / "text.vcz") == ("PGX-VCZ-002", "text.vcz")
    with zipfile.ZipFile(tmp_path / "other.vcz.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    assert refusal(tmp_path / "other.vcz.zip") == ("PGX-VCZ-001", "other.vcz.zip")
    with pytest.raises(PgxError, match="PGX"):
        open_source("nosuchscheme://x/a.vcz")


def test_other_folders_and_archives_are_no_stores(tmp_path):
    (tmp_path / "folder").mkdir()
    assert refusal(tmp_path / "folder")[0] == "PGX-VCF-019"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    assert refusal(tmp_path / "a.zip")[0] == "PGX-VCF-007"


def test_an_archive_is_cut(store, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "b.vcz"), "zip", store)
    data = (tmp_path / "b.vcz.zip").read_bytes()
    (tmp_path / "b.vcz.zip").write_bytes(data[: len(data) // 2])
    assert archive.endswith("b.vcz.zip")
    assert refusal(tmp_path / "b.vcz.zip") == ("PGX-VCZ-002", "b.vcz.zip")


@pytest.mark.torture
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_bytes_that_were_changed_give_a_result_or_a_refusal(pristine, tmp_path_factory, data):
    store = shutil.copytree(pristine, tmp_path_factory.mktemp("fuzz") / "a.vcz")
    files = sorted(path for path in store.rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(files))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with contextlib.suppress(PgxError):
        found, _ = scan(store)
        assert len(found.records) == len(found.genotypes)
    shutil.rmtree(store)


def test_every_fault_says_what_to_do_and_is_documented():
    page = (ROOT / "docs" / "how-to" / "vcf-zarr.md").read_text(encoding="utf-8")
    for number, (what, remedy) in ZARR_FAULTS.items():
        assert f"| PGX-VCZ-{number:03d} | {what} | {remedy} |" in page


def test_unreadable_floats_are_told_from_missing_ones(store):
    missing = np.array([0x7F800001, 0x7FC00002], "<u4").view(np.float32)
    values = np.array([[30.0, np.nan], [np.inf, missing[0]], *[[25.9, missing[1]]] * 12], "<f4")
    replaced(store, "call_GQ", values)
    found, _ = scan(store)
    assert found.gq[:3].tolist() == [[30, -1], [-1, -1], [25, -1]]
    assert found.reason[:3].tolist() == [[0, 10], [10, 0], [0, 0]]


def test_sharded_arrays_are_read(store):
    if (store / ".zgroup").exists():
        pytest.skip("only version 3 of the format has shards")
    values = group_of(store)["call_genotype"][:]
    expected, _ = scan(store)
    replaced(store, "call_genotype", values, chunks=(2, 1, 2), shards=(8, 2, 2))
    found, _ = scan(store)
    assert np.array_equal(found.genotypes, expected.genotypes)
    assert zarr.open_array(str(store / "call_genotype"), mode="r").shards == (8, 2, 2)


def test_other_widths_and_orders_of_bytes_are_read(store):
    if not (store / ".zgroup").exists():
        pytest.skip("version 3 of the format has no standard for texts of a fixed length")
    expected, _ = scan(store)
    group = group_of(store)
    wanted = {
        "variant_position": ">i4",
        "variant_contig": "<i8",
        "variant_allele": "|S3",
        "call_genotype": ">i2",
        "call_PS": ">i4",
        "call_AD": "<i8",
        "sample_id": "<U4",
        "contig_id": "|S6",
    }
    for name, dtype in wanted.items():
        values = group[name][:]
        text = values.astype("U8") if dtype[1] in "SU" else values
        replaced(store, name, text.astype(dtype))
    found, _ = scan(store)
    assert found.records == expected.records
    assert found.samples == expected.samples
    for name in ("genotypes", "phase_set", "reason"):
        assert np.array_equal(getattr(found, name), getattr(expected, name))
