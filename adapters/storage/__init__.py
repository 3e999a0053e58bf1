"""The ledger storage: entries as bytes, appended by group commit, never altered."""

import os

os.environ.pop("TZINFO_TOPIC", None)  # eventsourcing imports whatever this names, and does not load where it is none
