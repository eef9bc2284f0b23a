"""Builds a driver over the ring with a sanitizer, as it is or with one change that breaks it.

The sources are copied into a package of their own, without dependencies: a build takes seconds, and
no change ever touches the tree.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

COPIED = {
    "CPlatform": "Sources/CPlatform", "Ring": "Sources/Ring", "SeededText": "Tests/SeededText",
    "races": "Tests/Sanitize/Races", "hostile": "Tests/Sanitize/Hostile",
}
"""Each target and where its sources stand."""

MANIFEST = """\
// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "instrumented",
    targets: [
        .target(name: "CPlatform"),
        .target(name: "Ring", dependencies: ["CPlatform"], swiftSettings: strict),
        .target(name: "SeededText", swiftSettings: strict),
        .executableTarget(
            name: "races", dependencies: ["Ring", "SeededText"], swiftSettings: strict),
        .executableTarget(
            name: "hostile", dependencies: ["Ring", "SeededText"], swiftSettings: strict),
    ])
"""


@dataclass(frozen=True)
class Mutation:
    """One change of a source file, at the one place where its text stands."""

    name: str
    path: str
    function: str
    """The Swift function that the text stands in, by its beginning: `func commit(`."""
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The file with the change; fails where the text is not there exactly once."""
        begin = text.index(self.function)
        assert text.count(self.function) == 1, f"{self.name}: {self.function} is not one function"
        line = text.rfind("\n", 0, begin) + 1
        margin = re.match(" *", text[line:])[0]
        end = text.index(f"\n{margin}}}\n", begin)
        body = text[begin:end]
        assert body.count(self.old) == 1, f"{self.name}: {body.count(self.old)} places, not one"
        return text[:begin] + body.replace(self.old, self.new) + text[end:]


class Instrumented:
    """A package whose builds all have one sanitizer."""

    def __init__(self, folder: str, flags: list[str], product: str) -> None:
        self._root = REPOSITORY / folder / "package"
        self._scratch = REPOSITORY / folder / "build"
        self._flags = flags
        self._product = product

    def build(self, mutation: Mutation | None = None) -> Path:
        """Builds the driver; answers where it is, until the next build."""
        self._write("Package.swift", MANIFEST)
        wanted = {"Package.swift"}
        for target, folder in COPIED.items():
            for source in sorted((REPOSITORY / folder).rglob("*")):
                if source.suffix not in {".swift", ".c", ".h"}:
                    continue
                text = source.read_text()
                if mutation and str(source.relative_to(REPOSITORY)) == mutation.path:
                    text = mutation.applied(text)
                path = f"Sources/{target}/{source.relative_to(REPOSITORY / folder)}"
                self._write(path, text)
                wanted.add(path)
        for file in self._root.rglob("*.*"):
            if file.is_file() and str(file.relative_to(self._root)) not in wanted:
                file.unlink()
        subprocess.run(
            ["swift", "build", "-c", "release", "--product", self._product, *self._flags,
             "--package-path", str(self._root), "--scratch-path", str(self._scratch)],
            check=True, timeout=600,
        )
        kept = self._scratch / "runs" / (mutation.name if mutation else "unchanged")
        kept.parent.mkdir(exist_ok=True)
        shutil.copy2(self._scratch / "release" / self._product, kept)
        return kept

    def _write(self, path: str, text: str) -> None:
        """Leaves a file alone that is so already, so that nothing is built again for it."""
        file = self._root / path
        if not file.exists() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


def run(executable: Path, **options: str) -> tuple[int, str]:
    """Runs a driver with options of its sanitizer; answers exit code and all output."""
    ended = subprocess.run(
        [str(executable)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", timeout=300, check=False,
        env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **options},
    )
    return ended.returncode, ended.stdout
