"""How somebody signs at the command line: the record is shown, the components are asked for, the signature is sent."""

from typing import Any

from adapters.cli.asking import Asking
from adapters.cli.door import source
from adapters.cli.run import ORIGINATOR, Run
from adapters.cli.sending import built, send, tell
from compliance.authentication import Authentication
from compliance.conduct import Done
from compliance.gate import Identity
from compliance.signing import Shown, ToSign, acknowledged, display_digest, reviewed
from compliance.signing import shown as shown_to_signer


class Signing:
    """Signs for who is logged in, one record after the other; every signature asks for its components anew."""

    def __init__(self, run: Run, asking: Asking) -> None:
        self._run, self._asking = run, asking
        self._recorded = Authentication(run.store.ports)

    def sign(self, trial: str, wanted: ToSign) -> Done:
        """Show the record with the attestation, ask for the components, and send the signature."""
        return self.send("sign_record", self.show(wanted).payload, trial)

    def review(self, trial: str, stream: str) -> Done:
        """The same for a record that was reviewed."""
        return self.send("sign_review", self.show_for_review(stream).payload, trial)

    def acknowledge(self, policy_version: str) -> Done:
        """The same for the policy on signatures."""
        shown = self._displayed(acknowledged(self._run.store.ports, policy_version, **self._signer()))
        return self.send("acknowledge_policy", shown.payload, None)

    def show(self, wanted: ToSign) -> Shown:
        """Print what the signer is shown."""
        return self._displayed(shown_to_signer(self._run.store.ports, wanted, **self._signer()))

    def show_for_review(self, stream: str) -> Shown:
        """Print what the reviewer is shown."""
        return self._displayed(reviewed(self._run.store.ports, stream, **self._signer()))

    def send(self, name: str, payload: dict[str, Any], trial: str | None) -> Done:
        """Prove the components and send with them; the proof belongs to this one request."""
        envelope = built(self._run, name, payload)
        done = send(self._run, envelope, self._proved(), trial)
        tell(self._run, envelope, done)
        return done

    def _proved(self) -> Identity:
        """Password and code at the first signing of a session, the password at each later one."""
        session = self._recorded.session(self._run.identity().session)
        return self._run.store.authenticator.prove(
            self._run.token(),
            password=self._asking.ask("password"),
            code=None if session.has_signed else self._asking.ask("code"),
            source=source(),
            originator=ORIGINATOR,
        )

    def _signer(self) -> dict[str, str]:
        person = self._recorded.person(self._run.identity().person)
        return {"signer": person.person, "printed_name": person.printed_name}

    def _displayed(self, shown: Shown) -> Shown:
        tell_displayed(self._run, shown.text)
        return shown


def tell_displayed(run: Run, text: str) -> None:
    """Print what is displayed to a signer; its digest is part of the signature."""
    digest = display_digest(text)
    if run.output.as_json:
        run.output.line("", row="display", text=text, display_digest=digest)
        return
    for line in text.splitlines():
        run.output.line(line)
    run.output.line(f"SHA-256 of what is displayed: {digest}")
