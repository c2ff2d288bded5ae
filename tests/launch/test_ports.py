"""A taken port is told with the process that holds it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator

import pytest

from unknot.launch.app import StartError, check_ports
from unknot.launch.ports import free_port, in_use_message, is_free, owner
from unknot.settings import Settings


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this very process listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_is_not_free(taken: int) -> None:
    assert not is_free("127.0.0.1", taken)
    assert is_free("127.0.0.1", free_port())


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_message_names_the_holder_and_the_way_out(taken: int) -> None:
    assert owner(taken).pid == os.getpid()
    message = in_use_message(taken, "UNKNOT_PORT")
    assert f"Port {taken} is in use by process {os.getpid()} (" in message
    assert f"UNKNOT_PORT={taken + 1}" in message


def test_without_a_known_holder_the_message_still_helps() -> None:
    assert "in use by another program" in in_use_message(free_port(), "UNKNOT_PORT")


@pytest.mark.parametrize("field", ["port", "actions_port"])
def test_a_start_on_a_taken_port_is_refused(taken: int, field: str) -> None:
    settings = Settings(**{"port": free_port(), "actions_port": free_port(), field: taken})
    with pytest.raises(StartError, match=f"Port {taken} is in use"):
        check_ports(settings)
