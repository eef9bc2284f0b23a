"""Figures as `make bench` shows them: a table, or an object a line."""

from __future__ import annotations

import json
import os
import statistics
import sys
from dataclasses import dataclass
from typing import Literal

COLUMNS = (36, 12, 22, 12, 8)


@dataclass(frozen=True)
class Figure:
    """One number that was measured."""

    name: str
    value: float
    unit: str
    target: float | None = None
    bound: Literal["<=", ">="] = "<="
    """Which side of the target is good."""
    spread: tuple[float, float] | None = None
    """The least and the most of several rounds."""
    digits: int = 2
    bench: str = "sync"

    @property
    def is_kept(self) -> bool | None:
        """Whether it keeps its target; None without one."""
        if self.target is None:
            return None
        return self.value <= self.target if self.bound == "<=" else self.value >= self.target

    @staticmethod
    def median(
        name: str, values: list[float], unit: str, target: float | None = None,
        bound: Literal["<=", ">="] = "<=", digits: int = 2,
    ) -> Figure:
        """The median of several rounds."""
        spread = (min(values), max(values))
        return Figure(name, statistics.median(values), unit, target, bound, spread, digits)

    @staticmethod
    def most(
        name: str, values: list[float], unit: str, target: float | None = None, digits: int = 2
    ) -> Figure:
        """The most of several rounds: what a limit is held against."""
        spread = (min(values), max(values))
        return Figure(name, max(values), unit, target, "<=", spread, digits)


class Output:
    """Where figures go as soon as they are known; the load of the machine goes with each."""

    def __init__(self, is_json: bool) -> None:
        self._is_json = is_json
        if not is_json:
            self._row("name", "value", "unit", "target", "", "rounds")

    def explain(self, text: str) -> None:
        """What is said beside the figures."""
        print(text, file=sys.stderr, flush=True)

    def show(self, figure: Figure) -> None:
        """One figure."""
        load = os.getloadavg()[0]
        if self._is_json:
            self._show_json(figure, load)
            return
        target, verdict, rounds = "-", "", ""
        if figure.target is not None:
            target = f"{figure.bound} {figure.target:g}"
            verdict = "ok" if figure.is_kept else "MISSED"
        if figure.spread is not None:
            rounds = " to ".join(f"{value:.{figure.digits}f}" for value in figure.spread)
        self._row(
            f"{figure.bench}.{figure.name}", f"{figure.value:.{figure.digits}f}", figure.unit,
            target, verdict, f"{rounds}  load {load:.2f}".strip())

    def _show_json(self, figure: Figure, load: float) -> None:
        written: dict[str, object] = {
            "bench": figure.bench, "name": figure.name,
            "value": round(figure.value, figure.digits), "unit": figure.unit,
        }
        if figure.spread is not None:
            written["least"], written["most"] = (
                round(value, figure.digits) for value in figure.spread)
        written |= {"target": figure.target, "ok": figure.is_kept, "load": round(load, 2)}
        print(json.dumps(written, separators=(",", ":")), flush=True)

    @staticmethod
    def _row(name: str, value: str, unit: str, target: str, verdict: str, rounds: str) -> None:
        widths = COLUMNS
        line = (
            f"{name:<{widths[0]}} {value:>{widths[1]}}  {unit:<{widths[2]}} "
            f"{target:<{widths[3]}} {verdict:<{widths[4]}}{rounds}")
        print(line.rstrip(), flush=True)
