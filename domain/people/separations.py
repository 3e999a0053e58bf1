"""Which duties no one person may join, as data: a refusal and a report name the same row.

What a person may know is kept apart by clearance, in `Person.would_mix_blinding`; here stands what a person may do.
A service account holds no role but its own, and nobody else holds that.
"""

from typing import Final, Literal, NamedTuple, get_args

from domain.people.roles import SITE_ROLES, SPONSOR_ROLES, Role

EVERY_ROLE: Final[frozenset[Role]] = frozenset(get_args(Role))
Reach = Literal["deployment", "trial"]
"""Where the two roles must not meet: in any trials of the deployment, or in one trial."""


class Separation(NamedTuple):
    """No one holds a role of `one` and a role of `other`; where it `lasts`, also not one after the other."""

    rule: str
    one: frozenset[Role]
    other: frozenset[Role]
    reach: Reach
    lasts: bool
    clause: str

    def parts(self, role: Role, other: Role) -> bool:
        """Whether these two roles are on its two sides."""
        return (role in self.one and other in self.other) or (other in self.one and role in self.other)


def _alone(role: Role, reach: Reach, clause: str) -> Separation:
    name = f"{role.replace('_', '-')}-holds-nothing-else"
    return Separation(name, frozenset({role}), EVERY_ROLE - {role}, reach, lasts=False, clause=clause)


SEPARATIONS: Final[tuple[Separation, ...]] = (
    _alone("administrator", "deployment", "EMA 2023 Annex 3; MHRA 2018 6.16"),
    Separation(
        "key-custodian-is-not-database-owner",
        frozenset({"key_custodian"}),
        frozenset({"database_owner"}),
        "deployment",
        lasts=False,
        clause="ICH E6(R3) 4.3.3",
    ),
    Separation(
        "list-maker-does-not-enrol",
        frozenset({"randomisation_statistician"}),
        SITE_ROLES,
        "trial",
        lasts=True,
        clause="ICH E6(R3) 4.1",
    ),
    Separation("sponsor-is-not-site", SPONSOR_ROLES, SITE_ROLES, "trial", lasts=False, clause="ICH E6(R3) 3.16.1"),
    _alone("code_break_desk", "trial", "ICH E6(R3) 2.11"),
    _alone("inspector", "trial", "21 CFR 11.1(e)"),
)
"""The table, in the order in which its rows are tried."""


def separations_of(role: Role, other: Role) -> tuple[Separation, ...]:
    """The rows that keep two roles apart, in whichever order they come."""
    return tuple(row for row in SEPARATIONS if row.parts(role, other))
