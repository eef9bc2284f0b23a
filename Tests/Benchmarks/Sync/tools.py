"""The generator, load generator and floor that a folder brings, and the events made with them."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

BATCH_EVENTS = 100
_LINE = re.compile(
    rb'\{"event_id":"([^"]+)",(.*)"anonymous_id":"([^"]+)","type":"([^"]+)",(.*)\}\n')
_TRACK = (
    rb'{"type":"track","event":"\4","messageId":"\1","anonymousId":"\3","properties":{\2\5}}')


@dataclass(frozen=True)
class Loaded:
    """What a load generator sent, and what was acknowledged, in requests and seconds."""

    requests: int
    acknowledged: int
    seconds: float


@dataclass(frozen=True)
class Floor:
    """CPU seconds for a million events, in plain C: the least that work like the agent's takes."""

    batched: float
    """Compressed by hundreds with the quickest gzip, appended, and synced each 64 KiB."""
    single: float
    """Appended and synced one by one."""


class Tools:
    """Programs compiled from `sources`, and events made with them, all in `folder`."""

    def __init__(self, sources: Path, folder: Path) -> None:
        self._sources = sources
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def program(self, name: str) -> Path:
        """One of the folder's programs."""
        made = self._folder / name
        if not made.exists():
            subprocess.run(
                ["cc", "-O2", "-w", "-o", made, self._sources / f"{name}.c", "-lpthread", "-lz",
                 "-lzstd"], check=True)
        return made

    def lines(self, count: int) -> Path:
        """So many events as the generator writes them, one a line."""
        made = self._folder / f"{count}.lines"
        if not made.exists():
            subprocess.run([self.program("gen"), str(count), made], check=True)
        return made

    def tracks(self, count: int) -> Path:
        """The same events as the bodies of requests, an event a line."""
        made = self._folder / f"{count}.tracks"
        if not made.exists():
            with self.lines(count).open("rb") as lines, made.open("wb") as tracks:
                tracks.writelines(_track(line) + b"\n" for line in lines)
        return made

    def batches(self, count: int) -> Path:
        """The same events as the bodies of requests, a hundred events a line."""
        made = self._folder / f"{count}.batches"
        if not made.exists():
            with self.lines(count).open("rb") as lines, made.open("wb") as batches:
                events: list[bytes] = []
                for line in lines:
                    events.append(_track(line))
                    if len(events) == BATCH_EVENTS:
                        batches.write(b'{"batch":[' + b",".join(events) + b"]}\n")
                        events.clear()
        return made

    def loader(
        self, port: int, file: Path, path: str, skip: int = 0, most: int = 0, lines: int = 1
    ) -> subprocess.Popen[bytes]:
        """Begins to post `lines` lines of a file a request, each once the last is answered."""
        return subprocess.Popen(
            [self.program("loadgen"), "http", str(port), file, "0", str(lines),
             "array" if lines > 1 else "ndjson", path, str(skip), str(most)],
            stdout=subprocess.PIPE)

    def floor(self, count: int, folder: Path) -> Floor:
        """Measures it on the folder's disk."""
        copy = folder / "floor.lines"
        copy.write_bytes(self.lines(count).read_bytes())
        done = subprocess.run(
            [self.program("floor"), copy], capture_output=True, text=True, check=True)
        copy.unlink()
        said = [json.loads(line) for line in done.stdout.splitlines()]
        costs = {
            (line["what"], line.get("alg"), line.get("batch")): float(line["cpu_s_per_M"])
            for line in said
        }
        return Floor(
            costs["compress", "gzip1", BATCH_EVENTS]
            + costs["append+fdatasync per 64 KiB", None, None],
            costs["append+fdatasync per event", None, None])


def loaded(loader: subprocess.Popen[bytes]) -> Loaded:
    """Waits for a load generator's end, and reads what it says: nothing, if nobody listened."""
    output = loader.communicate()[0]
    if not output and loader.returncode == 1:
        return Loaded(0, 0, 0)
    said = json.loads(output)
    return Loaded(said["events"], said["acked"], said["seconds"])


def _track(line: bytes) -> bytes:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"the generator writes something else: {line!r}")
    return match.expand(_TRACK)
