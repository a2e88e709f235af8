"""A mail server that keeps what the house sends, for the journeys that read their e-mails."""

import queue
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

PATIENCE = 30  # seconds


class Catcher:
    """What was sent, in the order of its coming."""

    def __init__(self) -> None:
        self._caught: queue.Queue[EmailMessage] = queue.Queue()
        self._read: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (the library's name)
        self._caught.put(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def letter(self, to: str, about: str) -> str:
        """The text of the first letter to somebody whose subject has these words; waits for it."""
        while True:
            for place, letter in enumerate(self._read):
                if to in letter["To"] and about in letter["Subject"]:
                    body = self._read.pop(place).get_body(("plain",))
                    assert body is not None
                    return str(body.get_content())
            self._read.append(self._caught.get(timeout=PATIENCE))

    def link(self, to: str, about: str, house: str) -> str:
        """The path of the link in such a letter."""
        found = re.search(rf"{re.escape(house)}(/\S+)", self.letter(to, about))
        assert found is not None
        return found.group(1).rstrip(")>.")


@contextmanager
def caught() -> Iterator[tuple[Catcher, dict[str, str]]]:
    """A catcher that listens, and the settings that send the house's letters to it."""
    catcher = Catcher()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(catcher, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield catcher, {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_TLS": "none"}
    finally:
        controller.stop()
