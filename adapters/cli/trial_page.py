"""`trialproof trial show`: the trial at a glance: what it is, what is open, what was decided, by whom."""

from adapters.cli.answers import local
from adapters.cli.command import TrialOption
from adapters.cli.run import Run
from adapters.cli.statements import text_of
from projections.trial_rows import ProposalRow, QuestionRow, TrialView
from projections.trial_state import TrialState

QUESTION = {"code": "code", "question": "question", "record_says": "the record says", "state": "state"}
OPTION = {"question": "question", "option": "option", "text": "reading"}


def show(run: Run, trial: TrialOption = None) -> None:
    """Show the trial: its state, where it comes from, its questions with their options, what was decided."""
    answer = run.inquire.ask(run.identity(), "read_trial", run.trial(trial), TrialState)
    view: TrialView = answer.state.view()
    run.output.pairs("Trial", _facts(view, answer.reading.position), of="trial")
    zone = answer.reading.zone
    run.output.table("Questions", QUESTION, (_question(one, zone) for one in view.questions), of="question")
    options = (
        {"question": one.code, "option": option.code, "text": option.text}
        for one in view.open_questions
        for option in one.options
    )
    run.output.table("Options of the open questions; none is a default", OPTION, options, of="option")


def _facts(view: TrialView, position: int) -> dict[str, object]:
    """What stands above the questions; `settings` are those of decided proposals alone."""
    told = view.registration
    return {
        "trial": told.trial if told else None,
        "state": view.status,
        "position": position,
        "title": told.title if told else None,
        "registry_id": told.registry_id if told else None,
        "provenance": told.provenance if told else None,
        "source_date": (told.source_date or "not stated") if told else None,
        "open_questions": [one.code for one in view.open_questions],
        **{name: text_of(getattr(view.settings, name)) for name in view.settings.__struct_fields__},
    }


def _question(one: QuestionRow, zone: str) -> dict[str, object]:
    proposal = one.proposals[-1] if one.proposals else None
    decided = next((p for p in reversed(one.proposals) if p.is_decided), None)
    state = "open" if proposal is None else f"proposed: {_told(proposal, zone)}"
    return {
        "code": one.code,
        "question": one.question,
        "record_says": one.record_says,
        "state": state if decided is None else f"DECIDED: {_told(decided, zone)}",
    }


def _told(proposal: ProposalRow, zone: str) -> str:
    """The choice, who stands behind it since when, and how they do."""
    approvers = ", ".join(f"{one.by.actor} ({one.standing})" for one in proposal.approvals) or "nobody yet"
    proposed = f"{proposal.by.actor}, entry {proposal.behind.position}, {local(proposal.behind.recorded_at, zone)}"
    return f"{proposal.choice} ({proposed}; approved by {approvers})"
