"""Which screening numbers are one person: over links of re-screening, and duplicates found later."""

from collections.abc import Iterable, Iterator

from projections.participant_rows import ParticipantRow


def one_name_each(rows: Iterable[ParticipantRow]) -> dict[str, str]:
    """For every number known or named by a link, the smallest number of the same person."""
    person: dict[str, str] = {}
    for one, other in _links(rows):
        first, second = sorted((_root(person, one), _root(person, other)))
        person[second] = first
    return {number: _root(person, number) for number in tuple(person)}


def _links(rows: Iterable[ParticipantRow]) -> Iterator[tuple[str, str]]:
    """Pairs of numbers that are one person; every row at least with itself."""
    for row in rows:
        yield row.number, row.number
        if row.screening is not None and row.screening.previous is not None:
            yield row.number, row.screening.previous
        for following in row.next:
            yield row.number, following
        for error in row.allocation_errors:
            if error.error == "duplicate_person" and error.other_participant is not None:
                yield row.number, error.other_participant


def _root(person: dict[str, str], number: str) -> str:
    """The name that stands for the number; the way there is shortened for the next question."""
    while (above := person.setdefault(number, number)) != number:
        person[number] = person[above]
        number = above
    return number
