"""Prometheus's text format 0.0.4, read strictly."""

from __future__ import annotations

import re

from harness import wire

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_SAMPLE = re.compile(rf"({_NAME})(?:\{{((?:{_NAME}=\"[^\"\\\n]*\",?)*)\}})? (\S+)")

Samples = dict[str, float]
"""Values by name and labels, as written: `name{label="value"}`."""


def scrape(port: int) -> Samples:
    """What `GET /metrics` says; each sample is of a family that is declared before, once."""
    answer = wire.request(port, "GET", "/metrics")
    assert answer.status == 200, answer
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4"), answer.headers
    return read(answer.body.decode())


def read(text: str) -> Samples:
    """Reads a whole answer."""
    assert text.endswith("\n")
    samples: Samples = {}
    helped: set[str] = set()
    types: dict[str, str] = {}
    family = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split(" ")[2]
            assert family not in helped, line
            helped.add(family)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == family and kind in ("counter", "gauge", "histogram"), line
            assert (kind == "counter") == name.endswith("_total"), line
            types[name] = kind
        else:
            found = _SAMPLE.fullmatch(line)
            assert found, line
            name = found[1]
            if types[family] == "histogram":
                name = re.sub("_(bucket|sum|count)$", "", name)
            assert name == family and line.rsplit(" ", 1)[0] not in samples, line
            samples[line.rsplit(" ", 1)[0]] = float(found[3])
    return samples
