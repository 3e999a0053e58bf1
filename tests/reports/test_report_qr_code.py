"""The code that is printed beside a root; these drawings were read back with a scanner when recorded."""

from hashlib import sha256

import pytest

from adapters.render.qr import qr_svg

TEXT = "trialproof/DEMO/9f86d0\n" + "0123456789abcdef" * 40


@pytest.mark.parametrize(
    ("length", "side", "digest"),
    [
        (14, 21, "8672b612198cd6e6da772db3f721c0f293a747707d7a373fe93e16533ff1e4cb"),
        (26, 25, "dbd70a909414f1bb5f68dbad75e83a9185d4adc24d76dbb27307bd957354c349"),
        (84, 37, "1fc79a6ec34a82aea5df478af7cdbb89e63b901c17c48be9ff6ef15e1c7c0ad7"),
        (122, 45, "1ef051c07d9855db24a08c039dd5b8d7ed983d9f0a59fa9d5a3338ac0b0c6db2"),
        (150, 49, "d08dff831ce1b886732ea4f0e74a5dc32ecdb9ec5f41f90a5fb004b0086ad0f7"),
        (213, 57, "265777c320e52f9412a8e8fdee8e8be25b76bd9baf5a1e4564f27d0d041afc76"),
        (331, 69, "085ace103cdc6f070aeea0184d4bd613f55a9ab807344297cff6562eb4a21bcc"),
    ],
)
def test_the_drawing_is_the_one_a_scanner_read(length: int, side: int, digest: str) -> None:
    drawing = qr_svg(TEXT[:length], "label")

    assert f'viewBox="0 0 {side + 8} {side + 8}"' in drawing
    assert sha256(drawing.encode()).hexdigest() == digest


def test_text_too_long_for_a_code_draws_nothing() -> None:
    assert qr_svg(TEXT[:331], "label")
    assert qr_svg(TEXT[:332], "label") == ""
