"""How much memory a process holds, and held at most."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

MIB = 1 << 20
_KERNEL = ("[vvar", "[vsyscall]")
"""Pages of the kernel's own, which it lets nobody read this way."""


def _kib(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise KeyError(name)


def resident_bytes(pid: int) -> int:
    """What is in memory now, shared pages included."""
    return _kib(Path(f"/proc/{pid}/status"), "VmRSS") * 1024


def peak_bytes(pid: int) -> int:
    """The most that was in memory since the last `reset_peak`."""
    return _kib(Path(f"/proc/{pid}/status"), "VmHWM") * 1024


def reset_peak(pid: int) -> None:
    """Begins a new peak at what is held now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def rollup_kib(pid: int) -> dict[str, int]:
    """The sums over all mappings, such as Pss and Private_Dirty, in KiB."""
    sums = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split(":")
        sums[name] = int(value.split()[0])
    return sums


def voluntary_switches(pid: int) -> int:
    """How often the process's threads have gone to sleep and been woken since they began."""
    return sum(
        _kib(task / "status", "voluntary_ctxt_switches")
        for task in Path(f"/proc/{pid}/task").iterdir()
    )


def contents(pid: int) -> Iterator[tuple[str, bytes]]:
    """All that a process can read of its memory, mapping by mapping; an error where we cannot.

    A mapping that went away since it was listed is left out.
    """
    try:
        memory = open(f"/proc/{pid}/mem", "rb", buffering=0)
    except PermissionError as error:
        raise AssertionError(f"the memory of process {pid} is to be read: run as root") from error
    with memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, mode, *more = line.split(maxsplit=5)
            name = more[3] if len(more) > 3 else "anonymous"
            if "r" not in mode or name.startswith(_KERNEL):
                continue
            first, end = (int(part, 16) for part in span.split("-"))
            data = bytearray()
            try:
                memory.seek(first)
                while rest := end - first - len(data):
                    piece = memory.read(rest)
                    assert piece, f"the memory of process {pid} ends within {line}"
                    data += piece
            except OSError:
                is_there = line.split()[0] in Path(f"/proc/{pid}/maps").read_text()
                assert not is_there, f"the memory of process {pid} is not to be read: {line}"
                continue
            yield name, bytes(data)
