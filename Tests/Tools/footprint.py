"""What an idle agent costs its kiosk, before it has made its first connection.

    footprint.py EXECUTABLE

Prints each number with its bound; ends with 1 if one is over it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

SIZE_BYTES_MAX = 1_000_000
PSS_KIB_MAX = 5_000_000 // 1024
WAKE_UPS_MAX = 2
SETTLE_SECONDS = 2.0
WATCH_SECONDS = 10.0


def libraries(executable: Path) -> list[str]:
    """The shared libraries that the executable asks for."""
    dynamic = subprocess.run(
        ["readelf", "-d", executable], capture_output=True, text=True, check=True
    ).stdout
    return re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)


def main(executable: Path) -> int:
    """Measures, prints, judges."""
    os.environ["FOOTFALL_DEVICE"] = str(executable.resolve())
    # The harness reads the variable when it is asked for a command.
    from harness.agent import Agent
    from harness.memory import rollup_kib, voluntary_switches

    size = executable.stat().st_size
    with tempfile.TemporaryDirectory(prefix="footfall-footprint-") as folder:
        # Nothing listens at this address, and nothing is queued that could be sent to it.
        agent = Agent(Path(folder), "http://127.0.0.1:9").start()
        try:
            time.sleep(SETTLE_SECONDS)
            memory = rollup_kib(agent.pid)
            before = voluntary_switches(agent.pid)
            time.sleep(WATCH_SECONDS)
            wake_ups = voluntary_switches(agent.pid) - before
        finally:
            agent.kill()
    private = memory["Private_Dirty"]
    print(f"executable     {size:>9,} bytes, stripped   (at most {SIZE_BYTES_MAX:,})")
    print(f"libraries      {' '.join(libraries(executable))}")
    print(f"memory, PSS    {memory['Pss']:>9,} KiB               (at most {PSS_KIB_MAX:,})")
    print(f"memory, RSS    {memory['Rss']:>9,} KiB")
    print(f"private dirty  {private:>9,} KiB")
    seconds = f"in {WATCH_SECONDS:.0f} s"
    print(f"wake-ups       {wake_ups:>9,} {seconds:<19} (at most {WAKE_UPS_MAX})")
    over = size > SIZE_BYTES_MAX or memory["Pss"] > PSS_KIB_MAX or wake_ups > WAKE_UPS_MAX
    if over:
        print("footprint: over a bound", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
