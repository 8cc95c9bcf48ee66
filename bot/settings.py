"""Settings: the environment (prefix HAVEN_, nested by __) or a file `haven.env`. Secrets have no default."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SlackSettings(BaseModel):
    """How to reach and recognise the Slack workspace."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    signing_secret: SecretStr | None = None
    bot_token: SecretStr | None = None
    team_id: str | None = None
    api_url: str = "https://slack.com/api/"


class TeamsSettings(BaseModel):
    """How to reach and recognise the Microsoft Teams tenant."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    app_id: str | None = None
    app_password: SecretStr | None = None
    tenant_id: str | None = None
    openid_url: str | None = None
    service_hosts: str | None = None


class ProviderSettings(BaseModel):
    """Which booking provider: the built-in clinic, or any FHIR R4 server."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    kind: Literal["clinic", "fhir"] = "clinic"
    base_url: str | None = None


class Settings(BaseSettings):
    """Everything that whoever runs the service can set."""

    model_config = SettingsConfigDict(
        env_prefix="HAVEN_",
        env_nested_delimiter="__",
        env_file="haven.env",
        extra="forbid",
        hide_input_in_errors=True,
    )

    database_url: str = "sqlite:///.haven/haven.db"
    content_dir: Path | None = None  # None: the content that ships with the package
    key_file: Path = Path(".haven/keys.json")
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    profile: Literal["demo", "production"] = "demo"
    slack: SlackSettings = SlackSettings()
    teams: TeamsSettings = TeamsSettings()
    provider: ProviderSettings = ProviderSettings()
