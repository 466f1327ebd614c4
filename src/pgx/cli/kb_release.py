"""``pgx kb export`` and ``pgx kb import``: a release as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pgx.cli.console import say
from pgx.errors import OutputError, UsageError
from pgx.knowledge.release_folder import SUFFIX

__all__ = ["export", "import_release"]


def export(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar=f"FILE{SUFFIX}", help="the file to write")
    ],
    place: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]", help="folder or file of a release; the one in use by default"
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="PEM", help="private Ed25519 key that signs the release in the file"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="replace FILE")] = False,  # noqa: FBT002
) -> int:
    """Write a release as one file: every table, the manifest, and the signature if it has one.

    A release that pgx kb verify finds faulty is not written. The same release gives the same
    bytes.

    Examples:
      pgx kb export -o 2026.12.1.pgxkb

      pgx kb export release-of-june/ -o june.pgxkb --key private.pem
    """
    from pgx.base.files import refuse_own_inputs
    from pgx.base.shipped import key_id, read_private_key, signature_over
    from pgx.inputs.release_check import refusal, verify_folder
    from pgx.knowledge.release_folder import pack
    from pgx.knowledge.tables import MANIFEST, SIGNATURE
    from pgx.reports.files.output_folder import write_file

    if output.suffix != SUFFIX:
        raise UsageError(f"the file of a release ends with {SUFFIX}", where=output.name)
    if output.exists() and not force:
        raise OutputError(
            "the file is there already", where=str(output), remedy="replace it with --force"
        )
    private = read_private_key(key) if key else None
    kb, findings = verify_folder(place)
    if kb is None or findings:
        raise refusal(findings)
    refuse_own_inputs([output], [place, key])
    files = kb.files()
    if private is not None:
        files[SIGNATURE] = signature_over(files[MANIFEST], private)
    write_file(output, pack(files))
    signed = f", signed with key {key_id(private.public_key())}" if private else ""
    say(f"release {kb.release}: {len(kb.manifest.tables)} tables in {output}{signed}")
    return 0


def import_release(
    file: Annotated[Path, typer.Argument(metavar=f"FILE{SUFFIX}", help="file of pgx kb export")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="folder for the release")
    ],
    key: Annotated[
        Path | None,
        typer.Option(metavar="PEM", help="public key with which the release must be signed"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="replace another release")] = False,  # noqa: FBT002
) -> int:
    """Check a release that came as one file, and install it into a folder in one step.

    Until that step the folder is as it was. What runs meanwhile goes on with the release that it
    has read. Only a folder with a release and nothing else is replaced.

    Examples:
      pgx kb import 2026.12.1.pgxkb -o /data/pgx-release

      pgx kb import 2026.12.1.pgxkb -o /data/pgx-release --force --key public.pem
    """
    from pgx.base.shipped import check_signature, read_public_key
    from pgx.inputs.release_check import verify_release
    from pgx.knowledge.release_folder import install_release
    from pgx.knowledge.snapshot import KnowledgeBase
    from pgx.knowledge.tables import MANIFEST

    if file.is_dir():
        raise UsageError("this is a folder", where=file.name, remedy="name a file of pgx kb export")
    public = read_public_key(key) if key else None
    kb = KnowledgeBase(file)
    if public is not None:
        check_signature(Path(MANIFEST), kb.manifest.text().encode(), public, kb.signature)
    verify_release(kb)
    is_new = install_release(kb.files(), output, force=force)
    say(f"release {kb.release}: {'installed' if is_new else 'is there already'} in {output}")
    return 0
