"""Read a laboratory's file, TOML or JSON, with its logo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.texts import did_you_mean
from pgx.errors import LaboratoryFileError
from pgx.inputs.logo import BadLogoError, check_png, check_svg
from pgx.inputs.texts import FormatError, parse_table, text_problem
from pgx.records.laboratory import Laboratory, ValidatedGene

__all__ = ["check_validated", "read_laboratory"]

# room for letterhead, methods and a scope for each gene; larger files are refused
_MAX_BYTES: Final = 64 * 2**10
_MAX_LOGO: Final = 256 * 2**10
_MAX_TEXT: Final = 300
_MAX_COMMENT: Final = 2_000
_MAX_ADDRESS: Final = 6
_MAX_PERFORMANCE: Final = 12
_MAX_GENES: Final = 200
_REMEDY: Final = "see docs/how-to/laboratory.md"
_LINES: Final = "\n"


class _LaboratoryFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The laboratory file as stored."""

    name: str
    address: list[str] = msgspec.field(default_factory=list)
    director: str = ""
    accreditation: str = ""
    clia: str = ""
    cap: str = ""
    iso: str = ""
    assay: str = ""
    platform: str = ""
    performance: list[str] = msgspec.field(default_factory=list)
    comment: str = ""
    validated_genes: list[str] | dict[str, str] = msgspec.field(default_factory=list)
    footer: str = ""
    logo: str = ""


def read_laboratory(path: Path) -> Laboratory:
    """Read a laboratory's file and its logo, whose path is relative to the file's folder.

    Raises
    ------
    LaboratoryFileError
        The file or the logo cannot be read, is too large, or has forbidden content.
    """
    where = str(path)
    held = _decoded(_bytes_of(path, where, _MAX_BYTES), path)
    genes = _genes(held)
    for problem in _problems(held, genes):
        raise _refused(problem, where)
    logo, kind = _logo(path.parent / held.logo) if held.logo else (b"", "")
    texts = {
        name: getattr(held, name)
        for name in ("name", "director", "accreditation", "clia", "cap", "iso", "assay",
                     "platform", "comment", "footer")
    }  # fmt: skip
    return Laboratory(
        address=tuple(held.address),
        performance=tuple(held.performance),
        validated_genes=genes,
        logo=logo,
        logo_kind=kind,
        **texts,
    )


def _decoded(data: bytes, path: Path) -> _LaboratoryFile:
    try:
        return msgspec.convert(parse_table(data, path), _LaboratoryFile)
    except (FormatError, msgspec.ValidationError) as error:
        raise _refused(f"no laboratory file: {error}", str(path)) from error


def _genes(held: _LaboratoryFile) -> tuple[ValidatedGene, ...]:
    """Return the validated genes, A–Z; a list names them, a table gives a scope for each."""
    named = held.validated_genes
    pairs = named.items() if isinstance(named, dict) else ((gene, "") for gene in named)
    return tuple(ValidatedGene(gene=gene, scope=scope) for gene, scope in sorted(pairs))


def _problems(held: _LaboratoryFile, genes: tuple[ValidatedGene, ...]) -> Iterator[str]:
    texts = [
        (name, getattr(held, name))
        for name in held.__struct_fields__
        if name != "comment" and isinstance(getattr(held, name), str)
    ]
    texts += [(f"address line {n}", line) for n, line in enumerate(held.address, 1)]
    texts += [(f"performance line {n}", line) for n, line in enumerate(held.performance, 1)]
    for n, found in enumerate(genes, 1):
        texts += [(f"validated gene {n}", found.gene), (f"scope {n}", found.scope)]
    for name, text in texts:
        problem = text_problem(text, _MAX_TEXT)
        if problem:
            yield f"{name} {problem}"
    if problem := text_problem(held.comment, _MAX_COMMENT, allowed=_LINES):
        yield f"comment {problem}"
    if not held.name.strip():
        yield "the name is empty"
    if len(held.address) > _MAX_ADDRESS:
        yield f"the address has more than {_MAX_ADDRESS} lines"
    if len(held.performance) > _MAX_PERFORMANCE:
        yield f"performance has more than {_MAX_PERFORMANCE} lines"
    if len(genes) > _MAX_GENES or len({found.gene for found in genes}) < len(genes):
        yield f"validated_genes has a gene twice, or more than {_MAX_GENES}"


def check_validated(laboratory: Laboratory, genes: Iterable[str]) -> None:
    """Refuse a validated gene that the knowledge base does not have: a misspelled declaration.

    Raises
    ------
    LaboratoryFileError
        A gene is not among ``genes``.
    """
    known = set(genes)
    for found in laboratory.validated_genes:
        if found.gene not in known:
            raise LaboratoryFileError(
                f"validated_genes names {found.gene}, which the knowledge base does not have",
                remedy=did_you_mean(found.gene, known, "pgx kb genes lists them"),
            )


def _logo(path: Path) -> tuple[bytes, str]:
    """Return a checked logo and its kind."""
    where = str(path)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("png", "svg"):
        raise _refused("a logo is a PNG or SVG file", where)
    data = _bytes_of(path, where, _MAX_LOGO)
    try:
        (check_png if kind == "png" else check_svg)(data)
    except BadLogoError as error:
        raise _refused(str(error), where) from error
    return data, kind


def _bytes_of(path: Path, where: str, most: int) -> bytes:
    try:
        with path.open("rb") as handle:
            data = handle.read(most + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise _refused(f"cannot be read: {why}", where) from error
    if len(data) > most:
        raise _refused(f"is larger than {most // 2**10} kB", where)
    return data


def _refused(what: str, where: str) -> LaboratoryFileError:
    return LaboratoryFileError(what, where=where, remedy=_REMEDY)
