"""How much memory a process holds, and held at most."""

from __future__ import annotations

from pathlib import Path

MIB = 1 << 20


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
