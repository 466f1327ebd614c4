"""VCF text from a random source: documents that mostly parse, and edits that mostly keep them so.

Everything is drawn from a `random.Random`, so that a seed gives the same bytes anywhere.
"""

from __future__ import annotations

import gzip
import random
import struct
import zlib
from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = ["Place", "VcfGrammar"]

EOF_BLOCK: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
FIXED: Final = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
LENGTHS: Final = {"chr2": 242_193_529, "chr10": 133_797_422, "chrX": 156_040_895, "chrM": 16_569}
SAMPLES: Final = ("S1", "S2", "a b", "é", "NA12878", "<b>", "=1+1", "../x", "S1 ", "", "S\t2")
META: Final = (
    "##reference=file:///GRCh38.fa",
    "##reference=hg19",
    '##FILTER=<ID=q10,Description="x">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="x, y">',
    '##contig=<ID=HLA-A*01:01,assembly="b38",length=3503>',
    '##GATKCommandLine=<ID=HaplotypeCaller,CommandLine="--indel-size-to-eliminate-in-ref-model 7">',
)
ODD_META: Final = (
    "##contig=<ID=chr10,length=5>",
    "##contig=<ID=,length=x>",
    "##contig=<length=1>",
    "##contig=<ID=chrM,length=16571>",
    "##contig=<ID=chr10,length=135534747>",
    "##contig=<ID=a,length=99999999999>",
    '##x=<y="\\"',
    "##",
    "#",
    "# free text",
    "##fileformat=VCFv4.1",
    "##contig=<" + "a" * 100_000,
    "##contig=<ID=chr10," + "a" * 100_000 + ">",
    "\ufeff##x=1",
    "##x=\x00",
)
CONTIGS: Final = ("10", "CHR10", "NC_000010.11", "CM000672.2", "X", "23", "MT", "chrUn_1", "chr 1")
BASES: Final = ("A", "C", "G", "T", "N", "a", "AT", "CAT", "GATTACA", "R", "A" * 30)
SYMBOLS: Final = (
    "<DEL>",
    "<INS>",
    "<DUP>",
    "<CNV>",
    "<CN0>",
    "<INS:ME:ALU>",
    "<NON_REF>",
    "<*>",
    "*",
    "G]chr2:5]",
    "]chr2:5]G",
    "G.",
    ".G",
    "C<c1>",
)
ODD_ALTS: Final = ("", "A,", ",A", "A,A", "A,a", "-", "<", "<>", "<DEL", "A[x", "A/T", ".,.", "..")
POSITIONS: Final = ("0", "1", "-1", "+5", "05", "1e3", "5.0", "", "99999999999", "4294967297", " 7")
QUALITIES: Final = (".", "50", "", "1e-300", "1E400", "nan", "-inf", "+.5", "1e", "high", "9" * 400)
FILTERS: Final = ("PASS", "PASS", "PASS", ".", "q10", "q10;s50", "pass", "", "0")
INFOS: Final = (
    ".",
    "",
    "DP=30",
    "END={end}",
    "DP=3;END={end}",
    "SVLEN=-500;END={end}",
    "SVLEN=-500,20",
    "SVLEN=-99999999999",
    "END=5",
    "END=99999999999",
    "END={end};END={end}",
    "END=",
    ";;",
    "=",
    "X=" + "y" * 300,
)
NUMBERS: Final = (
    ".",
    "0",
    "7",
    "8",
    "19",
    "20",
    "35",
    "99",
    "40.5",
    "-3",
    "70000",
    "9" * 30,
    "x",
    "",
)
PHREDS: Final = ("0", "0", "3", "30", "300", "99999", ".", "-1", "1e3", "x", "9" * 20)
LOGS: Final = ("0", "-0.05", "-12.3", "-1e-3", "-1.5E+1", "-1e9999", "1e-9999", ".", "nan", "-inf")
NAMES: Final = (".", "17", "0", "94781859_G_A", "99999999999", "-1", "")
KEYS: Final = (
    "GQ",
    "RGQ",
    "DP",
    "MIN_DP",
    "AD",
    "PL",
    "GL",
    "PS",
    "PGT",
    "PID",
    "FT",
    "XX",
    "GT",
    "",
)
ODD_GENOTYPES: Final = (
    "0/",
    "/",
    "0//1",
    "01",
    "G/A",
    "",
    "0\\1",
    " 0/1",
    "9/9",
    "0/1.0",
    "0/99999999",
)
TOKENS: Final = (
    b"\n", b"\r\n", b"\r", b"\t", b"\0", b"\x7f", b":", b",", b"|", b"/", b".", b"<", b"]", b";",
    b" ", b"#", b"##", b"#CHROM", b"\xff", b"\xc3\xa9", b"\xe2\x80\xae", b"0", b"-1", b"1" * 12,
    b"PL", b"END=", b"\x1f\x8b",
)  # fmt: skip


class Place(NamedTuple):
    """A defining position: where a record means something."""

    contig: str
    position: int
    ref: str
    alts: tuple[str, ...]


class VcfGrammar:
    """Makes and edits documents around places."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = tuple(places)

    def document(self, rng: random.Random) -> bytes:
        """Return a document; about one in nine has an odd header, one in twelve is packed."""
        n_samples = rng.choice((1, 1, 1, 1, 2, 3))
        lines = self.header(rng, n_samples)
        lines += [self.record(rng, n_samples) for _ in range(rng.choice((0, 1, 2, 3, 5, 8)))]
        end = "\r\n" if rng.random() < 0.05 else "\n"
        text = end.join(lines) + ("" if rng.random() < 0.02 else end)
        data = text.encode()
        return packed(data, rng) if rng.random() < 0.08 else data

    def header(self, rng: random.Random, n_samples: int) -> list[str]:
        """Return the lines of a header, the last one naming the samples."""
        is_odd = rng.random() < 0.12
        lines = [f"##fileformat=VCFv4.{rng.choice('1234')}"]
        lines += [
            f"##contig=<ID={name},length={length}>"
            for name, length in LENGTHS.items()
            if rng.random() < 0.8
        ]
        lines += rng.choices(META, k=rng.choice((0, 1, 2)))
        names = [f"S{i + 1}" for i in range(n_samples)]
        if is_odd:
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(ODD_META))
            names[0] = rng.choice(SAMPLES)
        separator = " " if is_odd and rng.random() < 0.1 else "\t"
        return [*lines, separator.join([*FIXED, *names])]

    def record(self, rng: random.Random, n_samples: int) -> str:
        """Return one record line, without its end."""
        place = rng.choice(self.places)
        contig, pos = place.contig, str(max(0, place.position + rng.choice((0, 0, 0, 0, -1, 1))))
        ref, alt = place.ref, self.alternatives(rng, place)
        n_alts = 0 if alt == "." else alt.count(",") + 1
        keys = ["GT"] if rng.random() < 0.95 else []
        keys += rng.choices(KEYS[:-2], k=rng.choice((0, 0, 1, 2, 3, 5)))
        if rng.random() < 0.97:
            keys = list(dict.fromkeys(keys)) or ["GT"]
        info = rng.choice(INFOS[:7] if rng.random() < 0.9 else INFOS)
        info = info.format(end=place.position + rng.choice((0, 1, 50, 5000)))
        fields = [contig, pos, ".", ref, alt, "50", rng.choice(FILTERS[:5]), info, ":".join(keys)]
        if rng.random() < 0.12:
            self.spoil(rng, fields)
        cells = [self.cell(rng, keys, n_alts) for _ in range(n_samples)]
        return "\t".join(fields + cells)

    def spoil(self, rng: random.Random, fields: list[str]) -> None:
        """Put something odd into one of the fixed columns."""
        column = rng.randrange(9)
        choices = (CONTIGS, POSITIONS, ("", "rs1"), BASES, ODD_ALTS, QUALITIES, FILTERS, INFOS)
        fields[column] = rng.choice((*choices, ("GT:GT", "", "GT:", "DP:GT", "PL", "GL"))[column])

    def alternatives(self, rng: random.Random, place: Place) -> str:
        """Return an ALT column: usually what is known at this place."""
        draw = rng.random()
        if draw < 0.55:
            found = [a for a in place.alts if rng.random() < 0.7]
        elif draw < 0.85:
            found = rng.choices((*BASES[:8], *SYMBOLS, *place.alts), k=rng.choice((1, 1, 2, 3)))
        else:
            found = [rng.choice(("<NON_REF>", "<*>", "."))]
        unique = [a for a in dict.fromkeys(found) if a.upper() != place.ref.upper()]
        if rng.random() < 0.002:
            unique = ["A" * (i + 2) for i in range(200)]
        return ",".join(unique) or "."

    def cell(self, rng: random.Random, keys: Sequence[str], n_alts: int) -> str:
        """Return one sample's cell."""
        values = [self.value(rng, key, n_alts) for key in keys]
        if rng.random() < 0.1:
            values = values[: rng.randint(1, max(1, len(values)))]
        return ":".join(values)

    def value(self, rng: random.Random, key: str, n_alts: int) -> str:
        """Return the value of one FORMAT key, usually of a kind that fits."""
        if key == "GT":
            return self.genotype(rng, n_alts)
        if key in ("PL", "GL", "AD"):
            size = n_alts + 1 if key == "AD" else (n_alts + 1) * (n_alts + 2) // 2
            pool = {"PL": PHREDS, "GL": LOGS, "AD": NUMBERS[:8]}[key]
            pool = pool if rng.random() < 0.1 else pool[:6]
            size = size if rng.random() < 0.9 else rng.randrange(8)
            return ",".join(rng.choices(pool, k=min(size, 300))) or "."
        if key in ("PS", "PID"):
            return rng.choice(NAMES[:-1])
        if key == "PGT":
            return rng.choice(("0|1", "1|0", "0/1", ".", "1|2", "|"))
        if key == "FT":
            return rng.choice(("PASS", ".", "q10"))
        return rng.choice(NUMBERS[:8] if rng.random() < 0.9 else NUMBERS[:-1])

    def genotype(self, rng: random.Random, n_alts: int) -> str:
        """Return a genotype whose allele numbers exist, but rarely."""
        if rng.random() < 0.02:
            return rng.choice(ODD_GENOTYPES)
        alleles = [str(i) for i in range(n_alts + 1)] + ["."]
        count = rng.choice((2, 2, 2, 2, 2, 2, 2, 1, 3))
        text = rng.choice(alleles)
        for _ in range(count - 1):
            text += rng.choice("/|") + rng.choice(alleles)
        return text

    def mutate(self, data: bytes, rng: random.Random) -> bytes:
        """Return an edited copy: lines, columns and cells more often than bytes."""
        data = unpacked(data)
        if not data or rng.random() < 0.15:
            return self.document(rng)
        for _ in range(rng.choice((1, 1, 2, 3))):
            data = self.edited(data, rng)
        return packed(data, rng) if rng.random() < 0.04 else data

    def edited(self, data: bytes, rng: random.Random) -> bytes:
        """Return a copy with one edit."""
        lines = data.split(b"\n")
        body = [i for i, line in enumerate(lines) if line and not line.startswith(b"#")]
        draw = rng.random()
        if draw < 0.35:
            return self.with_record(lines, body, rng)
        if draw < 0.75 and body:
            return with_column(lines, rng.choice(body), rng)
        if draw < 0.85 and body:
            i = rng.choice(body)
            lines[i : i + 1] = rng.choice(([], [lines[i]] * 2, [lines[i], lines[body[0]]]))
            return b"\n".join(lines)
        if draw < 0.9:
            i = rng.randrange(len(lines))
            lines.insert(i, rng.choice((*META, *ODD_META)).encode())
            return b"\n".join(lines)
        start = data.find(lines[body[0]]) if body and rng.random() < 0.8 else 0
        return with_token(data, start, rng)

    def with_record(self, lines: list[bytes], body: list[int], rng: random.Random) -> bytes:
        """Return the text with one more record, or one in place of another."""
        columns = [line for line in lines if line.startswith(b"#CHROM")]
        n_samples = max(1, columns[0].count(b"\t") - 8) if columns else 1
        made = self.record(rng, min(n_samples, 8)).encode()
        if body and rng.random() < 0.5:
            lines[rng.choice(body)] = made
        else:
            lines.insert(max(0, len(lines) - 1), made)
        return b"\n".join(lines)


def with_column(lines: list[bytes], index: int, rng: random.Random) -> bytes:
    """Return the text with one column of one line replaced, edited, doubled or left out."""
    columns = lines[index].split(b"\t")
    k = rng.randrange(len(columns))
    draw = rng.random()
    if draw < 0.1:
        columns[k : k + 1] = rng.choice(([], [columns[k]] * 2))
    elif draw < 0.5 and len(columns) > 9:
        parts = columns[-1].split(b":")
        part = rng.randrange(len(parts))
        parts[part] = rng.choice((*NUMBERS, *PHREDS, *LOGS, *NAMES, *ODD_GENOTYPES)).encode()
        columns[-1] = b":".join(parts)
    elif draw < 0.8:
        pools = (CONTIGS, POSITIONS, ("", "rs1"), BASES, ODD_ALTS, QUALITIES, FILTERS, INFOS, KEYS)
        columns[k] = rng.choice(pools[min(k, 8)] if k < 9 else ODD_GENOTYPES).encode()
    else:
        columns[k] = with_token(columns[k], 0, rng)
    lines[index] = b"\t".join(columns)
    return b"\n".join(lines)


def with_token(data: bytes, start: int, rng: random.Random) -> bytes:
    """Return the bytes with a token put in, a piece left out, a byte changed, or cut short."""
    at = rng.randint(start, len(data))
    draw = rng.random()
    if draw < 0.5:
        return data[:at] + rng.choice(TOKENS) + data[at:]
    if draw < 0.75:
        return data[:at] + data[at + rng.choice((1, 1, 1, 4, 50)) :]
    if draw < 0.95:
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    return data[:at]


def packed(data: bytes, rng: random.Random) -> bytes:
    """Return gzip or BGZF of the text, one in four of them damaged."""
    out = gzip.compress(data, 1, mtime=0) if rng.random() < 0.3 else bgzf(data, rng)
    return with_token(out, 0, rng) if rng.random() < 0.25 else out


def bgzf(data: bytes, rng: random.Random) -> bytes:
    """Return the text in BGZF blocks of a random size."""
    size = rng.choice((100, 5_000, 60_000))
    out = []
    for start in range(0, len(data), size):
        piece = data[start : start + size]
        squeezer = zlib.compressobj(1, zlib.DEFLATED, -15)
        body = squeezer.compress(piece) + squeezer.flush()
        head = b"\x1f\x8b\x08\x04" + bytes(5) + b"\xff\x06\x00BC\x02\x00"
        tail = struct.pack("<II", zlib.crc32(piece), len(piece))
        out.append(head + struct.pack("<H", len(body) + 25) + body + tail)
    return b"".join([*out, EOF_BLOCK])


def unpacked(data: bytes) -> bytes:
    """Return the text of gzip or BGZF, other data as they are, nothing if damaged."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return b""
