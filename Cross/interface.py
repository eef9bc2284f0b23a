#!/usr/bin/env python3
"""Looks at the client library as a program that links with it does, and refuses what would harm it.

    interface.py ARCH [FOLDER]

FOLDER (default build/ARCH) is as `library` leaves it. What is seen from outside is the interface
and nothing else: a program may have a Swift runtime of its own. Prints what it finds; ends with 1
if anything is wrong, and says what.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

SIZE_BYTES_MAX = 64_000
"""What a program is promised to grow by at most, whichever of the two it is linked with."""

NEEDED = re.compile(r"libc\.so\.6|ld-linux[\w.-]*|libgcc_s\.so\.1")
"""The C library and its loader; 32-bit ARM has one symbol of its unwinder elsewhere."""

TRAP = re.compile(r"^ *([0-9a-f]+):\s+(ud[012]\w*|hlt|brk|udf\S*|bkpt|trap)\b", re.MULTILINE)
"""What a compiler puts where a program must not go on; none is left in the library. `int3` is what
x86 linkers fill the space between functions with."""

ENDING = frozenset(
    ("abort", "exit", "_exit", "_Exit", "quick_exit", "raise", "kill", "__assert_fail",
     "pthread_exit", "pthread_kill", "signal", "sigaction", "sigaltstack", "fork", "system")
)
"""Calls that would end the program, or change how it meets its end."""


DIVISIONS = frozenset(("__aeabi_ldivmod", "__aeabi_uldivmod"))
"""What 32-bit ARM divides 64 bits by, out of libgcc, which raises a signal where the divisor is 0.

None is: Swift looks at each divisor that is no constant and would have a trap for it, and those in
C are constants. So of the shared library `raise` is an exception, where the archive asks for these.
"""


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


def traps(disassembly: str) -> list[str]:
    """Where a disassembly has instructions that end the program.

    Of the archive: its symbols tell data within the code from instructions.
    """
    return [f"{what} at {place}" for place, what in TRAP.findall(disassembly)]


def called(symbols: str) -> set[str]:
    """The names that `nm` lists as wanted from others."""
    return set(re.findall(r"^ +U ([^\s@]+)", symbols, re.MULTILINE))


def global_names(symbols: str) -> set[str]:
    """The names that `nm` lists as defined for others."""
    return set(re.findall(r"^[0-9a-f]+ [A-TV-Z] (\S+)$", symbols, re.MULTILINE))


def disassembly(static: Path) -> str:
    """The code of an archive, by the toolchain's own disassembler: it knows each processor."""
    tool = Path(shutil.which("swiftc") or "").resolve().parent / "llvm-objdump"
    return output(tool, "-d", "--no-show-raw-insn", static)


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
    sizes = {each.name: each.stat().st_size for each in (shared, static)}
    found += [f"{name} has {size} bytes; {SIZE_BYTES_MAX} at most"
              for name, size in sizes.items() if size > SIZE_BYTES_MAX]
    code = disassembly(static)
    found += [f"{static.name} has a trap, {trap}" for trap in traps(code)]
    found += [f"{static.name} has no code of {name}" for name in sorted(wanted)
              if f"<{name}>:" not in code]
    asked = called(output("nm", static))
    linked = called(output("nm", "-D", shared))
    if asked & DIVISIONS:
        linked.discard("raise")
    found += [f"{static.name} calls {name}" for name in sorted(asked & ENDING)]
    found += [f"{shared.name} calls {name}" for name in sorted(linked & ENDING)]
    print(", ".join(f"{name}: {size} bytes" for name, size in sizes.items()) +
          f", {len(wanted)} functions, needs {' '.join(needed)}")
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
