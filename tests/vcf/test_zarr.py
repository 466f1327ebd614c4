"""A VCF Zarr store says what the VCF says that it was made of."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import fsspec
import numpy as np
import pytest
import zarr
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from cases import one_test, sampled
from pgx.base.assemblies import CANONICAL, Assembly
from pgx.base.extensions import progress_callback
from pgx.errors import SampleNotFoundError, UsageError
from pgx.io.records import ScanLimits, SiteReason
from pgx.io.source import open_source
from pgx.io.windows import Windows
from vcf.support import DATA, needs_data, python_kernel
from vcf.zarr_support import HEADER, assert_same, convert, group_of, scan, write_vcf

LINES = [
    line.replace(" ", "\t") + "\n"
    for line in """\
chr10 100 . A C . PASS . GT:GQ:DP:AD 0/1:30:20:10,10 1|1:20:.:0,10
chr10 101 . a c,G . . . GT . ./1
chr10 102 . A . . q10;q20 . GT 0 ./.
chr10 103 . A <NON_REF> . PASS END=200 GT:DP:MIN_DP 0/0:30:20 0/0:10:.
chr10 104 . AT A,* . PASS . GT:AD 1/2:1,5,6 1/2:20,0,0
chr10 300 . A <DEL> . PASS SVLEN=-50 GT:PS:PID:FT 0|1:300:q_1:PASS 0/0:.:.:q10
chr10 400 . A C . q10 . GT:PL:GL 0/0/1:30:-1.2 0/0:0,1,2:-0.1,-2,-3.5
chr12 5 . A C . q10 . DP 30 4
chrUn_1 5 . A C . q10 . DP 30 4
X 5 . A C . PASS . GT:PGT:PID:GL 0/1:1|0:9_1:-0.35,-100.35,-7.1234567 1:.:.:-1.55,-2.1
X 6 . R C . PASS . GT:GQ 0/1:99 1|.:0
""".splitlines()
]
CHUNKS = [{}, {"variants_chunk_size": 3, "samples_chunk_size": 1}]


@pytest.fixture(scope="module")
def vcf(tmp_path_factory):
    return write_vcf(tmp_path_factory.mktemp("vcf") / "a.vcf", LINES)


@pytest.fixture
def store(vcf, tmp_path):
    return convert(vcf, tmp_path / "a.vcz", 2, **CHUNKS[1])


@one_test(sample=3)
@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("chunks", CHUNKS)
def test_a_store_says_what_its_vcf_says(vcf, tmp_path, zarr_format, chunks):
    store = convert(vcf, tmp_path / "a.vcz", zarr_format, **chunks)
    assert_same(scan(store), scan(vcf))


def test_the_header_has_assembly_contigs_and_blocks(store):
    header = open_source(store).header
    assert header.samples == ("A", "B")
    assert header.declared_assembly is Assembly.GRCH38
    assert header.contigs["chrUn_1"] == 1_000_000
    assert header.lists_blocks


def test_the_length_of_a_contig_may_be_unknown(tmp_path):
    header = HEADER.replace("##contig=<ID=chrUn_1,length=1000000>", "##contig=<ID=chrUn_1>")
    vcf = write_vcf(tmp_path / "a.vcf", LINES, header=header)
    store = convert(vcf, tmp_path / "a.vcz")
    assert open_source(store).header.contigs["chrUn_1"] is None
    assert_same(scan(store), scan(vcf))


def test_a_folder_without_a_telling_name_is_known_by_its_metadata(store, vcf, tmp_path):
    renamed = store.rename(tmp_path / "calls")
    assert_same(scan(renamed), scan(vcf))


@pytest.mark.parametrize("name", ["a.vcz.zip", "a.zip"])
def test_a_zip_archive_is_read(store, vcf, tmp_path, name):
    archive = zipped(store, tmp_path / name)
    assert_same(scan(archive), scan(vcf))


def zipped(store, archive):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:
        for path in sorted(store.rglob("*")):
            if path.is_file():
                out.write(path, path.relative_to(store))
    return archive


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_store_in_memory_is_read_by_its_address(vcf, tmp_path, zarr_format):
    store = convert(vcf, tmp_path / "a.vcz", zarr_format)
    memory = fsspec.filesystem("memory")
    try:
        memory.put(str(store), "/bucket/a.vcz", recursive=True)
        source = open_source("memory://bucket/a.vcz")
        assert source.path == "a.vcz"
        assert_same(scan("memory://bucket/a.vcz"), scan(vcf))
    finally:
        memory.rm("/bucket", recursive=True)


def test_a_file_address_is_read(store, vcf):
    assert_same(scan(f"file://{store}"), scan(vcf))


def test_the_digest_is_that_of_the_content_that_was_read(store, vcf, tmp_path):
    def digest(path, windows=None):
        with open_source(path) as source:
            if windows is not None:
                source.scan(windows)
            return source.sha256()

    near = Windows.build([("chr10", 90, 110)])
    archive = zipped(store, tmp_path / "b.zip")
    copy = Path(shutil.copytree(store, tmp_path / "copy.vcz"))
    assert digest(store) != digest(store, near)
    assert digest(store, near) == digest(archive, near) == digest(copy, near)
    group_of(copy)["call_GQ"][0, 0] = 29
    assert digest(store, near) != digest(copy, near)


def test_only_chunks_that_overlap_a_window_are_read(vcf, tmp_path):
    store = convert(vcf, tmp_path / "a.vcz", 3, variants_chunk_size=2, samples_chunk_size=1)
    for chunk in (store / "call_genotype" / "c").iterdir():
        if chunk.name != "3":
            shutil.rmtree(chunk)
    found, _ = scan(store, Windows.build([("chr10", 399, 401)]))
    assert [record.position for record in found.records] == [400]
    assert found.n_records == len(LINES)
    assert found.region_first.shape == (0,)


def test_repeated_scans_and_sinks_agree(store):
    class Sink:
        def restart(self):
            self.records, self.parts = [], []

        def take(self, block):
            self.records += block.records
            self.parts.append(block.genotypes.copy())
            assert block.genotypes.flags.c_contiguous
            assert block.phased.dtype == np.uint8

    sink = Sink()
    windows = Windows.build([("chr10", 1, 300)], [("chr10", 100, 200)])
    with open_source(store) as source:
        whole = source.scan(windows)
        given = source.scan(windows, sink=sink)
        again = source.scan(windows, kernel=python_kernel(), by_index=True)
    assert sink.records == whole.records == given.records == again.records
    assert np.array_equal(np.concatenate(sink.parts), whole.genotypes)
    assert len(given.genotypes) == 0
    assert given.region_last.tolist() == [104]


def test_rows_are_read_in_parts_that_bound_memory(store, vcf, monkeypatch):
    monkeypatch.setattr("pgx.io.zarr_cells._BYTES_PER_READ", 1)
    monkeypatch.setattr("pgx.io.zarr_cells._CELLS_PER_BLOCK", 1)
    monkeypatch.setattr("pgx.io.zarr_records._PIECE", 1)
    monkeypatch.setattr("pgx.io.zarr_records._LINES", 2)
    assert_same(scan(store), scan(vcf))


def test_a_listener_hears_of_what_is_read(store):
    counts = []
    with progress_callback(counts.append):
        scan(store)
    assert sum(counts) > 500


def test_limits_hold_for_stores(store, vcf):
    limits = ScanLimits(min_gq=31, min_dp=40)
    assert_same(scan(store, limits=limits), scan(vcf, limits=limits))


@pytest.mark.parametrize(
    "name", sampled(["call_GQ", "call_AD", "call_genotype_phased", "call_PL", "variant_filter"], 2)
)
def test_an_optional_array_may_be_missing(store, name):
    shutil.rmtree(store / name)
    found, _ = scan(store)
    assert len(found.records) == len(LINES) - 1


def test_ends_come_from_the_length_where_there_is_no_END(store, vcf):
    shutil.rmtree(store / "variant_END")
    assert_same(scan(store), scan(vcf))


def test_without_lengths_all_that_starts_before_a_window_is_looked_at(store):
    shutil.rmtree(store / "variant_length")
    found, _ = scan(store, Windows.build([("chr10", 199, 202), ("chr10", 345, 346)]))
    assert [(r.position, r.end) for r in found.records] == [(103, 200), (300, 350)]


def test_without_genotypes_there_is_no_genotype(store):
    shutil.rmtree(store / "call_genotype")
    found, _ = scan(store)
    assert set(found.reason.ravel().tolist()) == {SiteReason.NO_GENOTYPE}
    assert found.genotypes.min() == found.genotypes.max() == -1
    assert found.dp[0, 0] == 20


def test_values_declared_as_text_are_read(tmp_path):
    header = re.sub(r"(FORMAT=<ID=\w+),Number=.,Type=\w+", r"\1,Number=1,Type=String", HEADER)
    lines = [
        "chr10\t50\t.\tA\tC\t.\tPASS\t.\tGT:GQ:DP\t0/1:19.9:x\t0/1:20.5:-3\n",
        "chr10\t51\t.\tA\tC\t.\tPASS\t.\tGT:AD:PL\t0/1:9,x:3,y,0\t0/1:9,9,9:0,-3,2\n",
        "chr10\t52\t.\tA\tC\t.\tPASS\t.\tGT:GQ:GL\t0/1:20,30:-1e-1,.,+2\t1/1:20.:1.1.1,2,3\n",
        *LINES,
    ]
    vcf = write_vcf(tmp_path / "a.vcf", lines, header=header)
    assert_same(scan(convert(vcf, tmp_path / "a.vcz")), scan(vcf))


def test_values_declared_as_floats_are_read(tmp_path):
    header = HEADER
    for key in ("GQ", "DP", "MIN_DP"):
        header = header.replace(f"ID={key},Number=1,Type=Integer", f"ID={key},Number=1,Type=Float")
    header = header.replace("ID=AD,Number=R,Type=Integer", "ID=AD,Number=R,Type=Float")
    header = header.replace("ID=PL,Number=G,Type=Integer", "ID=PL,Number=G,Type=Float")
    lines = [
        "chr10\t50\t.\tA\tC\t.\tPASS\t.\tGT:GQ:DP\t0/1:19.9:20\t0/1:20.5:7.9\n",
        "chr10\t51\t.\tA\tC\t.\tPASS\t.\tGT:GQ:DP\t0/1:-2:20\t0/1:.:20\n",
        *LINES,
    ]
    vcf = write_vcf(tmp_path / "a.vcf", lines, header=header)
    assert_same(scan(convert(vcf, tmp_path / "a.vcz")), scan(vcf))


def test_many_alleles_and_wide_numbers(tmp_path):
    alts = ",".join(f"A{'C' * k}" for k in range(1, 131))
    lines = [
        f"chr10\t50\t.\tA\t{alts}\t.\tPASS\t.\tGT:GQ:DP:PS\t0/127:70000:3000000:7\t126|130:9:8:.\n",
        "chr10\t51\t.\tA\tC\t.\tPASS\t.\tGT:PS\t0|1:2000000000\t1|0:0\n",
    ]
    vcf = write_vcf(tmp_path / "a.vcf", lines)
    store = convert(vcf, tmp_path / "a.vcz")
    assert_same(scan(store), scan(vcf))
    assert scan(store)[0].reason[0].tolist() == [SiteReason.TOO_MANY_ALLELES] * 2


def test_chunks_of_zeros_that_vcf2zarr_leaves_out(tmp_path):
    lines = [f"chr10\t{k}\t.\tA\tC\t.\tPASS\t.\tGT:GQ\t0/1:0\t1/1:0\n" for k in range(1, 9)]
    lines += [f"chr12\t{k}\t.\tA\tC\t.\t.\t.\tGT:GQ\t0/1:0\t1/1:0\n" for k in range(1, 9)]
    vcf = write_vcf(tmp_path / "a.vcf", lines)
    for zarr_format in (2, 3):
        store = convert(vcf, tmp_path / f"{zarr_format}.vcz", zarr_format, variants_chunk_size=4)
        arrays = {name: group_of(store)[name] for name in ("variant_contig", "call_GQ")}
        assert [a.nchunks - a.nchunks_initialized for a in arrays.values()] == [2, 4]
        with pytest.raises(ValueError, match=r"PGX-VCZ-008.*variant_filter"):
            scan(store)
        near = Windows.build([("chr10", 1, 8)])
        assert_same(scan(store, near), scan(vcf, near))


def test_what_the_refusal_of_an_absent_chunk_advises(tmp_path):
    lines = ["chr10\t5\t.\tA\tC\t.\tPASS\t.\tGT\t0/0\t0/0\n"]
    vcf = write_vcf(tmp_path / "a.vcf", lines)
    store = convert(vcf, tmp_path / "a.vcz")
    with pytest.raises(ValueError, match="PGX-VCZ-008") as caught:
        scan(store)
    name, _, value = re.search(r"ZARR_\w+=\w+", str(caught.value))[0].partition("=")
    command = [sys.executable, "-m", "bio2zarr", "vcf2zarr", "convert", "-Q", "-f"]
    subprocess.run(
        [*command, f"{vcf}.gz", str(store)],
        env={**os.environ, name: value},
        check=True,
        capture_output=True,
    )
    assert_same(scan(store), scan(vcf))


def test_no_samples(tmp_path, store):
    group_of(store).create_array("sample_id", shape=(0,), dtype="T", overwrite=True)
    with pytest.raises(SampleNotFoundError):
        open_source(store)


@pytest.mark.parametrize("package", ["zarr", "fsspec"])
def test_an_absent_extra_is_named(store, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=r"install it with: pip install 'pgx-therapy\[zarr\]'"):
        open_source(store)


def test_an_address_whose_package_is_absent(monkeypatch):
    for name in ("s3fs", "aiobotocore"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match=r"s3: this kind of address.*s3fs"):
        open_source("s3://bucket/a.vcz")


@one_test(sample=2)
@needs_data
@pytest.mark.validation
@pytest.mark.parametrize("gene", ["CYP2C19", "G6PD", "UGT1A1"])
def test_the_cohort_as_a_store(tmp_path, gene):
    vcf = DATA / "cohort" / "GRCh38" / f"{gene}.vcf.gz"
    store = convert([str(vcf)], tmp_path / "a.vcz", 3, samples_chunk_size=400)
    everywhere = Windows.build(
        [(contig, 1, 250_000_000) for contig in CANONICAL], [("chr10", 94_760_000, 94_860_000)]
    )
    assert_same(scan(store, everywhere), scan(vcf, everywhere))


# --- generated records ------------------------------------------------------------------

ALLELES = st.text("ACGTacgtN", min_size=1, max_size=4) | st.sampled_from(
    ["*", "<DEL>", "<INS>", "<NON_REF>", "<*>", "G]chr12:5]", "]chr12:5]G"]
)
WHOLE = st.sampled_from([".", "0", "5", "7", "8", "19", "20", "99", "70000"])
READS = st.sampled_from(["0", "1", "3", "12", "30", "97", "."])
PARTS = st.sampled_from(["0", "0.005", "0.02", "0.5", "0.985", "0.99", "0.998", "1", "2"])
PHRED = st.sampled_from(["0", "0", "3", "30", "300", "99999", "."])
LOGS = st.sampled_from(["-0.05", "-0.35", "-12.3", "-0.001", "-15", "0", "0.25", "."])
SETS = st.sampled_from([".", "17", "94781859", "0", "1500000000"])


@st.composite
def cells(draw, keys, n_alts, filters):
    index = st.sampled_from([".", *map(str, range(n_alts + 1))])
    ploidy = draw(st.sampled_from([2, 2, 2, 2, 2, 1, 3]))
    mark = draw(st.sampled_from(["/", "|"]))
    values = [mark.join(draw(index) for _ in range(ploidy))]
    n_genotypes = {1: n_alts + 1, 2: (n_alts + 1) * (n_alts + 2) // 2}.get(ploidy, 1)
    shares = {
        "GP": (PARTS, n_genotypes),
        "HDS": (PARTS, min(ploidy, 2)),
        "DS": (PARTS, max(n_alts, 1)),
    }
    lists = shares | {
        "AD": (READS, n_alts + 1),
        "PL": (PHRED, n_genotypes),
        "GL": (LOGS, n_genotypes),
    }
    for key in keys:
        if key in lists and draw(st.integers(0, 4)):
            listed, count = lists[key]
            values.append(",".join(draw(listed) for _ in range(count)))
        elif key in lists:
            values.append(".")
        elif key == "PS":
            values.append(draw(SETS))
        elif key == "PGT":
            values.append(draw(st.sampled_from([".", "0|1", "1|0", "1|2", "0/1", "1|1"])))
        elif key == "PID":
            values.append(draw(st.sampled_from([".", "17", "94781859_G_A", "0", "5000000000"])))
        elif key == "FT":
            values.append(draw(st.sampled_from([".", "PASS", *filters])))
        else:
            values.append(draw(WHOLE))
    return ":".join(values)


@st.composite
def records(draw, n_samples):
    ref = draw(st.text("ACGTNacgtR", min_size=1, max_size=3))
    found = draw(st.lists(ALLELES, max_size=3, unique_by=str.upper))
    alts = [alt for alt in found if alt.upper() != ref.upper()]
    known = ["GQ", "RGQ", "DP", "MIN_DP", "AD", "PL", "GL", "PS", "PGT", "PID", "FT"]
    known += ["AD", "GP", "HDS", "DS"]
    keys = draw(st.lists(st.sampled_from(known), max_size=6, unique=True))
    position = draw(st.integers(1, 60))
    infos = [".", ".", f"END={position + 30}", "SVLEN=-20", "R2=0.28", "DR2=0.9;R2=0.81"]
    info = draw(st.sampled_from(infos))
    filters = draw(st.sampled_from(["PASS", "PASS", ".", "q10", "q10;q20"]))
    row = [draw(cells(keys, len(alts), ["q10"])) for _ in range(n_samples)]
    contig = draw(st.sampled_from(["chr10", "chr10", "chr10", "chrM"]))
    fixed = [contig, str(position), ".", ref, ",".join(alts) or ".", ".", filters, info]
    return (contig, position), "\t".join([*fixed, ":".join(["GT", *keys]), *row])


@pytest.mark.torture
@settings(
    max_examples=25,
    phases=set(Phase) - {Phase.shrink, Phase.explain},
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    st.lists(records(3), min_size=1, max_size=12),
    st.sampled_from([2, 3]),
    st.sampled_from([{}, {"variants_chunk_size": 2, "samples_chunk_size": 2}]),
)
@example(  # one record has R2, another DR2, so that each has a missing value of the other's key
    [
        (("chr10", 11), "chr10\t11\t.\tT\t.\t.\t.\tR2=0.28\tGT:GP\t0|0:0.005\t0|0:1\t./.:."),
        (("chr10", 51), "chr10\t51\t.\tC\tT\t.\tPASS\tDR2=0.9\tGT:DS\t0/0:0\t0/1:1\t1/1:2"),
    ],
    3,
    {},
)
def test_generated_records_read_alike(found, zarr_format, chunks):
    lines = [f"{text}\n" for _, text in sorted(found, key=lambda record: record[0])]
    cut = next((k for k, text in enumerate(lines) if text.startswith("chrM")), len(lines))
    lines.insert(cut, "chr12\t5\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\t0/1\t1/1\n")
    windows = Windows.build(
        [("chr10", 10, 20), ("chr10", 30, 60), ("chrM", 1, 60)], [("chr10", 5, 8)]
    )
    with tempfile.TemporaryDirectory() as folder:
        vcf = write_vcf(Path(folder, "a.vcf"), lines, ("A", "B", "C"))
        with zarr.config.set({"array.write_empty_chunks": True}):
            store = convert(vcf, Path(folder, "a.vcz"), zarr_format, **chunks)
        assert_same(scan(store, windows), scan(vcf, windows), sites_only=False)
