"""A model is used only after named persons took every step, on grounds that are recorded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from dosing.registry.made import (
    KEY,
    LIMITS,
    METRICS,
    NOTE,
    approved,
    made,
    model_of,
    protocol_of,
)
from pgx.errors import ModelFolderError, ModelStateError
from pgx_dosing.registry.folder import read_folder
from pgx_dosing.registry.history import (
    History,
    LifecycleState,
    LimitOutcome,
    ProtocolCheck,
    ProtocolRecord,
    StateEntry,
    history_bytes,
    parse_history,
    with_entry,
)
from pgx_dosing.registry.making import revise_model
from pgx_dosing.registry.states import Note, advance, check_usable, note_of

TODAY = date(2025, 6, 1)
RECORD = ProtocolRecord(
    title=str(LIMITS["title"]),
    sha256="ab",
    checks=(
        ProtocolCheck(what="n", at_least=1.0, at_most=None, measured=3.0, outcome=LimitOutcome.MET),
    ),
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "examplol" / "1"


def refused(folder, to, match, **options):
    before = (folder / "states.json").read_bytes()
    with pytest.raises(ModelStateError, match=match) as caught:
        advance(folder, to, options.pop("note", NOTE), **options)
    assert (folder / "states.json").read_bytes() == before
    assert caught.value.code == "PGX-MOD-005"
    return caught.value


def test_the_way_to_approval_and_out(folder, tmp_path):
    made(folder)
    protocol = protocol_of(tmp_path)
    for state in (LifecycleState.VALIDATED, LifecycleState.APPROVED, LifecycleState.RETIRED):
        advance(folder, state, NOTE, protocol=None if state is LifecycleState.RETIRED else protocol)
        assert read_folder(folder).state is state
    states = [entry.state.value for entry in read_folder(folder).history.entries]
    assert states == ["draft", "validated", "approved", "retired"]


def test_only_an_approved_model_is_usable_without_a_flag(folder, tmp_path):
    protocol = protocol_of(tmp_path)
    made(folder)
    for state in (
        LifecycleState.DRAFT,
        LifecycleState.VALIDATED,
        LifecycleState.APPROVED,
        LifecycleState.RETIRED,
    ):
        if state is not LifecycleState.DRAFT:
            advance(folder, state, NOTE, protocol=protocol)
        model = read_folder(folder)
        assert check_usable(model, allow_unapproved=True) is state
        if state is LifecycleState.APPROVED:
            assert check_usable(model) is LifecycleState.APPROVED
            continue
        with pytest.raises(ModelStateError, match=f"is {state.value}, not approved") as caught:
            check_usable(model)
        assert "pgx model" in caught.value.remedy


@pytest.mark.parametrize("start", ["draft", "validated", "approved", "retired"])
@pytest.mark.parametrize("to", list(LifecycleState))
def test_no_state_is_left_out_or_entered_twice(folder, tmp_path, start, to):
    made(folder)
    protocol, order = (
        protocol_of(tmp_path),
        [LifecycleState.VALIDATED, LifecycleState.APPROVED, LifecycleState.RETIRED],
    )
    for state in order[: ["draft", "validated", "approved", "retired"].index(start)]:
        advance(folder, state, NOTE, protocol=protocol)
    following = dict(zip(["draft", "validated", "approved"], order, strict=True)).get(start)
    if to is following:
        advance(folder, to, NOTE, protocol=protocol)
        return
    refused(folder, to, "cannot become|only by a change", protocol=protocol)


def test_what_an_approval_rests_on_is_recorded(folder, tmp_path):
    model = approved(folder, tmp_path)
    entry = model.history.entries[-1]
    assert (entry.person, entry.reason, entry.day) == (NOTE.person, NOTE.reason, NOTE.day)
    assert entry.model_digest == model.digest
    lines = [check.line() for check in entry.protocol.checks]
    assert lines == [
        "mae_mg_per_week 8.5, at most 9: met",
        "interval_coverage 0.9, at least 0.88, at most 0.92: met",
        "groups.race.A.interval_coverage 0.91, at least 0.86: met",
        "groups.race.B.interval_coverage 0.87, at least 0.86: met",
        "groups.race.C.interval_coverage 0.5, at least 0.86: too few",
        "baselines.old.mae_mg_per_week 8.5, at most 9: met",
    ]
    assert entry.protocol.sha256 == protocol_of(tmp_path).sha256


def test_without_a_passed_protocol_nothing_is_validated(folder, tmp_path):
    made(folder)
    refused(folder, LifecycleState.VALIDATED, "no validation protocol")
    strict = protocol_of(tmp_path, {"title": "strict", "mae_mg_per_week": {"at_most": 8.4}})
    refused(
        folder,
        LifecycleState.VALIDATED,
        "mae_mg_per_week 8.5, at most 8.4: failed",
        protocol=strict,
    )


def test_without_metrics_nothing_is_validated(folder, tmp_path):
    made(folder, metrics=None)
    refused(folder, LifecycleState.VALIDATED, "was not evaluated", protocol=protocol_of(tmp_path))


def test_approval_takes_the_protocol_of_the_validation(folder, tmp_path):
    made(folder)
    advance(folder, LifecycleState.VALIDATED, NOTE, protocol=protocol_of(tmp_path))
    refused(folder, LifecycleState.APPROVED, "no validation protocol")
    lax = protocol_of(tmp_path, {"title": "lax", "mae_mg_per_week": {"at_most": 99}})
    refused(folder, LifecycleState.APPROVED, "not the protocol", protocol=lax)


@one_test
@pytest.mark.parametrize(
    "person",
    [
        "", " ", "A", "TODO", "todo todo", "N/A", "<name>", "$USER", "unknown", "Jane Doe", "?",
        "...", "123", "John\u202eDoe X", "name", "your name", "Max  Mustermann", "{by}", "x" * 301,
        "anna\x00b",
    ],
)  # fmt: skip
def test_nobody_answers_for_nothing(person):
    with pytest.raises(ModelStateError, match="no name of a person") as caught:
        note_of(person, "because of this", "2025-05-01", today=TODAY)
    assert "--by" in caught.value.remedy


@one_test
@pytest.mark.parametrize("person", ["Anna Beispiel", "李明", "Dr. Ö. Na", "O'Neil", "Max Na"])
def test_names_of_people_are_names(person):
    assert note_of(person, "because of this", today=TODAY) == Note(
        person=person, reason="because of this", day="2025-06-01"
    )


@one_test
@pytest.mark.parametrize("reason", ["", "  ", "ok", "-", "todo", "a\x1bb c", "tbd tbd"])
def test_a_reason_says_something(reason):
    with pytest.raises(ModelStateError, match="a reason is required"):
        note_of("Anna Beispiel", reason, today=TODAY)


@one_test
@pytest.mark.parametrize(
    "day", ["2025-06-02", "01.05.2025", "2025-02-30", "20250501", "2025-W01-1"]
)
def test_a_day_is_a_day_up_to_today(day):
    with pytest.raises(ModelStateError, match="not a date up to today"):
        note_of("Anna Beispiel", "because of this", day, today=TODAY)


def test_steps_are_in_the_order_of_days(folder, tmp_path):
    made(folder)
    early = msgspec.structs.replace(NOTE, day="2025-02-28")
    refused(
        folder,
        LifecycleState.VALIDATED,
        "before the last step",
        protocol=protocol_of(tmp_path),
        note=early,
    )


def entries_of(folder) -> list[StateEntry]:
    return list(read_folder(folder).history.entries)


def put(folder, entries, *, chained=True) -> None:
    """Write a history as somebody would who knows its form, with all digests made anew."""
    previous, again = "", []
    for entry in entries:
        entry = msgspec.structs.replace(entry, previous=previous) if chained else entry
        previous = entry.digest
        again.append(entry)
    (folder / "states.json").write_bytes(history_bytes(History(entries=tuple(again))))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("person", "Another"),
        ("reason", "another"),
        ("day", "2025-02-01"),
        ("model_digest", "0" * 64),
    ],
)
def test_an_edited_entry_breaks_the_chain(folder, tmp_path, field, value):
    approved(folder, tmp_path)
    entries = entries_of(folder)
    entries[1] = msgspec.structs.replace(entries[1], **{field: value})
    put(folder, entries, chained=False)
    with pytest.raises(ModelFolderError, match="entry") as caught:
        read_folder(folder)
    assert "states.json" in caught.value.where


@pytest.mark.parametrize("n", [0, 1])
def test_an_entry_taken_out_breaks_the_chain(folder, tmp_path, n):
    approved(folder, tmp_path)
    entries = entries_of(folder)
    del entries[n]
    put(folder, entries, chained=False)
    with pytest.raises(ModelFolderError):
        read_folder(folder)


@pytest.mark.parametrize("state", [LifecycleState.APPROVED, LifecycleState.VALIDATED])
def test_a_state_without_grounds_is_refused_though_its_digests_fit(folder, state):
    made(folder)
    draft = entries_of(folder)[0]
    put(folder, [draft, msgspec.structs.replace(draft, state=state)])
    with pytest.raises(ModelFolderError, match="without a passed protocol"):
        read_folder(folder)


def test_a_retired_model_does_not_come_back_by_an_entry(folder, tmp_path):
    approved(folder, tmp_path)
    advance(folder, LifecycleState.RETIRED, NOTE)
    entries = entries_of(folder)
    put(folder, [*entries, entries[2]])
    with pytest.raises(ModelFolderError, match="retired cannot become approved"):
        read_folder(folder)


def test_a_rollback_to_what_was_never_approved_is_refused(folder, tmp_path):
    made(folder)
    advance(folder, LifecycleState.VALIDATED, NOTE, protocol=protocol_of(tmp_path))
    entries = entries_of(folder)
    back = msgspec.structs.replace(entries[1], state=LifecycleState.APPROVED, is_rollback=True)
    put(folder, [*entries, back])
    with pytest.raises(ModelFolderError, match="never approved"):
        read_folder(folder)


def test_a_history_of_another_model_is_refused(tmp_path):
    one = approved(tmp_path / "a" / "1", tmp_path)
    other = made(tmp_path / "b" / "1", card="# Another\n")
    (other.where / "states.json").write_bytes((one.where / "states.json").read_bytes())
    with pytest.raises(ModelFolderError, match="belongs to another model"):
        read_folder(other.where)


def test_a_changed_draft_is_a_draft_and_remembers(folder, tmp_path):
    made(folder)
    advance(folder, LifecycleState.VALIDATED, NOTE, protocol=protocol_of(tmp_path))
    before = read_folder(folder)
    worse = {**METRICS, "mae_mg_per_week": 12.0}
    after = revise_model(folder, {"metrics.json": worse}, NOTE)
    assert after.state is LifecycleState.DRAFT
    assert after.digest != before.digest
    assert after.files["model.json"] == before.files["model.json"]
    assert [e.state.value for e in after.history.entries] == ["draft", "validated", "draft"]
    assert read_folder(folder).history == after.history
    refused(folder, LifecycleState.VALIDATED, "12", protocol=protocol_of(tmp_path))


@pytest.mark.parametrize("is_retired", [False, True])
def test_what_was_approved_never_changes(folder, tmp_path, is_retired):
    approved(folder, tmp_path)
    if is_retired:
        advance(folder, LifecycleState.RETIRED, NOTE)
    with pytest.raises(ModelStateError, match="cannot be changed"):
        revise_model(folder, {"metrics.json": METRICS}, NOTE)


def test_a_model_whose_history_was_taken_away_begins_again_as_a_draft(folder, tmp_path):
    approved(folder, tmp_path)
    (folder / "states.json").unlink()
    assert read_folder(folder).state is LifecycleState.DRAFT
    advance(folder, LifecycleState.VALIDATED, NOTE, protocol=protocol_of(tmp_path))
    assert [e.state.value for e in entries_of(folder)] == ["draft", "validated"]


def test_a_change_within_the_plan_needs_no_new_protocol(tmp_path):
    old = approved(tmp_path / "examplol" / "1", tmp_path)
    made(
        tmp_path / "examplol" / "2", model=model_of("2", recalibration={"site": "x", "shift": 0.2})
    )
    new = tmp_path / "examplol" / "2"
    refused(new, LifecycleState.APPROVED, "draft cannot become approved", plan_of=old)
    advance(new, LifecycleState.VALIDATED, NOTE, protocol=protocol_of(tmp_path))
    entry = advance(new, LifecycleState.APPROVED, NOTE, plan_of=old, key=None).history.entries[-1]
    assert (entry.plan.version, entry.plan.model_digest) == ("1", old.digest)
    assert entry.protocol is None
    assert read_folder(new).state is LifecycleState.APPROVED


def test_a_change_outside_the_plan_needs_one(tmp_path):
    old = approved(tmp_path / "examplol" / "1", tmp_path)
    made(
        tmp_path / "examplol" / "2", model=model_of("2", recalibration={"site": "x", "shift": 0.4})
    )
    new = tmp_path / "examplol" / "2"
    advance(new, LifecycleState.VALIDATED, NOTE, protocol=protocol_of(tmp_path))
    refused(new, LifecycleState.APPROVED, "changed by more than 0.3", plan_of=old)


def test_a_plan_of_a_model_that_is_not_approved_does_not_count(tmp_path):
    old = made(tmp_path / "examplol" / "1")
    new = made(tmp_path / "examplol" / "2")
    advance(new.where, LifecycleState.VALIDATED, NOTE, protocol=protocol_of(tmp_path))
    refused(new.where, LifecycleState.APPROVED, "is not valid: the model is draft", plan_of=old)


def test_a_plan_that_nobody_signed_does_not_count_with_a_key(tmp_path):
    old = approved(tmp_path / "examplol" / "1", tmp_path)
    new = made(tmp_path / "examplol" / "2", KEY)
    advance(new.where, LifecycleState.VALIDATED, NOTE, protocol=protocol_of(tmp_path), key=KEY)
    with pytest.raises(ModelFolderError, match="unsigned"):
        advance(new.where, LifecycleState.APPROVED, NOTE, plan_of=old, key=KEY)


def test_nothing_is_recorded_of_a_damaged_model(folder, tmp_path):
    made(folder)
    (folder / "card.md").write_text("# Better\n")
    with pytest.raises(ModelFolderError, match=r"card\.md"):
        advance(folder, LifecycleState.VALIDATED, NOTE, protocol=protocol_of(tmp_path))


@given(
    st.lists(
        st.tuples(st.sampled_from(list(LifecycleState)), st.booleans(), st.booleans()),
        min_size=1,
        max_size=6,
    )
)
def test_no_history_reaches_approval_without_grounds(steps):
    """Whatever entries somebody adds: what is approved rests on a protocol, before any rollback."""
    history = None
    for state, is_rollback, has_protocol in steps:
        entry = StateEntry(
            state=state,
            day=NOTE.day,
            person=NOTE.person,
            reason=NOTE.reason,
            model_digest="d",
            previous=history.head if history else "",
            is_rollback=is_rollback,
            protocol=RECORD if has_protocol else None,
        )
        try:
            history = with_entry(history, entry, None)
        except ModelFolderError:
            continue
        assert parse_history(history_bytes(history), "x") == history
    if history and history.state is LifecycleState.APPROVED:
        states = [entry.state for entry in history.entries]
        first = states.index(LifecycleState.APPROVED)
        assert states[:first] == [*states[: first - 1], LifecycleState.VALIDATED]
        assert history.entries[first].protocol is not None
        assert not history.entries[first].is_rollback
    if history and LifecycleState.RETIRED in [entry.state for entry in history.entries]:
        assert history.was_approved


def test_of_many_at_once_one_takes_the_step(folder, tmp_path):
    made(folder)
    protocol = protocol_of(tmp_path)

    def step(_) -> bool:
        try:
            advance(folder, LifecycleState.VALIDATED, NOTE, protocol=protocol)
        except ModelStateError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(step, range(8))) == 1
    assert [e.state.value for e in entries_of(folder)] == ["draft", "validated"]
