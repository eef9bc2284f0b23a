"""What delivery costs: the executables that ship, held against the floor and against a peer.

    sync.py --directory FOLDER --tools FOLDER [NAME] [--rounds N] [--events N] [--seconds N]
            [--kills N] [--fluent-bit FILE] [--json]

FOLDER is on the disk that is measured; `--inputs` names another for what is sent. `--tools` names a
folder with gen.c, which makes the events, loadgen.c, floor.c, and for the peer sink.c. NAME selects
the parts whose name begins with it. It measures, and judges nothing: it ends well whatever the
figures are.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "EndToEnd"))

import kill  # noqa: E402
import moments  # noqa: E402
import outage  # noqa: E402
import up  # noqa: E402
from bed import Bed, Scale  # noqa: E402
from figures import Figure, Output  # noqa: E402
from harness.certificates import Authority  # noqa: E402
from tools import Tools  # noqa: E402

PARTS: dict[str, Callable[[Bed], None]] = {
    "sync.up-batched": up.batched,
    "sync.up-single": up.single,
    "sync.outage": outage.run,
    "sync.return": moments.returning,
    "sync.hold": moments.holding,
    "sync.kill": kill.run,
}


def main(arguments: argparse.Namespace) -> None:
    """Measures each part that was asked for."""
    output = Output(arguments.json)
    scale = Scale(arguments.rounds, arguments.events, arguments.seconds, arguments.kills)
    output.explain(
        f"{scale.rounds} rounds, {scale.events} events, idle for {scale.idle_seconds:.0f} s, "
        f"{scale.kills} kills; a rate is as good as the machine is free: see its load")
    cores = os.cpu_count() or 0
    output.show(Figure("cores", cores, "", digits=0, bench="machine"))
    output.show(Figure("load-before", os.getloadavg()[0], "running", bench="machine"))
    with tempfile.TemporaryDirectory(dir=arguments.inputs) as folder:
        bed = Bed(
            arguments.directory, Path(folder), Tools(arguments.tools, Path(folder)), scale,
            output, arguments.fluent_bit, Authority(Path(folder)))
        for name, part in PARTS.items():
            if name.startswith(arguments.name):
                part(bed)
    output.show(Figure("load-after", os.getloadavg()[0], "running", bench="machine"))


def _path(text: str) -> Path:
    return Path(text).resolve()


def parsed() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="sync.py", allow_abbrev=False)
    parser.add_argument("name", nargs="?", default="sync")
    parser.add_argument("--directory", type=_path, required=True)
    parser.add_argument("--inputs", type=_path)
    parser.add_argument("--tools", type=_path, required=True)
    parser.add_argument("--fluent-bit", type=_path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not any(name.startswith(arguments.name) for name in PARTS):
        parser.error(f"there are, by name or its beginning: {' '.join(PARTS)}")
    return arguments


if __name__ == "__main__":
    main(parsed())
