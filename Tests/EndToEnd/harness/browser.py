"""Headless Chromium, led through a pipe by its own protocol; no driver is between."""

from __future__ import annotations

import fcntl
import json
import os
import select
import subprocess
import time
from pathlib import Path
from typing import Any

SECONDS_MOST = 60.0


class BrowserError(Exception):
    """The browser refused a command, or a script in a page threw."""


def _pipe() -> list[int]:
    """A pipe's two ends, with numbers that are not 3 or 4."""
    ends = []
    for end in os.pipe():
        ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10))
        os.close(end)
    return ends


class Browser:
    """A Chromium with a profile of its own; it ends with its creator, whatever becomes of that."""

    def __init__(self, profile: Path, *options: str) -> None:
        commands, self._commands = _pipe()
        self._answers, answers = _pipe()
        # It reads commands from descriptor 3 and answers on 4.
        wrapped = f'exec "$@" 3<&{commands} 4>&{answers}'
        with (profile.parent / f"{profile.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "bash", "-c", wrapped, "bash",
                 "chromium", "--headless=new", "--no-sandbox", "--remote-debugging-pipe",
                 "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
                 "--disable-component-update", f"--user-data-dir={profile}", *options,
                 "about:blank"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(commands, answers),
                # What it keeps beside the profile is the test's, too.
                env=os.environ | {"HOME": str(profile.parent)},
            )
        os.close(commands)
        os.close(answers)
        self._buffer = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def close(self) -> None:
        """Ends it in good order; what it has kept for its pages is in its profile then."""
        self.command("Browser.close")
        self._process.wait(SECONDS_MOST)
        self.kill()

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.wait(SECONDS_MOST)
        for descriptor in (self._commands, self._answers):
            if descriptor >= 0:
                os.close(descriptor)
        self._commands = self._answers = -1

    def command(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        """Has it do one thing; its answer. What it reports meanwhile goes to `events`."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, url: str) -> Page:
        """Opens a page and waits until it is loaded."""
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime"):
            self.command(f"{domain}.enable", session)
        page = Page(self, session)
        page.go(url)
        return page

    def grant(self, origin: str, *permissions: str) -> None:
        """Gives an origin those of the permissions that this version knows: one at least."""
        refusals = []
        for name in permissions:
            try:
                self.command(
                    "Browser.setPermission", permission={"name": name}, setting="granted",
                    origin=origin,
                )
            except BrowserError as error:
                refusals.append(error)
        if len(refusals) == len(permissions):
            raise refusals[0]

    def await_event(self, method: str, session: str) -> dict[str, Any]:
        """The next report of this kind that was not asked for yet; its parameters."""
        looked = 0
        while True:
            while looked == len(self.events):
                self.events.append(self._read())
            event = self.events[looked]
            if event["method"] == method and event.get("sessionId") == session:
                del self.events[looked]
                return event["params"]
            looked += 1

    def _read(self) -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS_MOST
        while b"\0" not in self._buffer:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._answers], [], [], left)[0]:
                raise BrowserError(f"silent for {SECONDS_MOST} s")
            got = os.read(self._answers, 1 << 16)
            if not got:
                raise BrowserError("the browser has ended")
            self._buffer += got
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)


class Page:
    """One tab."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    def go(self, url: str) -> None:
        """Loads another page into it, and waits until that is there."""
        answer = self._browser.command("Page.navigate", self._session, url=url)
        if "errorText" in answer:
            raise BrowserError(f"{url}: {answer['errorText']}")
        self._browser.await_event("Page.loadEventFired", self._session)

    def run(self, script: str) -> Any:
        """The value of an expression in the page; of a promise, what it comes to."""
        answer = self._browser.command(
            "Runtime.evaluate", self._session, expression=script, awaitPromise=True,
            returnByValue=True, userGesture=True,
        )
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def click(self, *selectors: str) -> None:
        """Clicks what each selector finds, one after the other and within a millisecond or two."""
        self.run(
            f"for (const each of {json.dumps(selectors)}) document.querySelector(each).click()"
        )

    def said(self) -> str:
        """Waits for what a script of the page next writes to the console."""
        event = self._browser.await_event("Runtime.consoleAPICalled", self._session)
        return " ".join(str(each.get("value")) for each in event["args"])
