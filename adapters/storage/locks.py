"""One holder at a time for a name, over the threads of this process and over processes on one host."""

import fcntl
import hashlib
import threading
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class Locks:
    """Named locks in a folder; a lock file is empty, and its name is a digest of what it locks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    @contextmanager
    def hold(self, name: str) -> Generator[None]:
        """Hold the name; released on leaving, and by the operating system when the process dies."""
        with self._guard:
            own = self._threads[name]
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / hashlib.sha256(name.encode()).hexdigest()[:32]
        with own, path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
