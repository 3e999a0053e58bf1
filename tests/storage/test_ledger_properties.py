"""For any sequence of batches, good and bad, in any groups: the ledgers are what their bytes say."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.storage.batch import Append, Receipt, StreamAppend
from adapters.storage.combining import Turn
from adapters.storage.group import GroupCommit
from adapters.storage.reading import LedgerReader
from adapters.storage.sqlite import SqliteDialect
from tests.storage.ledgers import TurnedClock, assert_whole, entry, everything, outcome

STREAMS = ("trial:A/s/1", "trial:A/s/2", "trial:B/s/1", "vault:A/l/1", "system/person/1")

appends = st.builds(
    StreamAppend,
    st.sampled_from(STREAMS),
    st.integers(0, 2),
    st.lists(st.text(max_size=20).map(lambda text: entry(text.encode(errors="replace").decode())), max_size=3).map(
        tuple
    ),
)
batches = st.builds(
    Append,
    st.lists(appends, max_size=3).map(tuple),
    st.lists(st.tuples(st.sampled_from(STREAMS), st.integers(0, 2)), max_size=1).map(tuple),
    st.none() | st.sampled_from("abc").map(outcome),
)


class Expected:
    """Who may write what, in plain words: each batch in turn, against the versions and outcomes so far."""

    def __init__(self) -> None:
        self.versions: dict[str, int] = {}
        self.outcomes: set[str] = set()

    def accepts(self, batch: Append) -> bool:
        if batch.outcome is not None and batch.outcome.command_id in self.outcomes:
            return False
        if any(self.versions.get(stream, 0) != version for stream, version in batch.guards):
            return False
        versions = dict(self.versions)
        for append in batch.streams:
            if versions.get(append.stream, 0) != append.after_version:
                return False
            versions[append.stream] = append.after_version + len(append.entries)
        self.versions = versions
        if batch.outcome is not None:
            self.outcomes.add(batch.outcome.command_id)
        return True


groups = st.lists(st.lists(batches, min_size=1, max_size=4), max_size=5)


@settings(max_examples=60, deadline=None)
@given(groups)
def test_whatever_is_appended_the_root_is_that_of_the_stored_bytes(asked: list[list[Append]]) -> None:
    with TemporaryDirectory() as folder, closing(SqliteDialect(Path(folder) / "ledger.db")) as dialect:
        recorder = LedgerReader(dialect)
        commit = GroupCommit(dialect, recorder, TurnedClock())
        expected = Expected()
        receipts: list[tuple[Append, Receipt]] = []
        for group in asked:
            turns = [Turn[Append, Receipt](batch) for batch in group]
            commit(turns)
            assert [turn.answer is not None for turn in turns] == [expected.accepts(batch) for batch in group]
            receipts += [(turn.asked, turn.answer) for turn in turns if turn.answer is not None]

        assert_whole(recorder)
        written = sum(len(everything(recorder, ledger)) for ledger in recorder.ledgers())
        assert written == sum(len(receipt.placed) for _, receipt in receipts)
        for batch, receipt in receipts:
            given_bodies = [new.body for append in batch.streams for new in append.entries]
            for place, body in zip(receipt.placed, given_bodies, strict=True):
                (found,) = recorder.stream(place.stream, after=place.version - 1, up_to=place.version)
                assert (found.position, found.recorded_at) == (place.position, place.recorded_at)
                assert found.entry.startswith(b'{"body":' + body + b',"frame":{')
            if batch.outcome is not None:
                recorded = recorder.outcome(batch.outcome.actor, batch.outcome.command_id)
                assert recorded is not None
                assert recorded.placed == receipt.placed
