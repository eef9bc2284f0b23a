"""What the client library asks the kernel for; an emulator asks it for more, so natively alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import programs

pytestmark = pytest.mark.centre


@pytest.mark.parametrize("link", programs.LINKS)
def test_a_hand_over_asks_for_nothing_and_takes_no_memory(place: Path, link: str) -> None:
    programs.run("quiet", link, place)
