"""The door for what families send: counted and weighed, shown to the antivirus, then read in a bounded process of its own."""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence

import structlog

from db.settings import ROOT, settings
from domain.intake import antivirus, refusals
from domain.intake.paper import LARGEST, MOST_FILES, Clean, Upload
from domain.refusals import Refusal

PATIENCE = 30.0  # seconds that a delivery may take
_TURN = 20.0  # seconds that a delivery waits for its turn
_readers = threading.BoundedSemaphore(2)  # of this process: each may fill its share of the memory
_log = structlog.get_logger()


def receive(uploads: Sequence[Upload]) -> Clean:
    """What is kept of the files that were sent as one paper: a PDF alone, or photos. Takes a second; call it outside any transaction.

    Raises the refusals of this package; nothing is kept then.
    """
    if not uploads:
        raise refusals.NothingSent
    if len(uploads) > MOST_FILES:
        raise refusals.TooManyFiles(len(uploads), MOST_FILES)
    for upload in uploads:
        if not upload.content:
            raise refusals.EmptyFile(upload.name)
        if len(upload.content) > LARGEST:
            raise refusals.FileTooLarge(upload.name, LARGEST)
    if settings().clamav:
        antivirus.scan(uploads, settings().clamav)
    if not _readers.acquire(timeout=_TURN):
        raise refusals.TooBusy
    try:
        return _read_apart(uploads)
    finally:
        _readers.release()


def _read_apart(uploads: Sequence[Upload]) -> Clean:
    told = json.dumps([(upload.name, len(upload.content)) for upload in uploads]).encode() + b"\n"
    sent = b"".join([told, *(upload.content for upload in uploads)])
    command = [sys.executable, "-E", "-s", "-B", "-m", "domain.intake"]
    try:
        done = subprocess.run(command, input=sent, capture_output=True, timeout=PATIENCE, cwd=ROOT, env={}, check=False)
    except subprocess.TimeoutExpired as late:
        raise refusals.TooHeavy(uploads[0].name) from late
    line, _, content = done.stdout.partition(b"\n")
    if done.returncode or not line:
        _log.warning("intake_died", code=done.returncode, said=done.stderr[-300:].decode("utf-8", "replace"))
        raise refusals.TooHeavy(uploads[0].name)
    answer = json.loads(line)
    if "refused" in answer:
        refusal = getattr(refusals, answer["refused"])
        assert issubclass(refusal, Refusal)
        raise refusal(**answer["facts"])
    return Clean(answer["name"], answer["mime"], content)
