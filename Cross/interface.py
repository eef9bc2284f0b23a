#!/usr/bin/env python3
"""Looks at the client library as a program that links with it does, and refuses what would harm it.

    interface.py ARCH [FOLDER]

FOLDER (default build/ARCH) is as `library` leaves it. What is seen from outside is the interface
and nothing else: a program may have a Swift runtime of its own. Prints what it finds; ends with 1
if anything is wrong, and says what.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

SIZE_BYTES_MAX = 64_000
"""What a program is promised to grow by at most."""

NEEDED = re.compile(r"libc\.so\.6|ld-linux[\w.-]*|libgcc_s\.so\.1")
"""The C library and its loader; 32-bit ARM has one symbol of its unwinder elsewhere."""


def output(*command: str | Path) -> str:
    """What a program prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def declared(header: str) -> set[str]:
    """The functions that a header declares."""
    text = re.sub(r"/\*[\s\S]*?\*/", " ", header)
    return set(re.findall(r"\b(footfall_\w+)\(", text))


def exported(symbols: str) -> set[str]:
    """The names that `readelf --dyn-syms -W` lists as defined, but for the version's own."""
    found = set()
    for line in symbols.splitlines():
        words = line.split()
        if len(words) == 8 and words[6] not in ("UND", "ABS", "Ndx") and words[4] != "LOCAL":
            found.add(words[7].split("@")[0])
    return found


def global_names(symbols: str) -> set[str]:
    """The names that `nm` lists as defined for others."""
    return set(re.findall(r"^[0-9a-f]+ [A-TV-Z] (\S+)$", symbols, re.MULTILINE))


def problems(folder: Path) -> list[str]:
    """What is wrong with the library in a folder."""
    shared, static = folder / "lib" / "libfootfall.so.1", folder / "lib" / "libfootfall.a"
    wanted = declared((folder / "include" / "footfall.h").read_text())
    found = []
    for name, has in (
        (shared.name, exported(output("readelf", "--dyn-syms", "-W", shared))),
        (static.name, global_names(output("nm", static))),
    ):
        found += [f"{name} does not have {missing}" for missing in sorted(wanted - has)]
        found += [f"{name} shows {more}" for more in sorted(has - wanted)]
    dynamic = output("readelf", "-dW", shared)
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    found += [f"{shared.name} needs {each}" for each in needed if not NEEDED.fullmatch(each)]
    if "soname: [libfootfall.so.1]" not in dynamic:
        found.append(f"{shared.name} has another name")
    found += [
        f"{shared.name} has {what}" for what in ("TEXTREL", "RPATH", "RUNPATH", "(INIT", "(FINI")
        if what in dynamic
    ]
    size = shared.stat().st_size
    if size > SIZE_BYTES_MAX:
        found.append(f"{shared.name} has {size} bytes; {SIZE_BYTES_MAX} at most")
    print(f"{shared.name}: {size} bytes, {static.name}: {static.stat().st_size}, "
          f"{len(wanted)} functions, needs {' '.join(needed)}")
    return found


def main() -> int:
    if len(sys.argv) not in (2, 3):
        print("interface.py ARCH [FOLDER]", file=sys.stderr)
        return 64
    folder = Path(sys.argv[2]) if len(sys.argv) == 3 else ROOT / "build" / sys.argv[1]
    found = problems(folder)
    for problem in found:
        print(f"interface: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
