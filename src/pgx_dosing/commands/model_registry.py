"""``pgx model list``, ``show`` and the approval commands: the registry on the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pgx.base.files import real_path
from pgx.cli.console import print_table, say
from pgx.errors import ModelError, ModelFolderError, ModelStateError, UsageError
from pgx.reports.safe_text import escape_json
from pgx_dosing.registry.files import ModelKey, signature_state
from pgx_dosing.registry.history import LifecycleState

if TYPE_CHECKING:
    from pgx_dosing.registry.folder import ModelFolder
    from pgx_dosing.registry.states import Note
    from pgx_dosing.registry.store import Place, Store

__all__ = ["model_rows", "register", "signature_text", "step_rows", "what_rows"]

Row = dict[str, str]
# exit status of every ModelError, here of a damaged or untrusted model
_REFUSED = 3
_LARGEST = 16 << 20
Model = Annotated[str, typer.Argument(metavar="MODEL", help="NAME, NAME@VERSION or a folder")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="the responsible person")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="why")]
Day = Annotated[
    str | None,
    typer.Option("--date", metavar="YYYY-MM-DD", help="date of the step; default: today"),
]
JsonLines = Annotated[bool, typer.Option("--json-lines", help="one JSON object per line")]


def model_rows(store: Store) -> tuple[list[Row], list[ModelError]]:
    """Return a row for each version of each model, and the errors of damaged ones.

    A model with a damaged version has no version in use.
    """
    read: list[tuple[Place, ModelFolder | None]] = []
    refused: list[ModelError] = []
    for place in store.places():
        try:
            read.append((place, store.read(place)))
        except ModelError as error:
            refused.append(error)
            read.append((place, None))
    damaged = {place.name for place, model in read if model is None}
    in_use = {
        place.name: model.version
        for place, model in read
        if model and model.state is LifecycleState.APPROVED and place.name not in damaged
    }
    return [_row(place, model, in_use) for place, model in read], refused


def _row(place: Place, model: ModelFolder | None, in_use: dict[str, str]) -> Row:
    return {
        "model": place.name,
        "version": place.version,
        "drug": str(model.model["drug"]) if model else "",
        "kind": str(model.model["kind"]) if model else "",
        "state": model.state.value if model else "refused",
        "in_use": "yes" if model and in_use.get(place.name) == place.version else "no",
        "from": "pgx" if place.is_shipped else "registry",
        "title": str(model.model.get("title", "")) if model else "",
        "digest": model.digest if model else "",
    }


def what_rows(model: ModelFolder, key: ModelKey | None) -> list[Row]:
    """Return the identity, state, signature and files of a model."""
    rows = [
        ("model", model.label),
        ("title", str(model.model.get("title", ""))),
        ("drug", str(model.model["drug"])),
        ("kind", str(model.model["kind"])),
        ("state", model.state.value),
        ("from", "pgx" if model.is_shipped else "registry or folder"),
        ("digest", model.digest),
        ("signature", signature_text(model, key)),
        *((f"file {name}", d.sha256) for name, d in model.manifest.files.items()),
    ]
    return [{"what": what, "value": value} for what, value in rows]


def step_rows(model: ModelFolder) -> list[Row]:
    """Return the steps of a model's history, oldest first."""
    entries = model.history.entries if model.history else ()
    return [
        {
            "day": entry.day,
            "state": entry.state.value + (" (rollback)" if entry.is_rollback else ""),
            "by": entry.person,
            "reason": entry.reason,
            "grounds": entry.protocol.title
            if entry.protocol
            else f"change plan of {entry.plan.model}@{entry.plan.version}"
            if entry.plan
            else "",
            "digest": entry.model_digest[:12],
        }
        for entry in entries
    ]


def signature_text(model: ModelFolder, key: ModelKey | None) -> str:
    """Return whether a model is signed, with which key, and whether the signature was checked."""
    signature = model.manifest.signature
    state = signature_state(signature, "model", model.digest, key).value
    return f"{state} (key {signature.key_id})" if signature else state


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``pgx model``."""
    app.command("list")(list_models)
    for command in (show, verify, card, add, attach, sign, advance, rollback, diff):
        app.command()(command)


def _store() -> Store:
    from pgx_dosing.registry.files import configured_key
    from pgx_dosing.registry.store import Store

    return Store(key=configured_key())


def _note(by: str, reason: str, day: str | None) -> Note:
    from pgx_dosing.registry.states import note_of

    return note_of(by, reason, day)


def _print(rows: Sequence[dict[str, str]], *, json_lines: bool) -> None:
    if json_lines:
        for row in rows:
            sys.stdout.write(escape_json(json.dumps(row, ensure_ascii=False)) + "\n")
    elif rows:
        print_table(rows)
    sys.stdout.flush()


def list_models(json_lines: JsonLines = False) -> int:  # noqa: FBT002
    """List all versions of all models with state, and which one is in use.

    Damaged or untrusted folders are also reported on stderr; the exit status is then 3.

    Examples:
      pgx model list

      pgx model list --json-lines
    """
    rows, refused = model_rows(_store())
    if not json_lines:  # keeps long names on one line
        rows = [{k: v for k, v in row.items() if k not in {"title", "digest"}} for row in rows]
    _print(rows, json_lines=json_lines)
    for error in refused:
        sys.stderr.write(error.line() + "\n")
    return _REFUSED if refused else 0


def show(model: Model, json_lines: JsonLines = False) -> int:  # noqa: FBT002
    """Show one model: files, digests, signature and all steps of its history.

    Examples:
      pgx model show warfarin-pgx

      pgx model show my-models/warfarin/2 --json-lines
    """
    store = _store()
    found = store.find(model)
    _print(what_rows(found, store.key), json_lines=json_lines)
    steps = step_rows(found)
    if steps and not json_lines:
        sys.stdout.write("\n")
    _print(steps, json_lines=json_lines)
    return 0


def verify(model: Model) -> int:
    """Check every file of a model, its history and its signature; say who signed it.

    Examples:
      pgx model verify warfarin-pgx

      pgx model verify my-models/warfarin/2
    """
    store = _store()
    found = store.find(model)
    say(f"{found.label}: {len(found.files)} files are whole, SHA-256 {found.digest}")
    say(f"{found.label}: {found.state.value}, {signature_text(found, store.key)}")
    return 0


def card(
    model: Model,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="write to a file instead of stdout"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="replace FILE")] = False,  # noqa: FBT002
) -> int:
    """Print a model's card: Model Card and TRIPOD+AI items, from its own files.

    Examples:
      pgx model card warfarin-pgx

      pgx model card warfarin-pgx -o card.md
    """
    from pgx.errors import OutputError
    from pgx.reports.files.output_folder import write_file
    from pgx_dosing.registry.card import render_card
    from pgx_dosing.registry.card_facts import facts_of

    text = render_card(facts_of(_store().find(model)))
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return 0
    if output.exists() and not force:
        raise OutputError("already exists", where=str(output), remedy="replace it with --force")
    write_file(output, text.encode("utf-8"))
    return 0


def add(model: Model, by: By, reason: Reason, date: Day = None) -> int:
    """Copy a model into your registry as a draft: an approval elsewhere does not count here.

    Examples:
      pgx model add trained/ --by "Anna Beispiel" --reason "trained on our 2026 data"
    """
    store = _store()
    added = store.add(store.find(model), _note(by, reason, date))
    say(f"{added.label}: {added.state.value} in {added.where}")
    return 0


def attach(
    model: Model,
    by: By,
    reason: Reason,
    metrics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="output of pgx model evaluate")
    ] = None,
    change_plan: Annotated[
        Path | None, typer.Option(metavar="FILE", help="changes allowed without a new approval")
    ] = None,
    statements: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="sentences for the card, by item number, as JSON"),
    ] = None,
    date: Day = None,
) -> int:
    """Give a draft its metrics, its change plan, or sentences for its card.

    The card is rewritten. A validated model becomes a draft again; an approved one is rejected.

    Examples:
      pgx model attach warfarin-iwpc-clinical --metrics ours.json --by NAME --reason TEXT
    """
    from pgx_dosing.registry.files import parse_json, read_file
    from pgx_dosing.registry.making import attach as give

    def content(path: Path | None) -> dict[str, Any] | None:
        if path is None:
            return None
        return parse_json(read_file(real_path(path), _LARGEST), str(path))

    store = _store()
    found = store.find(model)
    _refuse_installed(found)
    after = give(
        found.where,
        _note(by, reason, date),
        metrics=content(metrics),
        plan=content(change_plan),
        statements=content(statements),
        key=store.key,
    )
    say(f"{after.label}: {after.state.value}, SHA-256 {after.digest}")
    return 0


def sign(model: Model) -> int:
    """Sign a model and its history with the key whose file PGX_MODEL_KEY names.

    Its digests are checked first. Sign only models whose origin you know.

    Examples:
      pgx model sign trained/
    """
    from pgx_dosing.registry.files import KEY_VARIABLE, configured_key
    from pgx_dosing.registry.making import sign_model
    from pgx_dosing.registry.store import Store

    key = configured_key()
    if key is None:
        raise UsageError("there is no key", remedy=f"name the key's file in {KEY_VARIABLE}")
    found = Store().find(model)  # without the key: the model has no valid signature yet
    _refuse_installed(found)
    signed = sign_model(found.where, key)
    say(f"{signed.label}: signed with key {key.key_id}")
    return 0


def advance(
    model: Model,
    to: Annotated[str, typer.Option("--to", help="validated, approved or retired")],
    by: By,
    reason: Reason,
    protocol: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="your validation protocol: limits as JSON"),
    ] = None,
    plan_of: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="approved version whose change plan permits this"),
    ] = None,
    date: Day = None,
) -> int:
    """Advance a model to its next state, and record who did it, why, and on what basis.

    draft to validated: metrics.json has to pass the protocol. validated to approved: by the
    same protocol, or under the change plan of an approved version. approved to retired.

    Examples:
      pgx model advance warfarin@2 --to approved --by "Anna Beispiel" --reason TEXT --protocol FILE
    """
    from pgx_dosing.registry.history import read_protocol
    from pgx_dosing.registry.states import advance as take_step

    state = _state(to)
    if protocol is not None and plan_of is not None:
        raise UsageError("--protocol and --plan-of exclude each other", remedy="give one of them")
    store = _store()
    found = store.find(model)
    _refuse_installed(found)
    limits = read_protocol(protocol) if protocol else None
    before = store.find(plan_of) if plan_of else None
    note = _note(by, reason, date)
    after = take_step(found.where, state, note, protocol=limits, plan_of=before, key=store.key)
    last = after.history.entries[-1] if after.history else None
    for check in last.protocol.checks if last and last.protocol else ():
        say(check.line())
    say(f"{after.label}: {after.state.value}")
    return 0


def rollback(
    model: Annotated[str, typer.Argument(metavar="NAME", help="name of a model")],
    to: Annotated[str, typer.Option("--to", metavar="VERSION", help="an earlier approved version")],
    by: By,
    reason: Reason,
    date: Day = None,
) -> int:
    """Put an earlier approved version back in use; newer versions are retired.

    Examples:
      pgx model rollback warfarin --to 1 --by "Anna Beispiel" --reason "alert of 3 May: site 7"
    """
    after = _store().roll_back(model, to, _note(by, reason, date))
    say(f"{after.label}: {after.state.value}, in use")
    return 0


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="the version with the change plan")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="the new version")],
    json_lines: JsonLines = False,  # noqa: FBT002
) -> int:
    """Show the differences between two versions, and which of them the change plan permits.

    The exit status is 3 if a change is not permitted.

    Examples:
      pgx model diff warfarin@1 warfarin@2
    """
    from pgx_dosing.registry.change_plan import check_change

    store = _store()
    before, after = store.find(old), store.find(new)
    verdict = check_change(before, after)
    rows = [
        {
            "where": item.path,
            "old": item.old,
            "new": item.new,
            "permitted": "yes" if item.is_permitted else "no",
            "reason": item.reason,
        }
        for item in verdict.items
    ]
    _print(rows, json_lines=json_lines)
    if not verdict.is_permitted:
        n = len(verdict.reasons)
        raise ModelStateError(
            f"{n} of {len(rows)} differences are not permitted by the plan of {before.label}",
            where=after.label,
            remedy="validate and approve it by a protocol",
        )
    say(f"{after.label}: within the change plan of {before.label}")
    return 0


def _state(text: str) -> LifecycleState:
    from pgx_dosing.registry.history import LifecycleState

    wanted = (LifecycleState.VALIDATED, LifecycleState.APPROVED, LifecycleState.RETIRED)
    if text not in {state.value for state in wanted}:
        raise UsageError(
            f"--to is validated, approved or retired, not {text!r}", remedy="choose one of them"
        )
    return LifecycleState(text)


def _refuse_installed(model: ModelFolder) -> None:
    if model.is_shipped:
        raise ModelFolderError(
            "is shipped with pgx, and updates replace its folder",
            where=model.label,
            remedy="add it to your registry first: pgx model add",
        )
