"""The design as decided: which reading was adopted, what the record says, the alternatives, and who approved."""

from collections.abc import Iterator, Sequence
from typing import Final

from compliance.reports.model import Code, Row, Table
from compliance.reports.screening_known import Known
from compliance.reports.screening_words import at, column, entry_number, folded
from compliance.reports.signature_known import Signed, signature_words
from compliance.reports.wording import listed, spaced, value_words
from domain.plain import written
from domain.trial.facts import DesignSettings
from projections.trial_rows import ProposalRow, QuestionRow
from projections.trial_state import APPROVERS_NEEDED

DECISIONS: Final = "decisions"
SIGNED: Final = "signed"
UNSIGNED: Final = "recorded, not signed"
_OVERTAKEN: Final = "overtaken"
_COLUMNS: Final = (
    column("question", "Question", "id", "Number of the design question"),
    column("title", "About", "text", "The question in short"),
    column("adopted", "Adopted", "text", "What was chosen, in the words of the decision"),
    column("record_says", "The record says", "text", "What the registry record says to it, word for word"),
    column(
        "status",
        "Approvals",
        "status",
        "How the decision stands",
        codes=(
            Code(code=SIGNED, meaning="two others approved and signed, and nothing altered it since", tone="good"),
            Code(code=UNSIGNED, meaning="two others approved; signatures are owed or do not stand", tone="watch"),
            Code(code="not approved", meaning="two approvals by others than the proposer are missing", tone="bad"),
            Code(code=_OVERTAKEN, meaning="decided, and decided again later"),
            Code(code="open", meaning="nobody proposed an answer", tone="bad"),
        ),
    ),
    folded("asked", "Question in full", "text", "The question"),
    folded("alternatives", "Alternatives", "text", "The options named with the question, the chosen one among them"),
    folded("rationale", "Why", "text", "The reason given"),
    folded("settings", "Sets", "text", "What rules compute with from here on"),
    folded("proposed_by", "Proposed by", "text", "Printed name and role at that time"),
    folded("approved_by", "Approved by", "text", "Printed names and roles at that time"),
    folded("signatures", "Signatures", "text", "All signatures of the approvals, with their state"),
    folded("proposed_at", "Proposed at", "time", "As claimed"),
    folded("entry", "Entry", "number", "Entry of the proposal, else of the question"),
)


def decisions_table(known: Known) -> Table:
    """The table of design decisions, by question."""
    return Table(
        id=DECISIONS,
        title="Design decisions",
        note=(
            "The reading of the design that this trial is conducted on, with the record's words and the alternatives "
            "beside it. A decision counts as signed when two who did not propose it have signed."
        ),
        columns=_COLUMNS,
        rows=tuple(
            Row(key=str(number), group=cells[0], cells=cells) for number, cells in enumerate(_all_cells(known), 1)
        ),
        row_word="decision",
    )


def _all_cells(known: Known) -> Iterator[tuple[str | None, ...]]:
    for question in known.trial.questions:
        decided = [proposal for proposal in question.proposals if proposal.is_decided]
        if not question.proposals:
            yield _cells(known.signed, question, None, "open")
        for proposal in question.proposals:
            yield _cells(known.signed, question, proposal, _status(known.signed, proposal, decided))
    for proposal in known.trial.unasked:
        yield _cells(known.signed, None, proposal, _status(known.signed, proposal, [proposal]))


def _status(signed: Signed, proposal: ProposalRow, decided: Sequence[ProposalRow]) -> str:
    if not proposal.is_decided:
        return "not approved"
    if proposal is not decided[-1]:
        return _OVERTAKEN
    others = (one for one in proposal.approvals if one.by.actor != proposal.by.actor)
    signers = {one.by.actor for one in others if signed.standing_of(one.behind.event_id) == "signed"}
    return SIGNED if len(signers) >= APPROVERS_NEEDED else UNSIGNED


def _cells(
    signed: Signed, question: QuestionRow | None, proposal: ProposalRow | None, status: str
) -> tuple[str | None, ...]:
    code = question.code if question else proposal.question if proposal else None
    asked = (None,) * 4 if question is None else _asked(question)
    title, record_says, in_full, alternatives = asked
    choice, *more = (None,) * 7 if proposal is None else _proposed(signed, proposal)
    behind = proposal.behind if proposal else question.behind if question else None
    return (code, title, choice, record_says, status, in_full, alternatives, *more, entry_number(behind))


def _asked(question: QuestionRow) -> tuple[str, str, str, str | None]:
    options = "; ".join(f"{option.code}: {option.text}" for option in question.options)
    return question.title, question.record_says, question.question, options or None


def _proposed(signed: Signed, proposal: ProposalRow) -> tuple[str | None, ...]:
    approvers = [f"{one.by.printed_name} ({spaced(one.by.role)})" for one in proposal.approvals]
    return (
        proposal.choice if proposal.option is None else f"{proposal.option}: {proposal.choice}",
        proposal.rationale,
        _settings(proposal.settings),
        f"{proposal.by.printed_name} ({spaced(proposal.by.role)})",
        listed(approvers) or None,
        "; ".join(signature_words(s) for one in proposal.approvals for s in signed.on(one.behind.event_id)) or None,
        at(proposal.behind),
    )


def _settings(settings: DesignSettings) -> str | None:
    """What is set, in words; None where the decision sets nothing."""
    chosen = ((name, getattr(settings, name)) for name in DesignSettings.__struct_fields__)
    return "; ".join(f"{spaced(name)}: {_set(value)}" for name, value in chosen if value is not None) or None


def _set(value: object) -> str:
    return value if isinstance(value, str) else value_words(written(value))
