"""Our own files as pages name them: their address changes with their content, so that no browser runs yesterday's script."""

import hashlib
from pathlib import Path

STATIC = Path(__file__).parent / "static"
VERSIONS = {
    file.relative_to(STATIC).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in STATIC.rglob("*") if file.is_file()
}


def address(name: str) -> str:
    """`assets/mend.js?v=8c1f…`, from the root of the site. Raises KeyError for a file that we do not have."""
    return f"assets/{name}?v={VERSIONS[name]}"


def keeping(name: str, version: str | None) -> str:
    """How long a browser keeps a file: for ever under the version of its content, else it asks anew each time. Fonts never change."""
    settled = name.startswith("vendor/fonts/") or (version is not None and version == VERSIONS.get(name))
    return "public, max-age=31536000, immutable" if settled else "no-cache"
