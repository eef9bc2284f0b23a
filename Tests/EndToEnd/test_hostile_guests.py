"""Guests at the Unix sockets send what holds up whoever closes it: nobody else waits for it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.snares import LINGER_SECONDS, LingeringSocket, send
from harness.waiting import eventually


DOORS = ("ring", "ingest", "control")
SERVED_SECONDS = LINGER_SECONDS / 10
TOO_MUCH = 5 << 20
"""More than an operator may ask with."""


@pytest.fixture
def snare() -> Iterator[LingeringSocket]:
    """A socket that whoever closes it waits for."""
    made = LingeringSocket()
    yield made
    made.close()


def connect(agent: Agent, door: str) -> socket.socket:
    """A guest at one of the doors."""
    guest = socket.socket(socket.AF_UNIX)
    guest.settimeout(20)
    guest.connect(str(agent.runtime / f"{door}.sock"))
    return guest


def check_served(agent: Agent) -> None:
    """Fails unless everybody else is served at once."""
    begun = time.monotonic()
    for number in range(3):
        agent.batch([{"type": "track", "event": f"Served {number}"}])
        with agent.ingest() as ingest:
            assert ingest.tell([b'{"event":"Served"}']).stored == 1
        assert agent.status()["counters"]["accepted"] > 0
    passed = time.monotonic() - begun
    assert passed < SERVED_SECONDS, f"served after {passed:.1f} s"


@contextlib.contextmanager
def asleep(agent: Agent) -> Iterator[None]:
    """The agent does nothing meanwhile: what is sent to it is closed here first, and there last."""
    os.kill(agent.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(agent.pid, signal.SIGCONT)


def unread_bytes(guest: socket.socket) -> int:
    """How much memory what it sent still takes."""
    return int.from_bytes(fcntl.ioctl(guest, termios.TIOCOUTQ, bytes(4)), sys.byteorder)


def by_bytes(guest: socket.socket, snare: int) -> None:
    """With bytes."""
    send(guest, b"FFRING1\0", [snare])


def by_the_hundred(guest: socket.socket, snare: int) -> None:
    """As many as one message takes."""
    send(guest, b"FFRING1\0", [snare] * 253)


def behind_bytes(guest: socket.socket, snare: int) -> None:
    """Behind bytes without any."""
    guest.sendall(b" " * 100)
    send(guest, b"FFRING1\0", [snare])


def with_urgent_bytes(guest: socket.socket, snare: int) -> None:
    """With a byte that others overtake."""
    send(guest, b"!", [snare], socket.MSG_OOB)
    guest.sendall(b"FFRING1\0")


def in_another_socket(guest: socket.socket, snare: int) -> None:
    """In a socket that is sent itself, unread."""
    inner, outer = socket.socketpair()
    with inner, outer:
        send(outer, b".", [snare])
        send(guest, b"FFRING1\0", [inner.fileno()])


def and_leaves(guest: socket.socket, snare: int) -> None:
    """And is gone before anybody has read it."""
    by_bytes(guest, snare)
    guest.close()


def and_ends(guest: socket.socket, snare: int) -> None:
    """And sends no more."""
    by_bytes(guest, snare)
    guest.shutdown(socket.SHUT_WR)


WAYS = (by_bytes, behind_bytes, with_urgent_bytes, in_another_socket, and_leaves, and_ends)
# Of a message with many descriptors the emulator takes six where its program asks for one.
TRIED = [pytest.param(way, marks=pytest.mark.core, id=way.__name__) for way in WAYS]
TRIED.append(pytest.param(by_the_hundred, id="by_the_hundred"))


@pytest.mark.parametrize("way", TRIED)
@pytest.mark.parametrize("door", DOORS)
def test_a_socket_that_lingers_holds_up_nobody(
    lone_agent: Agent, snare: LingeringSocket, door: str, way: Callable[[socket.socket, int], None]
) -> None:
    with connect(lone_agent, door) as guest:
        with asleep(lone_agent):
            way(guest, snare.socket.fileno())
            snare.socket.close()
        check_served(lone_agent)
    check_served(lone_agent)
    assert snare.is_closed(), "the agent does not keep it"


@pytest.mark.core
@pytest.mark.parametrize("door", DOORS)
def test_what_comes_after_the_answer_holds_up_nobody(
    lone_agent: Agent, snare: LingeringSocket, door: str
) -> None:
    with connect(lone_agent, door) as guest:
        # Answered, and from then on only drained.
        if door == "ring":
            with open("/dev/null", "rb") as null:
                send(guest, b"FFRING1\0", [null.fileno()])
            assert guest.recv(100) == b"refused: the descriptor is no memory\n"
        elif door == "ingest":
            guest.sendall(b'{"event":"Served"}\n')
            assert guest.recv(1000)
        else:
            guest.sendall(bytes(TOO_MUCH))
            assert guest.recv(1000)
            eventually(lambda: unread_bytes(guest) == 0, "the agent reads on")
        with asleep(lone_agent):
            by_bytes(guest, snare.socket.fileno())
            snare.socket.close()
        check_served(lone_agent)
    assert snare.is_closed(), "the agent does not keep it"


@pytest.mark.core
@pytest.mark.parametrize("door", DOORS)
def test_guests_that_were_never_let_in_hold_up_nobody(lone_agent: Agent, door: str) -> None:
    snares = [LingeringSocket() for _ in range(100)]
    guests = []
    with asleep(lone_agent):
        for snare in snares:
            guests.append(connect(lone_agent, door))
            by_bytes(guests[-1], snare.socket.fileno())
            snare.socket.close()
    check_served(lone_agent)
    for guest in guests:
        guest.close()
    assert all(snare.is_closed() for snare in snares), "the agent does not keep them"
    for snare in snares:
        snare.close()


@pytest.mark.core
@pytest.mark.parametrize("door", DOORS)
def test_an_agent_ends_though_guests_have_sent_what_lingers(
    lone_agent: Agent, snare: LingeringSocket, door: str
) -> None:
    with connect(lone_agent, door) as guest:
        with asleep(lone_agent):
            by_bytes(guest, snare.socket.fileno())
            snare.socket.close()
        begun = time.monotonic()
        assert lone_agent.stop(SERVED_SECONDS) == 0
        assert time.monotonic() - begun < SERVED_SECONDS
    lone_agent.start()


def descriptors(agent: Agent) -> int:
    """How many the agent has open."""
    return len(list(Path(f"/proc/{agent.pid}/fd").iterdir()))


@pytest.mark.core
def test_what_guests_send_does_not_stay_open(lone_agent: Agent) -> None:
    before = descriptors(lone_agent)
    for door in DOORS:
        for _ in range(50):
            with connect(lone_agent, door) as guest, open("/dev/null", "rb") as null:
                send(guest, b"FFRING1\0", [null.fileno()] * 20)
    eventually(lambda: descriptors(lone_agent) <= before, "all is closed")
