"""A web server for the pages of `Examples/Web`, which knows where this test's agent listens."""

from __future__ import annotations

from pathlib import Path

from harness.gateway import Exchange, Gateway, Reply

USUAL_AGENT = b"http://127.0.0.1:4680"
KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


class Site(Gateway):
    """Serves a folder; where a file names the agent's usual address, it says `agent` instead."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.agent = ""
        super().__init__()

    def respond(self, exchange: Exchange) -> Reply:
        """A file of the folder, `index.html` at its top."""
        file = self.folder / (exchange.path.lstrip("/") or "index.html")
        if not file.is_file():
            return Reply(404)
        body = file.read_bytes().replace(USUAL_AGENT, self.agent.encode())
        return Reply(200, body, (("Content-Type", KINDS[file.suffix]),))
