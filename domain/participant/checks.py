"""Whether an act stands in order: before or after consent, withdrawal, death; inside its window. Pure questions."""

from collections.abc import Iterable
from datetime import datetime

from domain.deviation.found import RuleCode
from domain.participant.facts import ConsentScope
from domain.participant.participant import Participant
from domain.protocol.protocol import Protocol
from domain.site.site import Site
from domain.times import Occurred, Order, zone

NOT_LATER = (Order.BEFORE, Order.SAME)


def broken(*checks: tuple[RuleCode, bool]) -> tuple[RuleCode, ...]:
    """The rules that are broken, in the order asked."""
    return tuple(rule for rule, is_broken in checks if is_broken)


def after_consent(own: Participant, occurred: Occurred) -> RuleCode | None:
    """The consent rule that an act at that time breaks, if any; UNKNOWN order is listed, never assumed good."""
    orders = {consent.occurred.order(occurred) for consent in own.consents}
    if not orders.isdisjoint(NOT_LATER):
        return None
    return "consent-order-unknown" if Order.UNKNOWN in orders else "act-before-consent"


def renewal_missing(own: Participant, protocol: Protocol, site: Site, occurred: Occurred) -> bool:
    """Whether a version in use by then asks for renewed consent of those who gave it on an earlier one, in vain."""
    given = [c for c in own.consents if c.occurred.order(occurred) in NOT_LATER]
    for approved in site.consents:
        asked = protocol.asks_again(approved.document, approved.version, approved.language)
        in_use = asked and approved.approved.latest <= occurred.day.earliest
        before = [c.version for c in given if (c.document, c.language) == (approved.document, approved.language)]
        if in_use and before and site.versions_since(approved).isdisjoint(before):
            return True
    return False


def after_withdrawal(own: Participant, scopes: Iterable[ConsentScope], occurred: Occurred) -> bool:
    """Whether the act came (or may have come) after consent for one of its scopes was taken back, and not renewed."""
    wanted = frozenset(scopes)
    return any(
        w.scope in wanted
        and occurred.order(w.occurred) is not Order.BEFORE
        and not any(c.order(occurred) in NOT_LATER for c in own.renewed_after(w))
        for w in own.withdrawals
    )


def after_death(own: Participant, occurred: Occurred) -> bool:
    """Whether the act surely came after the death."""
    return own.death is not None and occurred.order(own.death) is Order.AFTER


def outside_window(own: Participant, protocol: Protocol, site: Site, visit: str, occurred: Occurred) -> bool:
    """Whether a planned visit surely lies outside its window, counted in days of the site from the first treatment."""
    planned = protocol.visit(visit, site.protocol_version(occurred.day.latest))
    if own.first_treatment is None or planned is None:
        return False
    day = days_between(own.first_treatment, occurred, site.zone)
    return day is not None and not -planned.days_before <= day - planned.target_day <= planned.days_after


def days_between(first: Occurred, later: Occurred, zone_name: str) -> int | None:
    """Calendar days on the site's calendar; None where a day is not exact."""
    if not (first.day.is_exact and later.day.is_exact):
        return None
    return (_day(later.earliest, zone_name) - _day(first.earliest, zone_name)).days


def _day(instant: datetime, zone_name: str) -> datetime:
    return instant.astimezone(zone(zone_name)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


def too_old_to_reuse(own: Participant, occurred: Occurred, window: int | None) -> bool:
    """Whether a result from before a re-screening lies outside the days in which the protocol lets it be reused.

    None is a protocol that says nothing: then nothing is reused.
    """
    if own.previous is None or own.opened is None:
        return False
    age = (own.opened.day.earliest - occurred.day.earliest).days
    return age > (window or 0)
