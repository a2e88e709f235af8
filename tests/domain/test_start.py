"""How a process starts, and what its log tells."""

import asyncio
import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
import structlog

from db.settings import KeyMissing, settings
from ui import logs
from ui.lifespan import lifespan


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """The settings of a production whose folder of keys is empty."""
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("KEYS_FOLDER", str(tmp_path))
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


@pytest.mark.parametrize("key", ["SECRET_KEY", "DATA_KEY"])
def test_production_does_not_start_without_its_keys(production: pytest.MonkeyPatch, key: str) -> None:
    production.setenv(key, "")

    async def start() -> None:
        async with lifespan(None):
            pytest.fail("it started")

    with pytest.raises(KeyMissing, match=key):
        asyncio.run(start())


def test_an_error_is_logged_by_its_kind_and_places_and_never_by_its_words() -> None:
    told = io.StringIO()
    with redirect_stdout(told):
        logs.configure()
        structlog.configure(cache_logger_on_first_use=False)
        try:
            raise ValueError("amina.benali@exemple.fr")
        except ValueError:
            structlog.get_logger().error("page_failed", exc_info=True)
    structlog.reset_defaults()
    assert '"kind": "builtins.ValueError"' in told.getvalue()
    assert "test_start.py" in told.getvalue()
    assert "amina" not in told.getvalue()
