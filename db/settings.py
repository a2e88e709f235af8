"""Everything the environment decides, read once; docs/operations.md has the table."""

import os
import secrets
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class KeyMissing(RuntimeError):
    """Production was started without one of its keys."""


class Settings(BaseSettings):
    """The settings of one process. Names in the environment are the field names in capitals."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", hide_input_in_errors=True)

    environment: Literal["demo", "production"] = "demo"
    database_url: str = f"sqlite:///{ROOT / 'var' / 'farandole.sqlite3'}"
    timezone: str = "Europe/Paris"
    public_url: str = "http://localhost:8501"
    port: int = 8501

    secret_key: str = Field(default="", description="signs links and hashes identifiers; `version:key`, newest first")
    data_key: str = Field(default="", description="encrypts health sheets and second factors; `version:key`, newest first")
    keys_folder: Path = ROOT / "var" / "keys"
    files_folder: Path = ROOT / "var" / "files"

    clamav: str = ""
    api_particulier_url: str = "https://particulier.api.gouv.fr"
    api_particulier_token: str = ""
    api_particulier_siret: str = ""

    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    mail_from: str = "ne-pas-repondre@farandole.example"

    @property
    def zone(self) -> ZoneInfo:
        """The structure's time zone, in which "today", notices and openings are told."""
        return ZoneInfo(self.timezone)

    def key(self, name: Literal["secret_key", "data_key"]) -> dict[int, bytes]:
        """The versions of a key, newest first: from the environment, else from a file of mode 0600.

        Outside production a missing key is made once. Raises KeyMissing in production.
        """
        written = getattr(self, name) or self._key_file(name)
        versions = [part.partition(":") for part in written.split(",")]
        return {int(version): bytes.fromhex(value) for version, _, value in versions}

    def _key_file(self, name: str) -> str:
        path = self.keys_folder / name
        if not path.exists():
            if self.environment == "production":
                raise KeyMissing(f"{name.upper()} is neither in the environment nor in {path}")
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                    file.write(f"1:{secrets.token_hex(32)}")
            except FileExistsError:
                pass
        return path.read_text().strip()


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
