"""Lets work take so long and no longer: what is not done in time goes on by itself and is not waited for."""

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

from compliance.emergency import SECONDS, TooSlowError

T = TypeVar("T")


def in_time(work: Callable[[], T], seconds: float = SECONDS) -> T:
    """What the work gives, or raises; TooSlowError where it takes longer, whatever becomes of it then."""
    answers: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work())
        except BaseException as error:  # noqa: BLE001 (handed to the caller, who waits for it)
            errors.append(error)

    thread = Thread(target=run, name="emergency", daemon=True)
    thread.start()
    thread.join(seconds)
    if answers:
        return answers[0]
    if errors:
        raise errors[0]
    raise TooSlowError
