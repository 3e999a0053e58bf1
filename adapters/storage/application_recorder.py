"""The recorder that the eventsourcing library asks for, for one ledger over the shared recorder.

A stored event goes in with the canonical body as its state and comes out with the whole entry, since only
the frame says where and when it was recorded. Its topic is the stored type name, its id the position.
"""

from collections.abc import Sequence
from itertools import groupby
from threading import Event
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    ProgrammingError,
    StoredEvent,
    Subscription,
)

from adapters.storage.batch import Append, NewEntry, Outcome, StreamAppend, ledger_of
from adapters.storage.reading import PAGE
from adapters.storage.recorder import LedgerRecorder
from domain.errors import ConflictError


class LedgerApplicationRecorder(ApplicationRecorder):
    """One ledger, as the library sees it."""

    def __init__(self, recorder: LedgerRecorder, ledger: str, *, poll_seconds: float = 0.1) -> None:
        self._recorder = recorder
        self._ledger = ledger
        self._poll_seconds = poll_seconds

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        guards: tuple[tuple[str, int], ...] = (),
        outcome: Outcome | None = None,
        **kwargs: Any,
    ) -> Sequence[int] | None:
        """Append the events in one transaction and give their positions."""
        if kwargs:
            raise ProgrammingError(f"The ledger recorder does not know {', '.join(sorted(kwargs))}.")
        streams = tuple(self._stream_appends(stored_events))
        try:
            receipt = self._recorder.append(Append(streams, guards, outcome))
        except ConflictError as error:
            raise IntegrityError(str(error)) from error
        return [placed.position for placed in receipt.placed] or None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        found = self._recorder.stream(self._own(originator_id), after=gt or 0, up_to=lte)
        ordered = found[::-1] if desc else found
        return [StoredEvent(entry.stream, entry.version, entry.type, entry.entry) for entry in ordered[:limit]]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        first = 1 if start is None else start + (not inclusive_of_start)
        found = self._recorder.page(self._ledger, after=first - 1, limit=limit, up_to=stop, types=tuple(topics))
        return [Notification(entry.stream, entry.version, entry.type, entry.entry, entry.position) for entry in found]

    def max_notification_id(self) -> int | None:
        head = self._recorder.head(self._ledger)
        return None if head is None else head.size

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "Subscription[LedgerApplicationRecorder]":
        return LedgerSubscription(self, gt, topics, self._poll_seconds)

    def _stream_appends(self, stored_events: Sequence[StoredEvent]) -> list[StreamAppend]:
        appends: list[StreamAppend] = []
        for stream, events in groupby(stored_events, key=lambda event: self._own(event.originator_id)):
            run = list(events)
            first = run[0].originator_version
            if [event.originator_version for event in run] != list(range(first, first + len(run))):
                raise IntegrityError(f"The events of {stream} do not follow each other.")
            entries = tuple(NewEntry(event.topic, event.state) for event in run)
            appends.append(StreamAppend(stream, first - 1, entries))
        return appends

    def _own(self, originator_id: UUID | str) -> str:
        stream = str(originator_id)
        if ledger_of(stream) != self._ledger:
            raise ProgrammingError(f"The stream {stream} is not in the ledger {self._ledger}.")
        return stream


class LedgerSubscription(Subscription[LedgerApplicationRecorder]):
    """Polls positions; they commit in order, so none is missed."""

    def __init__(
        self,
        recorder: LedgerApplicationRecorder,
        gt: int | None,
        topics: Sequence[str],
        poll_seconds: float,
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._after = gt or 0
        self._poll_seconds = poll_seconds
        self._stopping = Event()
        self._ready: list[Notification] = []

    def stop(self) -> None:
        super().stop()
        self._stopping.set()

    def __next__(self) -> Notification:
        while not self._stopping.is_set():
            if self._ready:
                return self._ready.pop(0)
            if not self._look():
                self._stopping.wait(self._poll_seconds)
        raise StopIteration

    def _look(self) -> bool:
        """Read on up to the present head, so that entries of other topics are passed over only once."""
        head = self._recorder.max_notification_id() or 0
        self._ready.extend(
            self._recorder.select_notifications(self._after, PAGE, head, self._topics, inclusive_of_start=False)
        )
        seen = self._after
        self._after = self._ready[-1].id if len(self._ready) == PAGE else max(head, self._after)
        return self._after > seen
