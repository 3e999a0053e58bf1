"""Commands about the trial as a whole: registered, decided, opened, paused, closed."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator

from domain import streams
from domain.command import Command, Decided, Given, Room, command
from domain.input import Code, Digest, PublicText, Reference, Zone, struct_given
from domain.ledger.facts import LedgerOpened
from domain.people.facts import TrialAdded
from domain.protocol.protocol import Protocol
from domain.refusals import not_in_order, same_person
from domain.signature.permission import approved, refuse_unsigned, unsigned_decisions
from domain.trial.facts import (
    DecisionApproved,
    DecisionProposed,
    DesignOption,
    DesignSettings,
    MaskedRole,
    QuestionRaised,
    RegistryDesign,
    ScreeningOpened,
    Stratum,
    TrialClosed,
    TrialPaused,
    TrialRegistered,
    TrialResumed,
)
from domain.trial.trial import Proposal, Trial

DesignGiven = Annotated[RegistryDesign, PlainValidator(struct_given(RegistryDesign, "bad_design"))]


class Part(BaseModel):
    """A part of a command: strict, frozen, closed."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class TrialCommand(Command):
    """A command about the trial as a whole."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial's own stream."""
        return (streams.trial(room.trial),)

    def trial(self, room: Room) -> Trial:
        """The trial, which must be registered."""
        found = room.get(Trial, streams.trial(room.trial))
        if not found.registered:
            raise not_in_order(
                "no_such_trial",
                f"There is no trial {room.trial} here.",
                "Import its registry record with `trialproof trial import FILE`.",
                rule="trial-must-be-registered",
            )
        return found


class OptionPart(Part):
    """One way to answer it."""

    code: Code
    text: PublicText


class QuestionPart(Part):
    """A question that the record leaves open."""

    code: Code
    field: Reference | None
    options: tuple[OptionPart, ...]
    question: PublicText
    record_says: PublicText
    title: PublicText


@command("register_trial")
class RegisterTrial(TrialCommand):
    """Make a trial known from a registry record kept verbatim, as a DRAFT with its open questions."""

    design: DesignGiven
    provenance: PublicText
    questions: tuple[QuestionPart, ...]
    registry_id: Code
    source_date: Reference | None
    source_sha256: Digest
    title: PublicText
    warnings: tuple[PublicText, ...] = ()

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Open the trial's three ledgers and record the draft; a trial is registered once."""
        if room.get(Trial, streams.trial(given.trial)).registered:
            raise not_in_order(
                "trial_exists",
                f"The trial {given.trial} is registered already.",
                "Open it with `trialproof trial show`, or give the new trial another id.",
                rule="trial-is-registered-once",
            )
        stream = streams.trial(given.trial)
        return (
            *self._ledgers(given),
            given.fact(f"system/trial/{given.trial}", TrialAdded(trial=given.trial)),
            given.fact(stream, self._registered(given)),
            *(given.fact(stream, _raised(question)) for question in self.questions),
        )

    def _ledgers(self, given: Given) -> tuple[Decided, ...]:
        kinds: tuple[Literal["trial", "vault", "access"], ...] = ("trial", "vault", "access")
        return tuple(
            given.fact(
                streams.opening(f"{kind}:{given.trial}"),
                LedgerOpened(environment=given.environment, kind=kind, ledger_id=given.secret()[:16]),
            )
            for kind in kinds
        )

    def _registered(self, given: Given) -> TrialRegistered:
        return TrialRegistered(
            design=self.design,
            provenance=self.provenance,
            registry_id=self.registry_id,
            source_date=self.source_date,
            source_sha256=self.source_sha256,
            title=self.title,
            trial=given.trial,
            warnings=self.warnings,
        )


def _raised(question: QuestionPart) -> QuestionRaised:
    return QuestionRaised(
        code=question.code,
        field=question.field,
        options=tuple(DesignOption(code=option.code, text=option.text) for option in question.options),
        question=question.question,
        record_says=question.record_says,
        title=question.title,
    )


class StratumPart(Part):
    """A stratum with its cap."""

    cap: Annotated[int, Field(ge=1, le=100_000)]
    code: Code
    definition: PublicText
    label: PublicText


class SettingsPart(Part):
    """What a decision sets for rules and reports."""

    allow_over_enrolment: bool | None = None
    masked_roles: tuple[MaskedRole, ...] | None = None
    planned_enrolment: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    ratio: tuple[Annotated[int, Field(ge=1, le=100)], ...] | None = None
    strata: tuple[StratumPart, ...] | None = None
    zone: Zone | None = None

    def as_settings(self) -> DesignSettings:
        """The same, as a fact holds it."""
        strata = self.strata
        return DesignSettings(
            allow_over_enrolment=self.allow_over_enrolment,
            masked_roles=self.masked_roles,
            planned_enrolment=self.planned_enrolment,
            ratio=self.ratio,
            strata=None
            if strata is None
            else tuple(Stratum(cap=s.cap, code=s.code, definition=s.definition, label=s.label) for s in strata),
            zone=self.zone,
        )


@command("propose_decision")
class ProposeDecision(TrialCommand):
    """Propose how to answer a design question."""

    choice: PublicText
    option: Code | None = None
    question: Code
    rationale: PublicText
    settings: SettingsPart = SettingsPart()

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a question that was never raised."""
        if self.question not in self.trial(room).questions:
            raise not_in_order(
                "no_such_question",
                f"The trial has no open question {self.question}.",
                "List them with `trialproof trial show`.",
                rule="decision-answers-a-raised-question",
            )
        fact = DecisionProposed(
            choice=self.choice,
            option=self.option,
            question=self.question,
            rationale=self.rationale,
            settings=self.settings.as_settings(),
        )
        return (given.fact(streams.trial(given.trial), fact),)


@command("approve_decision")
class ApproveDecision(TrialCommand):
    """Approve the latest proposal for a question; two named persons, neither the proposer."""

    question: Code

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse where nothing is proposed, and every second role of one person."""
        proposal = self._latest(self.trial(room))
        if given.actor.person == proposal.by:
            raise same_person(f"{proposal.by} proposed the answer to {self.question}.", rule="proposer-is-not-approver")
        if given.actor.person in proposal.approvers:
            raise same_person(
                f"{given.actor.person} has approved {self.question} already.", rule="two-distinct-approvers"
            )
        fact = DecisionApproved(proposal=proposal.event, question=self.question)
        return (given.fact(streams.trial(given.trial), fact),)

    def _latest(self, trial: Trial) -> Proposal:
        proposals = [p for p in trial.proposals if p.question == self.question]
        if not proposals:
            raise not_in_order(
                "nothing_proposed",
                f"Nobody has proposed an answer to {self.question}.",
                "Propose one with `propose_decision`.",
                rule="approval-needs-a-proposal",
            )
        return proposals[-1]


@command("open_screening")
class OpenScreening(TrialCommand):
    """Open the trial to screening: every design question must have an approved decision."""

    def streams(self, room: Room) -> tuple[str, ...]:
        """The trial and its protocol, and the signatures of both."""
        records = self.entries_of(room)
        return (*records, *map(streams.signatures, records))

    def entries_of(self, room: Room) -> tuple[str, ...]:
        """Both, entry by entry: each approval is looked at."""
        return (streams.trial(room.trial), streams.protocol(room.trial))

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse while one decision or one criterion reading is missing (conduct rules, section 3)."""
        trial = self.trial(room)
        protocol = room.get(Protocol, streams.protocol(room.trial))
        missing = (*trial.undecided, *protocol.unread)
        if missing:
            raise not_in_order(
                "decisions_missing",
                f"Screening does not open: no approved decision on {', '.join(missing)}.",
                "Propose and approve them with `trialproof trial decide`.",
                rule="screening-opens-when-all-is-decided",
            )
        refuse_unsigned("Screening does not open", self._unsigned(room, trial, protocol), code="approval_not_signed")
        if trial.opened:
            raise not_in_order(
                "already_open", "Screening is open already.", "Nothing needs to be done.", rule="opens-once"
            )
        return (given.fact(streams.trial(given.trial), ScreeningOpened(decisions=trial.questions)),)

    def _unsigned(self, room: Room, trial: Trial, protocol: Protocol) -> Iterator[str]:
        yield from unsigned_decisions(room, trial.proposals)
        read = approved(room, streams.protocol(room.trial), "interpretation")
        yield from (r.fact.interpretation for r in protocol.readings if r.approved and r.event not in read)


@command("pause_trial", needs_reason=True)
class PauseTrial(TrialCommand):
    """Give no new permission until resumed."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a second pause."""
        if self.trial(room).paused:
            raise not_in_order("already_paused", "The trial is paused already.", "Resume it first.", rule="pauses-once")
        return (given.fact(streams.trial(given.trial), TrialPaused()),)


@command("resume_trial", needs_reason=True)
class ResumeTrial(TrialCommand):
    """End the pause."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse where no pause holds."""
        if not self.trial(room).paused:
            raise not_in_order(
                "not_paused", "The trial is not paused.", "Nothing needs to be done.", rule="pauses-once"
            )
        return (given.fact(streams.trial(given.trial), TrialResumed()),)


@command("close_trial", needs_reason=True)
class CloseTrial(TrialCommand):
    """Close to screening and enrolment."""

    def decide(self, given: Given, room: Room) -> tuple[Decided, ...]:
        """Refuse a trial that never opened, or is closed."""
        trial = self.trial(room)
        if trial.closed or not trial.opened:
            raise not_in_order(
                "not_open",
                "Only an open trial is closed.",
                "Look at its state with `trialproof trial show`.",
                rule="closes-once",
            )
        return (given.fact(streams.trial(given.trial), TrialClosed()),)
