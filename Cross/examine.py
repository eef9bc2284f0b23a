#!/usr/bin/env python3
"""Looks at a device executable as the loader of a device will, and refuses what would not run.

    examine.py ARCH EXECUTABLE

EXECUTABLE.debug lies beside it, as `build` leaves it; the sysroot is found where `build` links it.
Prints what it finds, a line each; ends with 1 if anything is wrong, and says what.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]

SIZE_BYTES_MAX = 1_000_000
"""What a kiosk's download and flash are promised."""

GLIBC_MAX = (2, 36)
"""Debian 12's; the result shall run there."""

LIBRARIES = frozenset({
    "libc.so.6", "libcrypto.so.3", "libinih.so.1", "libm.so.6", "libsqlite3.so.0", "libssl.so.3",
    "libz.so.1",
})
"""What every image has, or gets with the package; a target's own file adds its loader."""

TIME_TYPES = re.compile(r"\b(time_t|struct\s+(timeval|timespec|tm)|timeval)\b")
"""Debian 12's libraries for 32-bit ARM were compiled with 32-bit times; ours have 64."""


def output(*command: str | Path) -> str:
    """What a program prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def imports(symbols: str) -> dict[str, str]:
    """Each name that `readelf --dyn-syms -W` lists as undefined, with its version."""
    found = re.findall(r"\sUND\s+(\w+)(?:@+(\S+))?", symbols)
    return {name: version for name, version in found}


def declared_with_time(headers: Iterable[str]) -> set[str]:
    """The functions whose declarations in these C headers name a type of time."""
    found: set[str] = set()
    for text in headers:
        text = re.sub(r"/\*[\s\S]*?\*/", " ", text)
        text = re.sub(r"^\s*#(?:.*\\\n)*.*$", " ", text, flags=re.MULTILINE)
        for declaration in re.split(r"[;{}]", text):
            if TIME_TYPES.search(declaration) and "(" in declaration:
                # A name is what stands before a parenthesis; a callback's `(*name)` is not called.
                found.update(re.findall(r"(\w+)\s*\(\s*(?!\*)", declaration))
    return found


def narrow_calls(imported: Iterable[str], library: Iterable[str]) -> list[str]:
    """Calls for which the C library of a 32-bit system has a variant with 64 bits."""
    exported = set(library)
    return sorted(
        name for name in imported
        if {f"{name}64", f"__{name}64", f"__{name}_time64", f"__{name}64_time64"} & exported
    )


def glibc_floor(imported: dict[str, str]) -> tuple[int, ...]:
    """The newest version of the C library that any import asks for."""
    versions = (re.fullmatch(r"GLIBC_([\d.]+)", version) for version in imported.values())
    return max(tuple(map(int, found[1].split("."))) for found in versions if found)


def loading_faults(header: str, dynamic: str, segments: str) -> list[str]:
    """What is wrong with how it is loaded, from `readelf -h`, `-d` and `-lW`."""
    faults = []
    if not re.search(r"Type:\s+DYN", header):
        faults.append("it is not position-independent")
    if "GNU_RELRO" not in segments or "BIND_NOW" not in dynamic:
        faults.append("its tables of addresses stay writable (relro, now)")
    if re.search(r"GNU_STACK.*\bRWE\b", segments):
        faults.append("its stack is executable")
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        faults.append("it looks for libraries in a folder of the machine that built it")
    return faults


def left_over(contents: bytes, sections: str, root: Path) -> list[str]:
    """What would differ from one build folder to another."""
    faults = []
    if str(root).encode() in contents:
        faults.append(f"it names the folder that it was built in, {root}")
    if ".swift_modhash" in sections or "build-id" in sections:
        faults.append("it has a sum over paths (.swift_modhash or a build-id)")
    return faults


def outlined_arrays(names: str) -> list[str]:
    """Constant arrays under counted names, which the linker mixes up: see Package.swift."""
    return re.findall(r"\S*Tv[0-9]*_r$", names, flags=re.MULTILINE)


def target_libraries(target: str) -> set[str]:
    """The loader, and what else one target's file allows."""
    named = re.findall(r"^(?:loader|libraries)=\(?([^)\n]*)\)?$", target, flags=re.MULTILINE)
    return {PurePosixPath(name).name for names in named for name in names.split()}


def main(arch: str, executable: Path) -> int:
    """Examines, prints, judges."""
    target = (ROOT / "Cross" / "targets" / arch).read_text()
    sysroot = ROOT / ".build-cross" / f"sysroot-{arch}"
    header = output("readelf", "-h", executable)
    dynamic = output("readelf", "-d", executable)
    imported = imports(output("readelf", "--dyn-syms", "-W", executable))
    needed = re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)
    floor = glibc_floor(imported)
    openssl = sorted(name for name, version in imported.items() if "OPENSSL" in version)
    size = executable.stat().st_size
    debug = executable.with_name(f"{executable.name}.debug")

    faults = loading_faults(header, dynamic, output("readelf", "-lW", executable))
    for file in (executable, debug):
        faults += left_over(file.read_bytes(), output("readelf", "-SW", file), ROOT)
    if size > SIZE_BYTES_MAX:
        faults.append(f"it has {size:,} bytes")
    if strange := set(needed) - LIBRARIES - target_libraries(target):
        faults.append(f"it needs {', '.join(sorted(strange))}")
    if floor > GLIBC_MAX:
        faults.append("its C library would have to be newer than Debian 12's")
    if "ELF32" in header:
        libc = next(sysroot.glob("usr/lib/*/libc.so.6"))
        exported = re.findall(r"\s(\w+)@@?GLIBC", output("readelf", "--dyn-syms", "-W", libc))
        if narrow := narrow_calls(imported, exported):
            faults.append(f"times or sizes of 32 bits cross in {', '.join(narrow)}")
    headers = sysroot.glob("usr/include/openssl/*.h")
    timed = declared_with_time(path.read_text(errors="replace") for path in headers)
    if crossing := sorted(timed & set(openssl)):
        faults.append(f"a time crosses into OpenSSL in {', '.join(crossing)}")
    if arrays := outlined_arrays(output("nm", debug)):
        faults.append(f"it has outlined arrays: {', '.join(arrays)}")

    print(f"{arch} {executable.name}: {size:,} bytes (at most {SIZE_BYTES_MAX:,})")
    print(f"  needs    {' '.join(needed)}")
    print(f"  glibc    {'.'.join(map(str, floor))} or newer")
    print(f"  OpenSSL  {' '.join(openssl)}")
    for fault in faults:
        print(f"examine: {arch} {executable.name}: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
