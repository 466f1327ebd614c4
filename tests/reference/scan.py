"""Plain-Python reading of the scanner's rules: VCF text in, records or the bad line out.

Slow on purpose: fields are split and matched by regular expressions, one rule a line.
"""

from __future__ import annotations

import math
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
    qualities = [value for key, sign, value in fields_of(info) if key in ("R2", "DR2") and sign]
    poor = bool(qualities) and is_poor(qualities[-1])
    is_mitochondrial = canonical_contig(chrom) == "chrM"
    context = (alts, keys, passed, ambiguous, block, limits, poor, is_mitochondrial)
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


def fields_of(info):
    return [field.partition("=") for field in info.split(";")]


def is_poor(text):
    values = text.split(",")
    return any(v != "." and not (DECIMAL.fullmatch(v) and micro(v) >= 800_000) for v in values)


def micro(text):
    """Return a decimal in millionths, rounded towards zero."""
    number = Decimal(text)
    size = min(10**14, int(abs(number).scaleb(6)))
    return -size if number < 0 else size


def read_end(info, pos, ref, alts, length):
    covered = pos + len(ref) - 1
    fields = fields_of(info)
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


def read_cell(cell, alts, keys, passed, ambiguous, block, limits, poor, is_mitochondrial):
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
    n_alleles = 1 + len(alts)
    out["likelihoods"] = likelihoods(given, called, n_alleles)
    out["reads"] = (-1, -1, -1)
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
    own, others = costs_of(given, called, n_alleles)
    margin = None if own is None or not others else (min(others) - own + 500_000) // 1_000_000
    unsupported = margin is None and lacks_support(given, alleles, n_alleles, poor)
    out["reason"] = judge(
        alleles, ambiguous, filtered, gq, dp, depths, alts, limits, margin, unsupported
    )
    if out["reason"] == "OK" and unreadable:
        out["reason"] = "UNREADABLE"
    return weighed(
        out, alleles, whole(depths, alleles, n_alleles), n_alleles, margin, is_mitochondrial
    )


def whole(depths, alleles, n_alleles):
    """Return reads of all alleles; a short list of several has none of the others."""
    if 1 < len(depths) < n_alleles and max(alleles[:2]) < len(depths):
        return [*depths, *[0] * (n_alleles - len(depths))]
    return depths


def is_all_missing(text):
    return set(text) <= {".", ","}


def costs_of(given, called, n_alleles):
    """Return what speaks against GT, and against the others, in millionths of phred."""
    is_log = is_all_missing(given.get("PL", "."))
    text = given.get("GL", ".") if is_log else given["PL"]
    values = text.split(",")
    sound = all(v == "." or DECIMAL.fullmatch(v) for v in values)
    if is_all_missing(text) or not sound or "." in called or not called:
        return None, []
    place = place_of([int(a) for a in called], len(values), n_alleles)
    costs = [None if v == "." else cost(v, is_log) for v in values]
    if place is None or (not is_log and any(c is not None and c < 0 for c in costs)):
        return None, []
    own = costs.pop(place)
    return own, [c for c in costs if c is not None]


def place_of(alleles, count, n_alleles):
    """Return the place of GT in a list of a value a genotype, None where it has none."""
    if len(alleles) == 1 and count == n_alleles:
        return alleles[0]
    low, high = min(alleles), max(alleles)
    fits = len(alleles) == 2 and count == n_alleles * (n_alleles + 1) // 2
    return high * (high + 1) // 2 + low if fits else None


def lacks_support(given, alleles, n_alleles, poor):
    """Whether GP, else HDS, else DS, is given and does not support GT, or R2 is too low."""
    if min(alleles[:2]) < 0:
        return False
    for key, supports in (("GP", by_probability), ("HDS", by_haplotype), ("DS", by_dosage)):
        text = given.get(key, ".")
        if not is_all_missing(text):
            values = text.split(",")
            sound = all(DECIMAL.fullmatch(v) and micro(v) >= 0 for v in values)
            return poor or not (sound and supports([micro(v) for v in values], alleles, n_alleles))
    return False


def by_probability(values, alleles, n_alleles):
    place = place_of(alleles, len(values), n_alleles)
    if place is None:
        return False
    total = sum(values)
    own = values.pop(place)
    if abs(total - 10**6) <= 20_000:
        return own >= 990_000
    return min(values, default=10**14) - own >= 20 * 10**6


def by_haplotype(values, alleles, n_alleles):
    if n_alleles != 2 or len(values) != len(alleles) or max(values) > 10**6:
        return False
    support = 10**6
    for value, allele in zip(values, alleles, strict=True):
        support = support * (value if allele == 1 else 10**6 - value) // 10**6
    return support >= 990_000


def by_dosage(values, alleles, n_alleles):
    if len(values) != n_alleles - 1:
        return False
    copies = [alleles[:2].count(k) for k in range(1, n_alleles)]
    pairs = zip(values, copies, strict=True)
    return all(abs(value - n * 10**6) <= 10_000 for value, n in pairs)


ERROR, RHO = 0.01, 0.02
SLOTS = [(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2)]


def weighed(out, alleles, depths, n_alleles, margin, is_mitochondrial):
    """Let reads by allele, or quality and depth, weigh a genotype that has no PL or GL."""
    reason = out["reason"]
    total = sum(depths)
    usable = min(depths) >= 0 and len(depths) == n_alleles and total > 0 and min(alleles) >= 0
    if reason not in ("OK", "LOW_GQ", "LOW_DP") and reason != "AD_CONTRADICTS":
        return out
    if is_mitochondrial:
        if usable and reason != "AD_CONTRADICTS":
            out["reads"] = tuple([*depths, -1, -1, -1][:3])
        return out
    listed = any(v >= 0 for v in out["likelihoods"])
    odd = usable and is_odd(alleles, depths)
    looks = odd or (usable and reason != "OK" and margin is None)
    if looks and reason != "AD_CONTRADICTS" and n_alleles > 1:
        by_reads(out, alleles, depths, n_alleles, listed)
    listed = any(v >= 0 for v in out["likelihoods"])
    is_reference = all(a == 0 for a in alleles) and 2 <= n_alleles <= 3
    is_said = out["dp" if out["reason"] == "LOW_DP" else "gq"] >= 0
    if out["reason"] in ("LOW_GQ", "LOW_DP") and not listed and is_reference and is_said:
        bound = quality(out)
        out["likelihoods"] = masked([0, *[bound] * 5], n_alleles, len(alleles))
    return out


def seen_reads(alleles, depths):
    if len(depths) <= 3:
        return [*depths, -1, -1, -1][:3]
    other = max(n for k, n in enumerate(depths) if k not in alleles)
    one = len(set(alleles)) == 1
    return [depths[alleles[0]], other, 0] if one else [*(depths[a] for a in alleles), other]


def is_odd(alleles, depths):
    total, own = sum(depths), [depths[a] for a in set(alleles)]
    if len(own) == 1:
        return 20 * (total - own[0]) >= total
    return 4 * min(own) < total or 20 * (total - sum(own)) >= total


def log_likelihood(reads, genotype):
    """Return that of reads by allele, up to a constant, by the Dirichlet-multinomial."""
    strength, most = (1 - RHO) / RHO, sum(reads)
    reads = [n * 1000 // most for n in reads] if most > 1000 else reads
    found = 0.0
    for allele, n in enumerate(reads):
        shares = [1 - ERROR if own == allele else ERROR / (len(reads) - 1) for own in genotype]
        start = strength * sum(shares) / 2
        found += math.lgamma(start + n) - math.lgamma(start)
    return found


def by_reads(out, alleles, depths, n_alleles, listed):
    reads, pair = depths, sorted(alleles * 2 if len(alleles) == 1 else alleles)
    if n_alleles > 3:
        one = len(set(alleles)) == 1
        reads = seen_reads(alleles, depths)[: 2 if one else 3]
        pair = [0, 0] if one else [0, 1]
    found = {g: log_likelihood(reads, g) for g in SLOTS if g[1] < len(reads)}
    own = found[tuple(pair)]
    margin = (own - max(v for g, v in found.items() if g != tuple(pair))) * 10 / math.log(10)
    haploid, varies = len(alleles) == 1, max(alleles) > 0
    reason = out["reason"]
    if margin < -30 or (varies and not listed and margin < 0):
        out["reason"] = "AD_CONTRADICTS"
    elif listed or (varies and reason == "LOW_GQ"):
        return
    elif reason == "OK":
        if varies or haploid or margin >= 20:
            return
        out["reason"] = "LOW_GQ"
    if n_alleles > 3:
        return
    possible = {g: v for g, v in found.items() if not haploid or g[0] == g[1]}
    phred = {
        g: round((max(possible.values()) - v) * 10 / math.log(10)) for g, v in possible.items()
    }
    if out["reason"] != "AD_CONTRADICTS" and not varies and out["gq"] >= 0:
        phred = {g: v if g == tuple(pair) else min(v, out["gq"]) for g, v in phred.items()}
    best = max(found, key=found.get)
    if haploid and best[0] != best[1]:
        phred = {}
    out["likelihoods"] = tuple(min(phred.get(g, -1), 32_767) for g in SLOTS)


def quality(out):
    by_depth = 3 * out["dp"] if out["dp"] >= 0 else 32_767
    return min(by_depth, out["gq"] if out["gq"] >= 0 else 32_767, 32_767)


def masked(phred, n_alleles, ploidy):
    return tuple(
        v if g[1] < n_alleles and (ploidy == 2 or g[0] == g[1]) else -1
        for g, v in zip(SLOTS, phred, strict=True)
    )


def likelihoods(given, called, n_alleles):
    """Return phred values of 0/0, 0/1, 1/1, 0/2, 1/2, 2/2, -1 where nothing is said."""
    nothing = (-1,) * 6
    is_log = is_all_missing(given.get("PL", "."))
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


def judge(alleles, ambiguous, filtered, gq, dp, depths, alts, limits, margin, unsupported):
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
    if margin is not None and margin < -30:
        return "AD_CONTRADICTS"
    if unsupported:
        return "LOW_GP"
    if margin is not None:
        gq = max(margin, 0) if gq < 0 else min(gq, max(margin, 0))
    if gq == 0 or 0 <= gq < limits.min_gq:
        return "LOW_GQ"
    needed = limits.min_dp / 2 if len(alleles) == 1 else limits.min_dp
    total = sum(depths)
    counted = min(depths) >= 0 and len(whole(depths, alleles, 1 + len(alts))) == 1 + len(alts)
    depth = total if dp < 0 and counted else dp
    if depth == 0 or 0 <= depth < needed:
        return "LOW_DP"
    return "OK"
