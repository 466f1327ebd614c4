"""Damaged downloads: a result or a refusal, never another exception, and the others are read."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

import published_samples as samples
from cases import one_test
from pgx.errors import PgxError
from pgx.knowledge.importers.published import PublishedRelease, published_releases

ROUNDS = 500
SEED = 20310203
SOUND = "pharmvar-CYP9Z3-6.2"
KINDS: dict[str, Callable[[], dict[str, bytes]]] = {
    "pharmcat": samples.pharmcat,
    "cpic": samples.cpic,
    "pharmvar": samples.pharmvar,
    "pypgx": samples.pypgx,
}
WRONG: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, 1e308, "", "x" * 5000, "\ud800", "\x00\t\n", [], {}, [[]], {"": {}},
    [None], "∞", "<p>", "*1/*2", "../x", 1.5, "10000000000", "A or B",
)  # fmt: skip


def bytes_flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def repeated(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    return (
        data[:start] + data[start : start + rng.randint(1, 300)] * rng.randint(2, 5) + data[start:]
    )


def word_replaced(data: bytes, rng: random.Random) -> bytes:
    words = [b"NaN", b"Infinity", b"1e999", b"9" * 5000, b"[" * 5000, b'"', b"null", b"-5", b"\xff"]
    start = rng.randrange(len(data))
    return data[:start] + rng.choice(words) + data[start + rng.randint(0, 6) :]


def key_twice(data: bytes, rng: random.Random) -> bytes:
    places = [i for i, byte in enumerate(data) if byte == ord("{")]
    if not places:
        return bytes_flipped(data, rng)
    place = rng.choice(places) + 1
    return data[:place] + b'"gene": 1, "gene": 2, "name": "*1",' + data[place:]


def node_changed(data: bytes, rng: random.Random) -> bytes:
    """Delete or replace one value somewhere in a JSON document, or one cell of a table."""
    try:
        document = json.loads(data)
    except ValueError:
        return cell_changed(data, rng)
    nodes = [node for node in walk(document) if node] or [[0]]
    node = rng.choice(nodes)
    place = rng.choice(list(node) if isinstance(node, dict) else range(len(node)))
    if rng.random() < 0.4:
        del node[place]
    else:
        node[place] = rng.choice(WRONG)
    return json.dumps(document).encode()


def cell_changed(data: bytes, rng: random.Random) -> bytes:
    lines = data.decode("utf-8", "replace").split("\n")
    number = rng.randrange(len(lines))
    sign = "\t" if "\t" in data.decode("utf-8", "replace") else ","
    row = lines[number].split(sign)
    row[rng.randrange(len(row))] = str(rng.choice(WRONG))
    lines[number] = sign.join(row)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def walk(node: Any) -> list[Any]:
    if not isinstance(node, dict | list):
        return []
    parts = node.values() if isinstance(node, dict) else node
    return [node, *(inner for part in parts for inner in walk(part))]


DAMAGE = (bytes_flipped, cut, repeated, word_replaced, key_twice, node_changed, node_changed)


def damaged(name: str, data: bytes, rng: random.Random) -> bytes:
    """Damage a file's bytes or, half of the time, those that are packed in it."""
    harm = rng.choice(DAMAGE)
    if name.endswith(".gz") and rng.random() < 0.5:
        return gzip.compress(harm(gzip.decompress(data), rng), compresslevel=1)
    if name.endswith(".zip") and rng.random() < 0.5:
        table = "CYP9Z3/GRCh38/CYP9Z3.NC_000010.11.haplotypes.tsv"
        vcf = samples.VCF.encode()
        members = {table: samples.haplotypes(), "CYP9Z3/GRCh38/CYP9Z3_3.vcf": vcf}
        chosen = rng.choice(list(members))
        return samples.archive({**members, chosen: harm(members[chosen], rng)})
    return harm(data, rng)


def read(folder) -> list[PublishedRelease]:
    try:
        found = published_releases(folder)
    except PgxError:
        return []
    msgspec.json.encode(found)  # half of a surrogate pair, or a number without end, cannot be
    return found


@one_test(sample=2)
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_refused_or_read_and_loses_nothing_else(tmp_path, kind):
    rng = random.Random(f"{SEED} {kind}")
    sound = KINDS["pharmvar" if kind != "pharmvar" else "pypgx"]()
    whole = refused = 0
    for number in range(ROUNDS // len(KINDS)):
        sample = KINDS[kind]()
        chosen = rng.choice(sorted(sample))
        sample[chosen] = damaged(chosen, sample[chosen], rng)
        folder = samples.write(tmp_path / f"{kind}-{number}", sample, sound)
        found = read(folder)
        assert any(
            release.definitions for release in found if release.source in (SOUND, "pypgx-0.99")
        )
        whole += all(not release.is_empty for release in found)
        refused += any("PGX-" in s.why for release in found for s in release.unread)
        shutil.rmtree(folder)
    assert whole > ROUNDS // len(KINDS) // 10  # the damage is not all of one file's first byte
    assert refused > ROUNDS // len(KINDS) // 10
