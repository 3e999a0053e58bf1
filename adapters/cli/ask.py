"""`trialproof ask`: questions of an inspector's first ten minutes, each answered with the entries behind it."""

from datetime import date
from typing import Annotated, Any, Final

import typer

from adapters.cli.answers import local
from adapters.cli.axes import DAY, given
from adapters.cli.command import TrialOption, command
from adapters.cli.decisions import decisions
from adapters.cli.run import Run
from compliance.questions.after_leaving import Act, Left, after_leaving
from compliance.questions.consent_trace import Trace, consent_trace
from compliance.questions.delegations import Signed
from compliance.questions.who_could import Could, who_could
from domain import streams
from domain.errors import InvalidInputError, NotFoundError

ZONE: Final = "UTC"
COULD: Final = {
    "person": "person",
    "printed_name": "name",
    "role": "role",
    "since": "role since",
    "until": "role until",
    "training": "training",
    "trained": "trained",
    "delegated": "delegated",
    "delegation_signed": "delegation signed",
    "in_order": "all in order",
}
ACTS: Final = {"what": "what", "entry": "entry", "type": "type", "recorded_at": "recorded"}


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(help="Questions of an inspector, each answered by one command.", no_args_is_help=True)
    command(group, "who-could", group="ask")(who)
    command(group, "left", group="ask")(left)
    command(group, "consent", group="ask")(consent)
    command(group, "decisions", group="ask")(decisions)
    app.add_typer(group, name="ask")


def who(
    run: Run,
    action: Annotated[str, typer.Argument(metavar="ACTION", help="What, such as allocate; see `apply --list`.")],
    site: Annotated[str, typer.Option("--site", metavar="CODE", help="At which site.")],
    on: Annotated[str, typer.Option("--on", metavar="D", help="On which day, on the site's calendar.")],
    trial: TrialOption = None,
) -> None:
    """Who could do something at a site on a day: by which role, trained, delegated, under whose signature."""
    named, day = run.trial(trial), _day(on)
    identity = run.identity()
    entries = run.inquire.reading(identity, "read_trial", named).entries
    system = run.inquire.ledger(identity, streams.SYSTEM_LEDGER, named)
    answer = who_could(action, trial=named, site=site, day=day, system=system, entries=entries)
    task = f"delegated task {answer.task}" if answer.task else "no delegated task"
    run.output.line(
        f"{action} at site {site}, as known at {local(answer.instant, answer.zone)} ({answer.zone}): {task}",
        action=action,
        site=site,
        at=answer.instant,
        zone=answer.zone,
        task=answer.task,
        people=len(answer.people),
    )
    rows = (_could(one, answer.zone) for one in answer.people)
    run.output.table(f"Who could {action.replace('_', ' ')}", COULD, rows, of="person")


def left(
    run: Run,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Who left.")],
    trial: TrialOption = None,
) -> None:
    """Whether anything was done under an account after it ended, in the trial, its access ledger and the system's."""
    named, identity = run.trial(trial), run.identity()
    looked_at = (streams.SYSTEM_LEDGER, streams.access_ledger(named))
    ledgers = [run.inquire.ledger(identity, name, named) for name in looked_at]
    entries = run.inquire.reading(identity, "read_trial", named).entries
    found = after_leaving(person, (entries, *ledgers))
    if not found.registrations:
        raise NotFoundError(
            f"Nobody of the id {person} is to be seen here.", next_step="Look at the access log for who there is."
        )
    run.output.line(_verdict(found), person=person, nothing_after=found.nothing_after)
    facts = {
        "printed_name": found.printed_name,
        "ended_at": found.ended_at and local(found.ended_at, ZONE),
        "ended_by": found.ended_by,
        "grants_ended": found.grants_ended,
        "sessions_after": found.sessions_after,
        "registrations": found.registrations,
        "looked_at": (streams.trial_ledger(named), *looked_at),
    }
    run.output.pairs("Account", facts, of="account")
    told = (
        *(("the last act", act) for act in (found.last_act,) if act),
        *(("after the end", act) for act in found.acts_after),
        *(("refused after the end", act) for act in found.attempts_after),
    )
    run.output.table("Acts", ACTS, (_act(what, act) for what, act in told), of="act")


def consent(
    run: Run,
    participant: Annotated[str, typer.Argument(metavar="NUMBER", help="The screening number, such as 007.")],
    trial: TrialOption = None,
) -> None:
    """Who took a participant's consents, under which delegation, on which approved version, and where the source is."""
    named = run.trial(trial)
    entries = run.inquire.reading(run.identity(), "read_participant", named).entries
    traces = consent_trace(participant, trial=named, entries=entries)
    if not traces:
        run.output.line(f"No consent of {participant} is recorded.", participant=participant, consents=0)
    for one in traces:
        run.output.pairs(f"Consent of {participant}, entry {one.position}", _trace(one), of="consent")


def _day(text: str) -> date:
    found = given(text, "--on")
    if len(text) != DAY:
        raise InvalidInputError(
            "bad_date", "A day is asked for, not an instant.", field="--on", next_step="Write it as 2027-03-03."
        )
    return found


def _could(one: Could, zone: str) -> dict[str, Any]:
    return {
        **one._asdict(),
        "since": local(one.since, zone),
        "until": one.until and local(one.until, zone),
        "delegated": "not asked" if one.delegated is None else one.delegated,
        "in_order": one.in_order,
    }


def _verdict(found: Left) -> str:
    if found.ended_at is None:
        return f"The account of {found.person} is open."
    if found.nothing_after:
        return f"Nothing was done under the account of {found.person} after it ended."
    return f"Something stands under the account of {found.person} after it ended."


def _act(what: str, act: Act) -> dict[str, Any]:
    return {
        "what": what,
        "entry": f"{act.ledger}@{act.position}",
        "type": act.type,
        "recorded_at": local(act.recorded_at, ZONE),
    }


def _trace(one: Trace) -> dict[str, Any]:
    return {
        "given": str(one.given),
        "version": f"{one.document} {one.version} ({one.language})",
        "version_approved_under": one.approval,
        "signed_by": one.signer,
        "taken_by": one.informed_by,
        "recorded_by": f"{one.by_name} ({one.by}, {one.by_role})",
        "performer": one.performer,
        "delegation": _delegation(one.delegation),
        "source": f"{one.source_kind}, {one.source_ref or 'no reference recorded'}",
    }


def _delegation(one: Signed | None) -> str | None:
    if one is None:
        return None
    standing = "signed" if one.is_signed else "not signed"
    return f"{one.delegation.delegation}, entry {one.position}, by {one.by}, {standing}"
