"""The tests, room by room."""

import os
import tempfile
from pathlib import Path

if "XDG_RUNTIME_DIR" not in os.environ:  # the PostgreSQL wheel asks for a private runtime folder when it is imported
    folder = Path(tempfile.gettempdir()) / f"farandole-runtime-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
