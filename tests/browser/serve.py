"""Serves the application on the socket it is given, its clock started at the house's noon."""

import socket
import sys
from datetime import UTC, datetime

import time_machine
import uvicorn

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)

if __name__ == "__main__":
    with time_machine.travel(NOON, tick=True):
        listening = socket.socket(fileno=int(sys.argv[1]))
        uvicorn.Server(uvicorn.Config("Home:app", log_level="warning")).run(sockets=[listening])
