"""The agent's end while its second thread is in the midst of TLS."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from harness.agent import Agent
from harness.processes import REPOSITORY
from test_uploads import EVENTS


def test_no_library_is_taken_down_under_the_other_thread(
    make_agent: Callable[..., Agent], place: Path
) -> None:
    library, mark = place / "marks_end.so", place / "marked"
    source = REPOSITORY / "Tests/EndToEnd/fixtures/marks_end.c"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        agent = make_agent(f"https://127.0.0.1:{server.getsockname()[1]}", start=False)
        agent.command[:0] = ["env", f"LD_PRELOAD={library}", f"MARKS_END={mark}"]
        agent.start()
        agent.batch(EVENTS[:1])
        connection, _ = server.accept()
        with connection:
            assert connection.recv(1) == b"\x16", "hands are being shaken"
            assert agent.stop() == 0
    assert not mark.exists()
