# pyright: reportPrivateUsage=false
# (waiting in line cannot be seen from outside)
"""Writers that wait share one commit; each gets his own answer, whatever happens to the others."""

import os
import signal
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from threading import Event, Thread, get_ident, main_thread
from typing import Any

import pytest
from sqlalchemy import ClauseElement

from adapters.storage.batch import Append, NewEntry, Receipt, StreamAppend
from adapters.storage.combining import CombiningQueue, Turn
from adapters.storage.recorder import LedgerRecorder
from adapters.storage.sqlite import SqliteDialect
from adapters.storage.sqlite.writer import SqliteWriter
from domain.errors import (
    ConflictError,
    InDoubtError,
    InvalidInputError,
    StorageFullError,
    StorageUnavailableError,
    TrialproofError,
)
from tests.storage.ledgers import TRIAL, TurnedClock, assert_whole, everything, one, opened, outcome, to


def committed_together(recorder: LedgerRecorder, *batches: Append) -> list[Receipt | TrialproofError]:
    """Give what came of batches that waited for the same commit."""
    turns = [Turn[Append, Receipt](batch) for batch in batches]
    recorder._group(turns)
    return [answered(turn) for turn in turns]


def answered(turn: Turn[Append, Receipt]) -> Receipt | TrialproofError:
    try:
        return turn.result()
    except TrialproofError as error:
        return error


def test_batches_of_one_commit_stand_in_the_order_they_came(recorder: LedgerRecorder) -> None:
    first, second, third = committed_together(
        recorder, one(f"{TRIAL}/s/1", "a"), one(f"{TRIAL}/s/1", "b", after=1), one("trial:NCT2/s/1", "c")
    )

    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert isinstance(third, Receipt)
    assert [receipt.placed[0].position for receipt in (first, second, third)] == [1, 2, 1]
    assert first.heads == second.heads == {TRIAL: recorder.head(TRIAL)}
    assert_whole(recorder)


def test_one_bad_batch_in_a_commit_fails_alone(recorder: LedgerRecorder) -> None:
    recorder.append(one(f"{TRIAL}/s/0", "x"))
    too_large = Append((StreamAppend(f"{TRIAL}/s/4", 0, (NewEntry("t.v1", b"x" * 70_000),)),))
    half_good = Append((to(f"{TRIAL}/s/5"), to(f"{TRIAL}/s/0")))

    answers = committed_together(
        recorder,
        one(f"{TRIAL}/s/1", "good"),
        one(f"{TRIAL}/s/1", "late: the one before has moved the stream"),
        one(f"{TRIAL}/s/2", "good", "good"),
        too_large,
        half_good,
        one(f"{TRIAL}/s/3", "good"),
    )

    kinds = [type(answer) for answer in answers]
    assert kinds == [Receipt, ConflictError, Receipt, InvalidInputError, ConflictError, Receipt]
    assert recorder.stream(f"{TRIAL}/s/5") == []
    assert len(everything(recorder, TRIAL)) == 5
    assert_whole(recorder)


def test_two_batches_with_the_same_command_id_in_one_commit_leave_one_outcome(
    recorder: LedgerRecorder,
) -> None:
    first, second = committed_together(
        recorder,
        Append((to(f"{TRIAL}/s/1"),), outcome=outcome("c-1")),
        Append((to(f"{TRIAL}/s/2"),), outcome=outcome("c-1")),
    )

    assert isinstance(first, Receipt)
    assert isinstance(second, ConflictError)
    assert len(everything(recorder, TRIAL)) == 1


def test_a_guard_sees_what_an_earlier_batch_of_the_commit_moved(recorder: LedgerRecorder) -> None:
    _, guarded = committed_together(
        recorder,
        one("system/person/u12", "granted"),
        Append((to(f"{TRIAL}/s/1"),), guards=(("system/person/u12", 0),)),
    )

    assert isinstance(guarded, ConflictError)


def test_a_guarded_ledger_has_the_size_that_an_earlier_batch_of_the_commit_gave_it(recorder: LedgerRecorder) -> None:
    _, guarded = committed_together(
        recorder,
        one(f"{TRIAL}/s/1"),
        Append((to(f"{TRIAL}/s/2"),), guards=((TRIAL, 0),)),
    )

    assert isinstance(guarded, ConflictError)
    assert len(everything(recorder, TRIAL)) == 1


class FailingWriter(SqliteWriter):
    """Fails at one commit, before or after the write has taken effect."""

    fails: TrialproofError | None = None
    takes_effect = False

    def commit(self) -> None:
        if self.fails is None:
            super().commit()
            return
        failure, self.fails = self.fails, None
        if self.takes_effect:
            super().commit()
        raise failure


class FailingDialect(SqliteDialect):
    """A ledger file whose next commits can be made to fail."""

    unreadable = False

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._writer.close()
        self.failing = FailingWriter(path)
        self._writer = self.failing

    def rows(self, asked: ClauseElement, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        if self.unreadable:
            raise StorageUnavailableError("The disk is gone.", next_step="Find it.")
        return super().rows(asked, values)


@pytest.fixture
def dialect(ledger_file: Path) -> FailingDialect:
    return FailingDialect(ledger_file)


@pytest.fixture
def shaky(dialect: FailingDialect) -> Generator[LedgerRecorder]:
    recorder = LedgerRecorder(dialect, TurnedClock())
    recorder.append(one(f"{TRIAL}/s/0", "before"))
    yield recorder
    dialect.unreadable = False
    recorder.append(one(f"{TRIAL}/s/after", "the recorder goes on"))
    assert_whole(recorder)
    recorder.close()


IN_DOUBT = InDoubtError("The connection broke.", next_step="Ask again.")
FULL = StorageFullError("The disk is full.", next_step="Make room.")


@pytest.mark.parametrize(
    "batch",
    [one(f"{TRIAL}/s/1", "a", "b"), Append((), outcome=outcome())],
    ids=["entries", "an outcome alone"],
)
def test_a_commit_that_failed_but_took_effect_is_answered_with_its_receipt(
    dialect: FailingDialect, shaky: LedgerRecorder, batch: Append
) -> None:
    dialect.failing.fails, dialect.failing.takes_effect = IN_DOUBT, True

    receipt = shaky.append(batch)

    assert [place.position for place in receipt.placed] == [2, 3][: len(batch.streams) * 2]


@pytest.mark.parametrize(
    "batch",
    [one(f"{TRIAL}/s/1", "a"), Append((), outcome=outcome())],
    ids=["entries", "an outcome alone"],
)
@pytest.mark.parametrize("failure", [IN_DOUBT, FULL])
def test_a_commit_that_failed_and_left_nothing_is_told_as_it_failed(
    dialect: FailingDialect, shaky: LedgerRecorder, failure: TrialproofError, batch: Append
) -> None:
    dialect.failing.fails = failure

    with pytest.raises(type(failure), match=failure.what):
        shaky.append(batch)

    assert len(everything(shaky, TRIAL)) == 1


def test_a_failed_commit_that_cannot_be_looked_up_is_in_doubt(dialect: FailingDialect, shaky: LedgerRecorder) -> None:
    dialect.failing.fails, dialect.unreadable = FULL, True

    with pytest.raises(InDoubtError, match="The disk is gone"):
        shaky.append(one(f"{TRIAL}/s/1"))


def test_every_caller_of_a_failed_commit_gets_an_error_of_his_own(
    dialect: FailingDialect, shaky: LedgerRecorder
) -> None:
    dialect.failing.fails = FULL

    first, second = committed_together(shaky, one(f"{TRIAL}/s/1"), one(f"{TRIAL}/s/2"))

    assert isinstance(first, StorageFullError)
    assert isinstance(second, StorageFullError)
    assert (first.what, first.next_step) == (second.what, second.next_step) == (FULL.what, FULL.next_step)
    assert first is not second


def test_a_fault_of_the_program_ends_the_transaction_and_is_not_an_acknowledgement(
    shaky: LedgerRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("adapters.storage.group.GroupPlan", object)

        with pytest.raises(TypeError):
            shaky.append(one(f"{TRIAL}/s/1"))


def test_a_closed_recorder_says_so(ledger_file: Path) -> None:
    with opened(ledger_file) as recorder:
        pass

    with pytest.raises(StorageUnavailableError, match="was closed"):
        recorder.append(one(f"{TRIAL}/s/1"))


def test_a_file_that_was_moved_away_takes_no_more_entries(recorder: LedgerRecorder, ledger_file: Path) -> None:
    recorder.append(one(f"{TRIAL}/s/1"))
    ledger_file.rename(ledger_file.with_suffix(".moved"))

    with pytest.raises(StorageUnavailableError):
        recorder.append(one(f"{TRIAL}/s/2"))

    ledger_file.write_bytes(b"another file of the same name")
    with pytest.raises(StorageUnavailableError, match="moved or replaced"):
        recorder.append(one(f"{TRIAL}/s/2"))

    ledger_file.with_suffix(".moved").rename(ledger_file)
    assert recorder.append(one(f"{TRIAL}/s/2")).placed[0].position == 2


class Desk:
    """Serves a queue of letters, and waits before it answers until it is let go."""

    def __init__(self) -> None:
        self.groups: list[str] = []
        self.busy, self.go = Event(), Event()

    def __call__(self, turns: Sequence[Turn[str, str]]) -> None:
        self.groups.append("".join(turn.asked for turn in turns))
        self.busy.set()
        assert self.go.wait(10)
        for turn in turns:
            turn.answer = turn.asked.upper()


def waiting(queue: CombiningQueue[str, str], count: int) -> None:
    while len(queue._waiting) < count:
        Event().wait(0.001)


def test_callers_that_come_while_one_is_served_are_served_together_by_the_first_of_them() -> None:
    desk = Desk()
    queue = CombiningQueue(desk)
    answers: list[str] = []

    def ask(letter: str) -> None:
        answers.append(queue.ask(letter))

    threads = [Thread(target=ask, args=(letter,)) for letter in "abc"]
    threads[0].start()
    assert desk.busy.wait(10)
    for number, thread in enumerate(threads[1:], start=1):
        thread.start()
        waiting(queue, number)

    desk.go.set()
    for thread in threads:
        thread.join()

    assert desk.groups == ["a", "bc"]
    assert sorted(answers) == ["A", "B", "C"]
    assert queue.ask("d") == "D"


def test_a_leader_that_breaks_leaves_the_callers_he_served_in_doubt_and_the_queue_moving() -> None:
    desk = Desk()

    def serve(turns: Sequence[Turn[str, str]]) -> None:
        desk(turns)
        if len(turns) > 1:
            turns[-1].answer = None
            raise KeyboardInterrupt

    queue = CombiningQueue(serve)
    outcomes: dict[str, object] = {}

    def ask(letter: str) -> None:
        try:
            outcomes[letter] = queue.ask(letter)
        except (KeyboardInterrupt, InDoubtError) as error:
            outcomes[letter] = type(error)

    threads = [Thread(target=ask, args=(letter,)) for letter in "abc"]
    threads[0].start()
    assert desk.busy.wait(10)
    for number, thread in enumerate(threads[1:], start=1):
        thread.start()
        waiting(queue, number)
    desk.go.set()
    for thread in threads:
        thread.join()

    assert outcomes == {"a": "A", "b": KeyboardInterrupt, "c": InDoubtError}
    assert queue.ask("d") == "D"


@pytest.mark.skipif(get_ident() != main_thread().ident, reason="signals reach the main thread only")
def test_a_caller_interrupted_while_waiting_holds_nobody_up() -> None:
    desk = Desk()
    queue = CombiningQueue(desk)
    first = Thread(target=queue.ask, args=("a",))
    first.start()
    assert desk.busy.wait(10)
    answers: list[str] = []

    def ask_last() -> None:
        waiting(queue, 1)
        answers.append(queue.ask("c"))

    last = Thread(target=ask_last)
    last.start()

    def interrupt() -> None:
        waiting(queue, 2)
        os.kill(os.getpid(), signal.SIGINT)

    interrupting = Thread(target=interrupt)
    interrupting.start()
    with pytest.raises(KeyboardInterrupt):
        queue.ask("b")
    desk.go.set()
    for thread in (first, last, interrupting):
        thread.join()

    assert desk.groups == ["a", "c"]
    assert answers == ["C"]


def test_a_caller_interrupted_as_the_next_leader_hands_the_lead_on() -> None:
    queue: CombiningQueue[str, str] = CombiningQueue(Desk())
    heir, next_in_line = Turn[str, str]("b"), Turn[str, str]("c")
    queue._led = True
    queue._join(heir)
    queue._join(next_in_line)
    queue._hand_over()
    assert heir.leads

    queue._leave(heir)

    assert next_in_line.leads
    assert queue._waiting == [next_in_line]
