"""The archive that a family takes away: the data for machines (JSON), a page to read (HTML), and the papers' files."""

import json
import zipfile
from datetime import date, datetime
from typing import IO, Any

import structlog

from db import storage
from domain.privacy.gathering import Gathered

_log = structlog.get_logger()
DATA, PAGE, LOST = "donnees.json", "lisez-moi.html", "pieces/introuvable.txt"


def pack(into: IO[bytes], gathered: Gathered, page: str) -> None:
    """Writes the archive. Outside any transaction: reading files takes its time. A file that is lost is told by its name."""
    lost = []
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PAGE, page)
        archive.writestr(DATA, json.dumps(gathered.chapters, ensure_ascii=False, indent=1, default=_plain))
        for paper in gathered.papers:
            try:
                archive.writestr(paper.name, storage.content_of(paper.sha256, sealed=paper.is_sealed))
            except storage.FileLost:
                _log.error("file_lost", sha256=paper.sha256)
                lost.append(paper.name)
        if lost:
            archive.writestr(LOST, "\n".join(lost) + "\n")


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
