from tests.architecture.tree import ROOMS, named, python_files

LIMIT = 400
HANDED_OUT = {"adapters/standalone/verify_randomisation.py": 550}
"""Programs that run alone on another machine are one file each."""


def test_every_file_is_short_enough_to_be_one_subject() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in python_files(*ROOMS, "tests")}

    assert {name: length for name, length in lengths.items() if length >= HANDED_OUT.get(name, LIMIT)} == {}
