"""The notice that a blind was broken: sealed, at one size, to those who need to know; it never names the arm."""

from typing import Final, Literal

from domain import streams
from domain.command import Decided, Given
from domain.fields import NeedToKnow
from domain.unblinding.facts import BreakNotified

Kind = Literal["emergency", "routine", "susar"]
SIZE: Final = 1024
WORDS: Final = {"emergency": "in an emergency", "routine": "on request", "susar": "for a safety report"}


def notified(given: Given, kind: Kind, *, participant: str, request: str) -> Decided:
    """The notice of one disclosure: of whom, by whom, when and in which way.

    No name that somebody typed stands in it, so that it always fits; to whom it was disclosed says the entry before.
    """
    words = (
        f"The blind of participant {participant} was broken {WORDS[kind]}."
        f" Disclosed by {given.actor.person} ({given.actor.role}) at {given.occurred}, under {request}."
        " The arm is not told here. Do not ask for it."
    )
    sealed = given.text(words, NeedToKnow, SIZE)
    return given.fact(streams.unblinding(given.trial, request), BreakNotified(notice=sealed), derived=True)
