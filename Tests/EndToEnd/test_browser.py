"""A plain web page in real Chromium: what it hands over arrives once, and only where it may.

What is asserted is where events are, and the words of our own script; a browser's are another's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.browser import Browser, Page
from harness.collector import Collector
from harness.examples import EXAMPLES, arrived
from harness.proxy import Fault, FaultProxy
from harness.site import Site
from harness.waiting import eventually

pytestmark = pytest.mark.centre

VIEW = ("Product Viewed", {"sku": "21754", "price": 5.95})
ORDER = ("Order Completed", {"order": 4711, "revenue": 5.95, "currency": "EUR"})


@pytest.fixture
def make_site() -> Iterator[Callable[[], Site]]:
    """Starts web servers with the example's files, each of an origin of its own."""
    made: list[Site] = []

    def make() -> Site:
        made.append(Site(EXAMPLES / "Web"))
        return made[-1]
    yield make
    for site in made:
        site.close()


@pytest.fixture
def site(make_site: Callable[[], Site]) -> Site:
    """The one whose origin the agent allows."""
    return make_site()


@pytest.fixture
def agent(
    make_agent: Callable[..., Agent], site: Site, collector: Collector
) -> Agent:
    """An agent that this one site may use, not started yet."""
    changes = {"agent": {"allowed_origins": site.url}}
    agent = make_agent(collector.url, changes=changes, start=False)
    site.agent = f"http://127.0.0.1:{agent.port}"
    return agent


@pytest.fixture
def make_browser(place: Path) -> Iterator[Callable[..., Browser]]:
    """Starts browsers, all with one profile, one after the other."""
    made: list[Browser] = []

    def make(*options: str) -> Browser:
        made.append(Browser(place / "profile", *options))
        return made[-1]
    yield make
    for browser in made:
        browser.kill()


def waiting(page: Page) -> int:
    """How many events the page keeps."""
    return page.run("footfall.waiting().length")


def test_what_is_clicked_is_at_the_collector_in_order(
    agent: Agent, collector: Collector, site: Site, make_browser: Callable[..., Browser]
) -> None:
    agent.start()
    page = make_browser().open(site.url)
    # All within one millisecond, as fast clicks may be.
    page.run("Date.prototype.toISOString = () => '2026-11-23T08:00:00.000Z'")
    page.click("#buy", *["#view", "#buy"] * 10, "#view", "#view")
    eventually(lambda: waiting(page) == 0, "all are answered")
    agent.flush()
    assert arrived(collector) == [ORDER, *[VIEW, ORDER] * 10, VIEW, VIEW]


def test_an_event_whose_answer_was_lost_is_sent_again_and_stored_once(
    agent: Agent, collector: Collector, site: Site, make_browser: Callable[..., Browser],
    make_proxy: Callable[..., FaultProxy],
) -> None:
    faults = iter([Fault.LOST_ANSWER, Fault.UNAVAILABLE])
    # The preflight passes: it is not what can be stored twice.
    proxy = make_proxy(agent.start().port, lambda number: (
        next(faults, Fault.NONE) if number > 0 else Fault.NONE
    ))
    site.agent = proxy.url
    page = make_browser().open(site.url)
    page.click("#buy")
    # Of the lost answer the page may hear nothing: a browser may send again by itself.
    eventually(lambda: "not delivered yet: 503" in page.said(), "the status is on the console")
    eventually(lambda: waiting(page) == 0, "it is answered")
    agent.flush()
    posts = [json.loads(each.body) for each in proxy.seen if each.method == "POST"]
    assert len(posts) == 3 and posts[0] == posts[1] == posts[2]
    assert arrived(collector) == [ORDER]
    assert agent.status()["counters"]["deduplicated"] == 1


def test_a_page_has_one_of_the_keys_that_the_agent_asks_for(
    agent: Agent, collector: Collector, site: Site, make_browser: Callable[..., Browser]
) -> None:
    agent.settings["agent"]["local_keys"] = "till | kiosk-ui"
    agent.write_configuration()
    agent.start()
    page = make_browser().open(site.url)
    page.click("#view")
    assert "not delivered yet: 401" in page.said() and waiting(page) == 1
    page.run(f"void new Footfall('{site.agent}', {{ localKey: 'kiosk-ui' }})")
    eventually(lambda: waiting(page) == 0, "the one with the key has sent it")
    agent.flush()
    assert arrived(collector) == [VIEW]


def test_what_storage_throws_is_no_end(
    agent: Agent, collector: Collector, site: Site, make_browser: Callable[..., Browser]
) -> None:
    agent.start()
    page = make_browser().open(site.url)
    page.run("""
        addEventListener("unhandledrejection", () => { globalThis.isUnhandled = true; });
        const removeItem = Storage.prototype.removeItem;
        Storage.prototype.removeItem = () => {
            Storage.prototype.removeItem = removeItem;
            throw new Error("the disk is full");
        };
    """)
    page.click("#view")
    assert "the disk is full" in page.said() and waiting(page) == 1
    eventually(lambda: not page.run("footfall.isSending"), "it gives up")
    page.click("#buy")
    eventually(lambda: waiting(page) == 0, "the next event takes the first along")
    assert page.run("globalThis.isUnhandled") is None
    agent.flush()
    assert arrived(collector) == [VIEW, ORDER]


def test_what_another_tab_has_sent_is_skipped(
    agent: Agent, collector: Collector, site: Site, make_browser: Callable[..., Browser],
    make_proxy: Callable[..., FaultProxy],
) -> None:
    proxy = make_proxy(agent.start().port)
    site.agent = proxy.url
    page = make_browser().open(site.url)
    # It is gone between the look for keys and the look for what is under the first.
    page.run("""
        const waiting = footfall.waiting;
        footfall.waiting = () => {
            footfall.waiting = waiting;
            return ["footfall 2026", ...footfall.waiting()];
        };
    """)
    page.click("#view")
    eventually(lambda: waiting(page) == 0, "all is answered")
    assert [bool(each.body) for each in proxy.seen if each.method == "POST"] == [True]
    agent.flush()
    assert arrived(collector) == [VIEW]


def test_an_event_outlives_the_browser_while_no_agent_is_there(
    agent: Agent, collector: Collector, site: Site, make_browser: Callable[..., Browser]
) -> None:
    browser = make_browser()
    page = browser.open(site.url)
    page.click("#view", "#buy")
    assert "not delivered yet" in page.said()
    page.go(site.url)
    assert waiting(page) == 2
    browser.close()
    agent.start()
    page = make_browser().open(site.url)
    eventually(lambda: waiting(page) == 0, "the next page has sent them")
    agent.flush()
    assert arrived(collector) == [VIEW, ORDER]


def test_a_page_of_a_foreign_origin_hands_nothing_over(
    agent: Agent, collector: Collector, site: Site, make_site: Callable[[], Site],
    make_browser: Callable[..., Browser],
) -> None:
    agent.start()
    foreign = make_site()
    foreign.agent = site.agent
    browser = make_browser()
    page = browser.open(foreign.url)
    page.click("#buy")
    assert "not delivered yet" in page.said() and waiting(page) == 1
    # Nor by the way in which a browser asks nobody before it sends, and tells no answer.
    body = json.dumps({"type": "track", "event": "Forged"})
    post = f"fetch('{site.agent}/v1/track', {{method: 'POST', mode: 'no-cors', body: '{body}'}})"
    assert page.run(post + ".then(answer => answer.type)") == "opaque"
    allowed = browser.open(site.url)
    allowed.click("#view")
    eventually(lambda: waiting(allowed) == 0, "the site that may is served")
    agent.flush()
    assert arrived(collector) == [VIEW]


def from_elsewhere(agent: Agent, site: Site, space: str) -> tuple[str, list[str]]:
    """Has the agent allow the site under a name; its origin, and what makes it seem from there."""
    origin = f"http://shop.example:{site.port}"
    agent.settings["agent"]["allowed_origins"] = origin
    agent.write_configuration()
    agent.start()
    return origin, [
        "--host-resolver-rules=MAP shop.example 127.0.0.1",
        f"--ip-address-space-overrides=127.0.0.1:{site.port}={space}",
    ]


def test_a_page_from_the_shops_network_need_only_be_allowed_by_the_agent(
    agent: Agent, collector: Collector, site: Site, make_browser: Callable[..., Browser]
) -> None:
    origin, options = from_elsewhere(agent, site, "local")
    page = make_browser(*options).open(origin)
    # It came in the clear: a browser withholds some of its functions.
    assert page.run("isSecureContext") is False
    page.click("#view")
    eventually(lambda: waiting(page) == 0, "it is answered")
    agent.flush()
    assert arrived(collector) == [VIEW]


def test_a_page_from_the_internet_needs_the_browsers_leave(
    agent: Agent, collector: Collector, site: Site, make_browser: Callable[..., Browser]
) -> None:
    origin, options = from_elsewhere(agent, site, "public")
    # As if by https.
    browser = make_browser(*options, f"--unsafely-treat-insecure-origin-as-secure={origin}")
    page = browser.open(origin)
    page.click("#view")
    assert "not delivered yet" in page.said() and waiting(page) == 1
    # What an administrator says by the policy LoopbackNetworkAllowedForUrls. Tried with Chromium
    # 156, which knows both names.
    browser.grant(origin, "loopback-network", "local-network-access")
    eventually(lambda: waiting(page) == 0, "it is tried again, and let through")
    agent.flush()
    assert arrived(collector) == [VIEW]
