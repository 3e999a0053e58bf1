"""Service accounts: one duty each, proved by a public key that is written in one way and registered once."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain import streams
from domain.people.commands import DeactivatePerson, RegisterPerson
from domain.people.facts import ServiceDescribed, ServiceKeyRegistered, ServiceKeyRevoked
from domain.people.person import Person
from domain.people.public_keys import P256, P25519, device_of, kid_of
from domain.people.service_commands import DescribeService, RegisterServiceKey, RevokeServiceKey
from tests.domain.harness import ADMINISTRATOR, World

# The key and its thumbprint in the appendices A.2 and A.3 of RFC 8037.
RFC_8037 = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_8037_KID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
# The key of RFC 7515, appendix A.3.
RFC_7515 = {
    "crv": "P-256",
    "kty": "EC",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}


def written(number: bytes) -> str:
    return urlsafe_b64encode(number).decode().rstrip("=")


def canonical(**members: Any) -> str:
    return json.dumps(members, sort_keys=True, separators=(",", ":"))


def ed25519(x: str = RFC_8037) -> str:
    return canonical(crv="Ed25519", kty="OKP", x=x)


def registering(public: str, *, algorithm: str = "Ed25519", key: str | None = None) -> RegisterServiceKey:
    thumbprint = key or sha256(public.encode()).hexdigest()
    return RegisterServiceKey.model_validate(
        {"person": "edc", "algorithm": algorithm, "key": thumbprint, "public": public}
    )


def refused(public: str, *, algorithm: str = "Ed25519", key: str | None = None) -> str:
    """The code of the input error; nothing of what was given stands in its message."""
    with pytest.raises(ValidationError) as caught:
        registering(public, algorithm=algorithm, key=key)
    assert RFC_8037 not in str(caught.value)
    (error,) = caught.value.errors()
    return error["type"]


def service(*, described: bool = True) -> World:
    world = World()
    world.by = ADMINISTRATOR
    world.when(RegisterPerson(kind="service", organisation="EDC", person="edc", printed_name="EDC feed"))
    if described:
        world.when(describing())
    return world


def describing(duty: Any = "originator", version: str = "4.2", person: str = "edc") -> DescribeService:
    return DescribeService(person=person, duty=duty, software="EDC", version=version)


def account(world: World) -> Person:
    return world.get(Person, streams.person("edc"))


@pytest.mark.requirement("P11-13")
def test_a_service_account_says_what_it_stands_for() -> None:
    world = service(described=False)

    (entry,) = world.when(describing())

    assert entry.fact == ServiceDescribed(duty="originator", person="edc", software="EDC", version="4.2")
    assert account(world).duty == "originator"


def test_a_service_takes_a_newer_version_and_keeps_its_duty() -> None:
    world = service()

    world.when(describing(version="4.3"))

    assert world.refuses(describing("subscriber")).code == "duty_is_fixed"


@pytest.mark.requirement("P11-13")
def test_a_key_is_registered_for_a_described_service_only() -> None:
    world = service(described=False)

    assert world.refuses(registering(ed25519())).code == "service_not_described"
    world.when(describing())
    (entry,) = world.when(registering(ed25519()))

    assert entry.fact == ServiceKeyRegistered(
        algorithm="Ed25519", key=sha256(ed25519().encode()).hexdigest(), person="edc", public=ed25519()
    )
    (key,) = account(world).keys
    assert (key.algorithm, key.revoked) == ("Ed25519", False)


def test_the_id_of_a_key_is_the_thumbprint_that_others_compute() -> None:
    key = registering(ed25519()).key

    assert kid_of(key) == RFC_8037_KID
    assert device_of(key) == f"key {key}"


def test_a_key_of_the_other_curve_is_registered_under_its_own_algorithm() -> None:
    assert service().when(registering(canonical(**RFC_7515), algorithm="ES256"))

    assert refused(canonical(**RFC_7515)) == "bad_public_key"
    assert refused(ed25519(), algorithm="ES256") == "bad_public_key"


@pytest.mark.requirement("P11-32")
def test_a_revoked_key_counts_no_more_and_never_comes_back() -> None:
    world = service()
    wish = registering(ed25519())
    world.when(wish)
    assert world.refuses(wish).code == "key_registered_already"

    (entry,) = world.when(RevokeServiceKey(person="edc", key=wish.key))

    assert entry.fact == ServiceKeyRevoked(key=wish.key, person="edc")
    assert [key.revoked for key in account(world).keys] == [True]
    assert world.refuses(RevokeServiceKey(person="edc", key=wish.key)).code == "no_such_key"
    assert world.refuses(wish).code == "key_registered_already"


def test_a_revoked_key_leaves_the_others_alone() -> None:
    world = service()
    first, second = registering(ed25519()), registering(canonical(**RFC_7515), algorithm="ES256")
    world.when(first)
    world.when(second)

    world.when(RevokeServiceKey(person="edc", key=second.key))

    assert [key.revoked for key in account(world).keys] == [False, True]


def test_an_ended_service_gets_nothing_new_but_loses_its_keys() -> None:
    world = service()
    wish = registering(ed25519())
    world.when(wish)
    world.when(DeactivatePerson(person="edc"))

    assert world.refuses(describing(version="5")).code == "account_ended"
    assert world.refuses(registering(canonical(**RFC_7515), algorithm="ES256")).code == "account_ended"
    assert world.when(RevokeServiceKey(person="edc", key=wish.key))


def test_persons_have_no_keys_and_unknown_accounts_have_nothing() -> None:
    world = World()
    world.by = ADMINISTRATOR
    wish = registering(ed25519())
    assert world.refuses(wish).code == "unknown_person"

    world.when(RegisterPerson(organisation="Site 01", person="edc", printed_name="A person"))

    assert {world.refuses(one).code for one in (wish, describing(), RevokeServiceKey(person="edc", key=wish.key))} == {
        "not_a_service"
    }


@pytest.mark.parametrize("member", ["d", "p", "k", "oth"])
def test_a_private_key_is_refused_and_named_as_one(member: str) -> None:
    given = canonical(crv="Ed25519", kty="OKP", x=RFC_8037, **{member: RFC_8037})

    assert refused(given) == "private_key_given"


@pytest.mark.parametrize(
    "given",
    [
        " ",
        "{}",
        "no key",
        canonical(kty="RSA", e="AQAB", n=RFC_8037),
        canonical(crv="Ed448", kty="OKP", x=RFC_8037),
        canonical(crv="X25519", kty="OKP", x=RFC_8037),
        canonical(crv="Ed25519", kty="OKP"),
        canonical(crv="Ed25519", kty="OKP", x=RFC_8037, use="sig"),
        canonical(crv="Ed25519", kty="OKP", x=RFC_8037, x5u="https://keys.example"),
        f'{{"kty":"OKP","crv":"Ed25519","x":"{RFC_8037}"}}',
        f'{{"crv": "Ed25519","kty":"OKP","x":"{RFC_8037}"}}',
        f'{{"crv":"Ed25519","kty":"OKP","x":"{RFC_8037}"}}\n',
        f'{{"crv":"Ed25519","kty":"OKP","x":"{RFC_8037}="}}',
        f'{{"crv":"Ed25519","kty":"OKP","x":"{RFC_8037}A"}}',
        f'{{"crv":"Ed25519","kty":"OKP","x":"{RFC_8037}","x":"{RFC_8037}"}}',
        ed25519(f"{RFC_8037[:-1]}p"),
    ],
)
def test_a_key_is_written_in_one_way_and_holds_nothing_else(given: str) -> None:
    assert refused(given) == "bad_public_key"


def test_a_thumbprint_of_another_key_is_refused() -> None:
    assert refused(ed25519(), key="0" * 64) == "wrong_thumbprint"


@pytest.mark.parametrize(
    "y",
    [
        0,  # of order 4
        1,  # the neutral point: every signature would hold
        P25519 - 1,  # of order 2
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,  # of order 8
        P25519 - 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
        2,  # not on the curve
        P25519 + 3,  # a second way to write 3
    ],
)
@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_a_point_that_proves_nothing_is_no_key(y: int, sign: int) -> None:
    assert refused(ed25519(written((y + sign).to_bytes(32, "little")))) == "bad_public_key"


@pytest.mark.parametrize(
    ("x", "y"), [(1, 1), (0, 0), (P256, 0x66485C780E2F83D72433BD5D84A06BB6541C2AF31DAE871728BF856A174F93F4)]
)
def test_a_point_beside_the_curve_is_no_key(x: int, y: int) -> None:
    public = canonical(crv="P-256", kty="EC", x=written(x.to_bytes(32)), y=written(y.to_bytes(32)))

    assert refused(public, algorithm="ES256") == "bad_public_key"


@given(seed=st.binary(min_size=32, max_size=32))
def test_every_ed25519_key_that_somebody_made_is_taken(seed: bytes) -> None:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()

    assert registering(ed25519(written(public)))


def test_p256_keys_that_somebody_made_are_taken() -> None:
    for _ in range(5):
        point = generate_private_key(SECP256R1()).public_key().public_numbers()
        public = canonical(crv="P-256", kty="EC", x=written(point.x.to_bytes(32)), y=written(point.y.to_bytes(32)))
        assert registering(public, algorithm="ES256")
