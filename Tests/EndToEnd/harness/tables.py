"""What stands in a stopped agent's database, table by table."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path


def values(state: Path) -> Iterator[bytes]:
    """Every value of every table in a folder of state."""
    for file in sorted(state.glob("*.db")):
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            names = [name for name, in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                for row in database.execute(f'SELECT * FROM "{name}"'):
                    yield from (each if isinstance(each, bytes) else str(each).encode()
                                for each in row if each is not None)
