"""A combining queue: who finds the desk free serves everybody who queued, and the first in line is next.

There is no thread behind it. A lone caller pays two uncontended locks.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from domain.errors import InDoubtError, TrialproofError

Asked = TypeVar("Asked")
Given = TypeVar("Given")


class Turn(Generic[Asked, Given]):
    """One caller's place in the queue, and what came of it."""

    __slots__ = ("answer", "asked", "error", "leads", "wake")

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.answer: Given | None = None
        self.error: TrialproofError | None = None
        self.leads = False
        self.wake: Lock | None = None

    def result(self) -> Given:
        if self.error is not None:
            raise self.error
        if self.answer is None:
            raise InDoubtError(
                "The write was interrupted before its outcome was known.",
                next_step="Send the same command again, with the same id.",
            )
        return self.answer


class CombiningQueue(Generic[Asked, Given]):
    """Serves callers in groups: `serve` must leave an answer or an error on every turn it is given."""

    def __init__(self, serve: Callable[[Sequence[Turn[Asked, Given]]], None]) -> None:
        self._serve = serve
        self._mutex = Lock()
        self._waiting: list[Turn[Asked, Given]] = []
        self._led = False

    def ask(self, asked: Asked) -> Given:
        turn: Turn[Asked, Given] = Turn(asked)
        self._join(turn)
        if turn.wake is not None:
            self._wait(turn, turn.wake)
        if turn.leads:
            self._lead()
        return turn.result()

    def _join(self, turn: Turn[Asked, Given]) -> None:
        with self._mutex:
            self._waiting.append(turn)
            if self._led:
                turn.wake = Lock()
                turn.wake.acquire()
            else:
                self._led = turn.leads = True

    def _wait(self, turn: Turn[Asked, Given], wake: Lock) -> None:
        """Sleep until another caller has served this turn, or has handed the lead over to it."""
        woken = False
        try:
            woken = wake.acquire()
        finally:
            if not woken:
                self._leave(turn)

    def _leave(self, turn: Turn[Asked, Given]) -> None:
        """Let nobody wait for a caller whose waiting was interrupted (Ctrl-C)."""
        with self._mutex:
            if turn in self._waiting:
                self._waiting.remove(turn)
            if turn.leads:
                self._hand_over()

    def _lead(self) -> None:
        with self._mutex:
            group, self._waiting = self._waiting, []
        try:
            self._serve(group)
        finally:
            with self._mutex:
                self._hand_over()
            for turn in group:
                if turn.wake is not None:
                    turn.wake.release()

    def _hand_over(self) -> None:
        """Make the first in line the leader; the mutex is held."""
        self._led = bool(self._waiting)
        if self._waiting:
            heir = self._waiting[0]
            heir.leads = True
            assert heir.wake is not None
            heir.wake.release()
