"""What WebAuthn asks and answers, by the library; an answer that does not hold is None, whatever was wrong with it."""

from typing import Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from adapters.identity.relying_party import RelyingParty
from domain.people.person import Person

LONGEST: Final = 65_536
ALGORITHMS: Final = [COSEAlgorithmIdentifier.ECDSA_SHA_256, COSEAlgorithmIdentifier.EDDSA]


def registration_options(site: RelyingParty, challenge: bytes, owner: Person, handle: bytes, known: list[bytes]) -> str:
    """What a device is asked for a new passkey: kept on the device, its user verified, no attestation."""
    options = generate_registration_options(
        rp_id=site.id,
        rp_name="Trialproof",
        user_name=owner.person,
        user_display_name=owner.printed_name,
        user_id=handle,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        supported_pub_key_algs=ALGORITHMS,
    )
    return options_to_json(options)


def registered(site: RelyingParty, response: str, challenge: bytes) -> VerifiedRegistration | None:
    """The new passkey."""
    if len(response) > LONGEST:
        return None
    try:
        return verify_registration_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=list(site.origins),
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
    except (WebAuthnException, ValueError):
        return None


def assertion_options(site: RelyingParty, challenge: bytes) -> str:
    """What a device is asked for; it finds its passkey itself, so that no account's passkeys are listed."""
    options = generate_authentication_options(
        rp_id=site.id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json(options)


def asserted(site: RelyingParty, response: str, challenge: bytes, handle: bytes, public: bytes) -> int | None:
    """The counter that this passkey showed; whether it goes on is for the caller to judge."""
    if len(response) > LONGEST:
        return None
    try:
        credential = parse_authentication_credential_json(response)
        if credential.raw_id != handle:
            return None
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=list(site.origins),
            credential_public_key=public,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return None
    return verified.new_sign_count
