"""A process of its own that allocates the participants named on its command line, in a session handed over to it."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from adapters.wiring import Sources, open_store
from compliance.envelope import read_envelope
from compliance.gate import Identity


def main() -> None:
    folder, shows, numbers = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), json.loads(sys.argv[3])
    store = open_store(folder / "store", folder / "secret.key", Sources(lambda: shows, os.urandom))
    identity = Identity("coo01", "password_totp", sys.argv[4], "tests")
    for number in numbers:
        line = {"command": "allocate", "command_id": str(uuid4()), "payload": {"participant": number}}
        store.conduct.carry_out(read_envelope(json.dumps(line).encode()), identity, trial="T1")
        print("allocated", number, flush=True)  # noqa: T201 (what the parent counts)
    store.close()


main()
