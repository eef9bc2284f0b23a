"""Pages of documentation, done as they say: files written, commands run, what they print compared.

A file is a block behind its name (`hello.c`:). The blocks of `sh` are run in order by one bash
that ends at the first error; `text` behind one is its output, where `...` is anything. A line
that begins with `Open <` is for a browser. Ports are the test's own, the same wherever one is
named.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.examples import BUILD_SECONDS
from harness.processes import REPOSITORY, free_port, is_listening
from harness.waiting import eventually

PAGES = REPOSITORY / "Sources" / "Client" / "Client.docc"
SECONDS = 90

_STEP = re.compile(
    r"(?:`(?P<file>\w+\.\w+)`:\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$|^Open <(?P<url>[^>]+)>",
    re.MULTILINE | re.DOTALL,
)
_PORT = re.compile(r"\b(?<=127\.0\.0\.1[: ])\d+\b")


@dataclass(frozen=True)
class Step:
    """One thing that a reader does: writes a file, runs commands, sees text, opens an address."""

    kind: str
    text: str
    file: str = ""


def steps(page: str) -> Iterator[Step]:
    """What a page has its reader do, in order; every block has to be one of these."""
    fences = page.count("\n```")
    for match in _STEP.finditer(page):
        if match["url"]:
            yield Step("open", match["url"])
            continue
        fences -= 2
        kind = "file" if match["file"] else match["kind"]
        assert kind in {"file", "sh", "text"}, f"a block of {kind} without a file's name"
        yield Step(kind, match["text"], match["file"] or "")
    assert fences == 0, "a block was overlooked"


def is_like(expected: str, text: str) -> bool:
    """Whether text is what a page shows; `...` there stands for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.split("..."))
    return re.fullmatch(pattern, text, re.DOTALL) is not None


class Reader:
    """Who reads pages and does what they say, in an empty folder with one shell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "reader"
        self.folder.mkdir()
        self._scripts = folder / "scripts"
        self._scripts.mkdir()
        self._ports: dict[str, str] = {}
        self._count = 0
        self._shell = subprocess.Popen(
            ["bash", "-euc", _SHELL], cwd=self.folder, text=True, bufsize=1,
            stdin=subprocess.PIPE, start_new_session=True,
            env={
                "FOOTFALL": str(REPOSITORY), "PATH": os.environ["PATH"],
                "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
            },
        )

    def close(self) -> None:
        """Ends the shell; what the pages have started has to end with it, by their own means."""
        assert self._shell.stdin
        self._shell.stdin.close()
        try:
            self._shell.wait(20)
            eventually(lambda: not self._is_any_left(), "all that was started has ended")
        finally:
            if self._is_any_left():
                os.killpg(self._shell.pid, signal.SIGKILL)
            self._shell.wait()

    def _is_any_left(self) -> bool:
        try:
            os.killpg(self._shell.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def own(self, text: str) -> str:
        """A text of a page with this test's ports."""
        return _PORT.sub(
            lambda match: self._ports.setdefault(match[0], str(free_port())), text
        )

    def write(self, step: Step) -> None:
        """Writes a file as the page shows it."""
        (self.folder / step.file).write_text(self.own(step.text))

    def run(self, step: Step) -> str:
        """What commands print; they have to end well, and what they start has to listen."""
        self._count += 1
        script = self._scripts / f"{self._count}.sh"
        script.write_text(self.own(step.text))
        done, out = script.with_suffix(".done"), script.with_suffix(".out")
        assert self._shell.stdin
        self._shell.stdin.write(f"{script}\n")
        eventually(
            lambda: done.exists() or self._shell.poll() is not None, f"done: {step.text}",
            BUILD_SECONDS if "swift build" in step.text else SECONDS,
        )
        errors = script.with_suffix(".err").read_text()
        assert done.exists(), f"{step.text}{out.read_text()}{errors}{self._logs()}"
        if step.text.rstrip().endswith("&") or "&\n" in step.text:
            for port in self._ports.values():
                eventually(lambda port=port: is_listening(int(port)), f"port {port}{self._logs()}")
        return out.read_text()

    def _logs(self) -> str:
        return "".join(f"\n{each.name}: {each.read_text()}" for each in self.folder.glob("*.log"))


# A block runs in the shell itself, so that what it sets stays set. Its input is nothing: what the
# shell reads from is the test's.
_SHELL = """
exec 9<&0 </dev/null
while read -r -u 9 block; do
    source "$block" >"${block%.sh}.out" 2>"${block%.sh}.err"
    : >"${block%.sh}.done"
done
"""
