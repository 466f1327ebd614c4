"""Every probe of the validation data folder is treated as the documentation judges it."""

from __future__ import annotations

import re

import pytest

from cases import one_test
from pgx.base.assemblies import CANONICAL, Assembly, contig_length
from pgx.errors import VcfFormatError
from pgx.io.faults import FAULTS
from pgx.io.records import SiteReason
from pgx.io.source import open_source
from pgx.io.windows import Windows
from vcf.support import DATA, ROOT, needs_data

DOCUMENT = (ROOT / "docs" / "explanation" / "bad-input.md").read_text(encoding="utf-8")
JUDGED = dict(re.findall(r"^\| `([\w.]+)` \| ([\w-]+) \|", DOCUMENT, re.MULTILINE))
SITES = [("chr10", 94_780_653), ("chr10", 94_781_859), ("chr12", 21_178_615)]
LENGTHS = {name: contig_length(name, Assembly.GRCH38) for name in CANONICAL}
USUAL = [(0, 0), (0, 1), (0, 1)]
OTHERWISE = {
    "gt_dot.vcf": ([(0, 0), (-1, -1), (0, 1)], SiteReason.NO_CALL),
    "gt_triploid.vcf": (USUAL, SiteReason.POLYPLOID),
    "filter_undeclared.vcf": (USUAL, SiteReason.FILTERED),
    "filter_lower.vcf": (USUAL, SiteReason.FILTERED),
    "dup_record_conflict.vcf": ([(0, 0), (0, 1), (1, 1), (0, 1)], SiteReason.OK),
}
# these hold 6,000 records elsewhere, the cut one fewer
LARGE = {"gzip_ok.vcf.gz": 6000, "bgzf_eof_middle.vcf.gz": 6000, "text_cut_line_end.vcf": 2994}


def read(name):
    windows = Windows.build([(contig, at, at) for contig, at in SITES])
    source = open_source(DATA / "badvcf" / "probes" / name)
    return source.scan(windows, contig_lengths=LENGTHS)


@needs_data
def test_every_probe_is_judged():
    listed = (DATA / "badvcf" / "probes.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert sorted(JUDGED) == sorted(row.split("\t")[0] for row in listed)


@one_test
@needs_data
@pytest.mark.parametrize("name", [n for n, judged in JUDGED.items() if judged != "accepted"])
def test_probe_is_refused_with_its_code(name):
    with pytest.raises(VcfFormatError) as caught:
        read(name)
    assert caught.value.code == JUDGED[name]
    assert caught.value.line().startswith(f"[{JUDGED[name]}] {name}")


@one_test
@needs_data
@pytest.mark.parametrize("name", [n for n, judged in JUDGED.items() if judged == "accepted"])
def test_probe_is_accepted_and_read_as_it_stands(name):
    scan = read(name)
    if name in LARGE:
        assert scan.n_records == LARGE[name]
        return
    expected, reason = OTHERWISE.get(name, (USUAL, SiteReason.OK))
    assert [tuple(row) for row in scan.genotypes[:, 0].tolist()] == expected
    assert scan.reason[1, 0] == reason
    assert all(code == SiteReason.OK for code in scan.reason[[0, -1], 0])


def test_the_document_lists_every_code():
    listed = re.findall(r"^\| PGX-VCF-(\d{3}) \| (.*?) \| (.*?) \|$", DOCUMENT, re.MULTILINE)
    assert [(int(n), (what, remedy)) for n, what, remedy in listed] == sorted(FAULTS.items())
