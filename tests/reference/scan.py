"""Plain-Python reading of the scanner's rules: VCF text in, records or the bad line out.

Slow on purpose: fields are split and matched by regular expressions, one rule a line.
"""

from __future__ import annotations

import re
from decimal import Decimal

from pgx.base.assemblies import canonical_contig

BASES = re.compile(r"[ACGTNacgtn]+")
IUPAC = re.compile(r"[ACGTNRYKMSWBDHVacgtnrykmswbdhv]+")
QUAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|nan)", re.IGNORECASE)
GT = re.compile(r"[|/]?(0|[1-9]\d{0,5}|\.)([|/](0|[1-9]\d{0,5}|\.))*")
DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?")
NUMBER = re.compile(r"-?\d{1,12}(\.\d{0,40})?")
SYMBOLIC = re.compile(r"[ACGTNRYKMSWBDHVacgtnrykmswbdhv]*<[^<> ]+>")
T = r"[ACGTNRYKMSWBDHVacgtnrykmswbdhv.]+"
BREAKEND = re.compile(
    rf"{T}\[[^\[\]]{{3,}}\[|{T}\][^\[\]]{{3,}}\]|\][^\[\]]{{3,}}\]{T}|\[[^\[\]]{{3,}}\[{T}"
)
SINGLE = re.compile(r"\.[A-Za-z]*|[A-Za-z]*\.")


class RefusedError(Exception):
    """A line that must be refused, by number."""


def scan(text, samples, contigs, intervals, limits, first_line):
    """Return selected records and genotypes of the lines of ``text``, else raise."""
    records = []
    line = first_line
    lines = text.split(b"\n")[:-1]
    while lines and lines[-1] in (b"", b"\r"):
        lines.pop()
    for line, raw in enumerate(lines, start=first_line + 1):
        try:
            record = read_line(raw, len(samples), contigs, limits)
        except (ValueError, UnicodeDecodeError) as error:
            raise RefusedError(line) from error
        if record is None:
            continue
        record["line"] = line
        if any(
            record["contig"] == contig and record["pos"] <= end and record["end"] >= start
            for contig, start, end in intervals
        ):
            records.append(record)
    if not text.endswith(b"\n") and text:
        raise RefusedError(line + 1)
    return records


def check(condition):
    if not condition:
        raise ValueError


def read_line(raw, n_samples, contigs, limits):
    text = raw.removesuffix(b"\r").decode("utf-8")
    check(not re.search(r"[\x00-\x08\x0a-\x1f]", text))
    check(text)
    if text.startswith("#"):
        check(not text.startswith("##") and not text.upper().startswith("#CHROM"))
        return None
    columns = text.split("\t")
    check(len(columns) == 9 + n_samples)
    check(all(value for i, value in enumerate(columns) if i not in (2, 5, 7)))
    chrom, pos, _, ref, alt, qual, filter_, info, format_ = columns[:9]
    check(" " not in chrom and len(chrom) <= 1000)
    check(re.fullmatch(r"0|[1-9]\d{0,10}", pos))
    length = contigs.get(chrom) or 2**31 - 2
    check(int(pos) <= length + 1)
    check(IUPAC.fullmatch(ref))
    alts = read_alts(ref, alt)
    check(qual in ("", ".") or QUAL.fullmatch(qual))
    plain = [a for a in [ref, *alts] if IUPAC.fullmatch(a)]
    ambiguous = any(not BASES.fullmatch(a) for a in plain)
    end = read_end(info, int(pos), ref, alts, length)
    passed = filter_ in ("PASS", ".")
    keys = format_.split(":")
    check(" " not in format_ and all(keys) and len(set(keys)) == len(keys) and "GT" not in keys[1:])
    block = {("<NON_REF>",): "NON_REF", ("<*>",): "*"}.get(tuple(alts), "")
    context = (alts, keys, passed, ambiguous, block, limits)
    return {
        "contig": canonical_contig(chrom),
        "pos": int(pos),
        "end": end,
        "ref": ref.upper(),
        "alts": tuple(a if set(a) & set("<[]") else a.upper() for a in alts),
        "filter": filter_,
        "block": block,
        "cells": [read_cell(cell, *context) for cell in columns[9:]],
    }


def read_alts(ref, text):
    if text == ".":
        return []
    alts = text.split(",")
    for alt in alts:
        check(alt and alt != ".")
        check(
            alt == "*"
            or IUPAC.fullmatch(alt)
            or SYMBOLIC.fullmatch(alt)
            or BREAKEND.fullmatch(alt)
            or (SINGLE.fullmatch(alt) and IUPAC.fullmatch(alt.replace(".", "")))
        )
        check(alt.upper() != ref.upper())
    plain = [a.upper() for a in alts if not set(a) & set("<[]")]
    check(len(set(plain)) == len(plain))
    return alts


def read_end(info, pos, ref, alts, length):
    covered = pos + len(ref) - 1
    fields = [field.partition("=") for field in info.split(";")]
    ends = [value for key, sign, value in fields if key == "END" and sign]
    check(len(ends) <= 1)
    if ends:
        check(re.fullmatch(r"\d{1,11}", ends[0]) and pos <= int(ends[0]) <= length + 1)
        return max(int(ends[0]), covered)
    symbolic = [a for a in alts if SYMBOLIC.fullmatch(a)]
    covering = [
        a
        for a in symbolic
        if not re.fullmatch(r"<INS.*|<\*.*|<N.{6}>", a[a.index("<") :], re.DOTALL)
    ]
    sizes = [value for key, sign, value in fields if key == "SVLEN" and sign]
    if covering and sizes:
        spans = [abs(int(v)) for v in re.findall(r"-?\d+", sizes[-1])]
        if spans and max(spans) > 0:
            return max(covered, min(pos + max(spans), length))
    return covered


def read_number(text):
    """Return a number's whole part, -1 if absent, -2 if there is none to read."""
    if text == ".":
        return -1
    return max(0, int(float(text))) if NUMBER.fullmatch(text) else -2


def read_cell(cell, alts, keys, passed, ambiguous, block, limits):
    values = cell.split(":")
    check(len(values) <= len(keys) and all(values))
    given = dict(zip(keys, values, strict=False))
    numbers = {k: read_number(given.get(k, ".")) for k in ("GQ", "RGQ", "DP", "MIN_DP")}
    depths = [read_number(v) for v in given.get("AD", ".").split(",")]
    unreadable = -2 in (*numbers.values(), *depths)
    numbers = {key: max(value, -1) for key, value in numbers.items()}
    gq = numbers["GQ"] if numbers["GQ"] >= 0 else numbers["RGQ"]
    dp = numbers["MIN_DP"] if block and numbers["MIN_DP"] >= 0 else numbers["DP"]
    out = {"gq": gq, "dp": dp, "alleles": (-1, -1), "phased": False, "set": None}
    called = re.findall(r"\d+|\.", values[0]) if keys[0] == "GT" else []
    out["likelihoods"] = likelihoods(given, called, 1 + len(alts))
    if keys[0] != "GT":
        return out | {"reason": "NO_GENOTYPE"}
    check(GT.fullmatch(values[0]))
    alleles = [-1 if a == "." else int(a) for a in called]
    check(max(alleles) <= len(alts))
    separators = re.findall(r"[|/]", values[0])
    out["phased"] = bool(separators) and set(separators) == {"|"}
    if out["phased"]:
        names = [given.get(k, ".") for k in ("PS", "PID")]
        out["set"] = next((n for n in names if n != "."), None)
    pair = tuple(alleles[:2]) if len(alleles) > 1 else (alleles[0], -2 if alleles[0] >= 0 else -1)
    pgt = re.fullmatch(r"(\d)\|(\d)", given.get("PGT", "."))
    is_het = len(alleles) == 2 and min(pair) >= 0 and pair[0] != pair[1]
    if pgt and is_het and not out["phased"] and given.get("PID", ".") != ".":
        order = (int(pgt[1]), int(pgt[2]))
        if sorted(order) == sorted(pair):
            pair, out["phased"], out["set"] = order, True, given["PID"]
    out["alleles"] = tuple(a if a <= 126 else -1 for a in pair)
    filtered = not passed or given.get("FT", "PASS") not in ("PASS", ".")
    out["reason"] = judge(alleles, ambiguous, filtered, gq, dp, depths, alts, limits)
    if out["reason"] == "OK" and unreadable:
        out["reason"] = "UNREADABLE"
    return out


def likelihoods(given, called, n_alleles):
    """Return phred values of 0/0, 0/1, 1/1, 0/2, 1/2, 2/2, -1 where nothing is said."""
    nothing = (-1,) * 6
    is_log = given.get("PL", ".") == "."
    text = given.get("GL", ".") if is_log else given["PL"]
    values = text.split(",")
    if n_alleles > 3 or text == "." or not all(v == "." or DECIMAL.fullmatch(v) for v in values):
        return nothing
    order = [(a, b) for b in range(n_alleles) for a in range(b + 1)]
    ploidies = {"": (1, 2), ".": (1, 2)}.get("".join(called), (len(called),))
    if 2 in ploidies and len(values) == len(order):
        named = order
    elif 1 in ploidies and len(values) == n_alleles:
        named = [(a, a) for a in range(n_alleles)]
    else:
        return nothing
    costs = {pair: cost(v, is_log) for pair, v in zip(named, values, strict=True) if v != "."}
    if any(c < 0 for c in costs.values()) and not is_log:
        return nothing
    slots = [(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2)]
    best = min(costs.values(), default=0)
    phred = {pair: min((c - best + 500_000) // 1_000_000, 32_767) for pair, c in costs.items()}
    return tuple(phred.get(pair, -1) for pair in slots)


def cost(text, is_log):
    """Return what speaks against a genotype in millionths of a phred unit."""
    number = Decimal(text)
    millionths = min(10**14, int(abs(number).scaleb(6)))
    signed = -millionths if number < 0 else millionths
    return -10 * signed if is_log else signed


def judge(alleles, ambiguous, filtered, gq, dp, depths, alts, limits):
    if max(alleles[:2]) < 0:
        return "NO_CALL"
    if len(alleles) > 2:
        return "POLYPLOID"
    if max(alleles) > 126:
        return "TOO_MANY_ALLELES"
    if ambiguous:
        return "AMBIGUOUS_BASE"
    if filtered:
        return "FILTERED"
    if gq == 0 or 0 <= gq < limits.min_gq:
        return "LOW_GQ"
    needed = limits.min_dp / 2 if len(alleles) == 1 else limits.min_dp
    total = sum(depths)
    counted = min(depths) >= 0 and len(depths) == 1 + len(alts)
    depth = total if dp < 0 and counted else dp
    if depth == 0 or 0 <= depth < needed:
        return "LOW_DP"
    usable = min(depths) >= 0 and len(depths) == 1 + len(alts) and total >= max(1, limits.min_dp)
    if not usable or min(alleles) < 0:
        return "OK"
    shares = [depths[a] for a in alleles]
    least = limits.hom_min_fraction if len(set(alleles)) == 1 else limits.het_min_fraction
    return "AD_CONTRADICTS" if min(shares) < least * total else "OK"
