"""Settings: the environment (prefix HAVEN_, nested by __) or a file `haven.env`. Secrets have no default."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from flows.core.catalog import Surface


class SettingsTrouble(Exception):
    """A setting is missing or wrong; the message says which, what it is, and where to get it."""


class SlackSettings(BaseModel):
    """How to reach and recognise Slack: a way in (HTTP or Socket Mode), and one workspace or several."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    signing_secret: SecretStr | None = None  # deliveries over HTTP
    app_token: SecretStr | None = None  # or over Socket Mode
    bot_token: SecretStr | None = None  # one workspace
    team_id: str | None = None
    client_id: str | None = None  # or several, by OAuth
    client_secret: SecretStr | None = None
    allowed: str | None = None  # commas between several
    api_url: str = "https://slack.com/api/"

    @property
    def several(self) -> bool:
        """Tell whether the app is installed by OAuth."""
        return bool(self.client_id or self.client_secret or self.allowed)

    @property
    def connected(self) -> bool:
        """Tell whether anything of Slack is set. After `check_settings` that is all that is needed."""
        return self.several or bool(self.signing_secret or self.app_token or self.bot_token or self.team_id)


class TeamsSettings(BaseModel):
    """How to reach and recognise the Microsoft Teams tenant."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    app_id: str | None = None
    app_password: SecretStr | None = None
    tenant_id: str | None = None
    openid_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    login_url: str = "https://login.microsoftonline.com"
    service_hosts: str = "smba.trafficmanager.net"  # commas between several
    playground: bool = False  # development only: see `settings_check.py`


class ProviderSettings(BaseModel):
    """Which booking provider: the built-in clinic, or any FHIR R4 server."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    kind: Literal["clinic", "fhir"] = "clinic"
    base_url: str | None = None
    token: SecretStr | None = None


class ProviderAccess(BaseModel):
    """How we prove to a provider of providers.yaml who we are: a token, or a client with its key (SMART Backend
    Services); and the secret that signs what it tells us of its own accord."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token: SecretStr | None = None
    client_id: str | None = None
    key_file: Path | None = None
    token_url: str | None = None  # None: where the server's .well-known/smart-configuration says
    webhook_secret: SecretStr | None = None


class CareSettings(BaseModel):
    """Where requests to be called back go: the staffed contact's endpoint, and the secret that signs them."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: str | None = None
    secret: SecretStr | None = None


class ScreeningSettings(BaseModel):
    """The private check: for signposting, or with a clinical partner; whether the PHQ-9 stands in for the PHQ-8; and
    whether the WHO-5 comes first, whose licence is for whoever turns it on to settle."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    mode: Literal["signposting", "clinical_partner"] = "signposting"
    phq9: bool = False
    who5: bool = False


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
    key_file: Path | None = None  # None: beside the database, see `keys`
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str | None = None  # where people's browsers and the platforms find this server
    profile: Literal["demo", "production"] = "demo"
    surface: Literal["in_app", "room"] = "in_app"  # where private screens are; "room": on pages of ours only
    slack: SlackSettings = SlackSettings()
    teams: TeamsSettings = TeamsSettings()
    provider: ProviderSettings = ProviderSettings()
    providers: dict[str, ProviderAccess] = {}  # by their keys in providers.yaml, with _ for -
    care: CareSettings = CareSettings()
    screening: ScreeningSettings = ScreeningSettings()

    @property
    def private(self) -> Surface:
        """Return where private screens are. The room is offered as soon as people's browsers can reach it."""
        if self.surface == "room":
            return "room"
        return "offered" if self.public_url else "in_app"

    @property
    def keys(self) -> Path:
        """Return where the keys lie: where HAVEN_KEY_FILE says, else beside the database."""
        if self.key_file:
            return self.key_file
        database = Path(make_url(self.database_url).database or "haven.db")
        return database.with_name(f"{database.stem}.keys.json")


def load_settings(**given: Any) -> Settings:
    """Read the settings. Raises SettingsTrouble in place of a validation error, without echoing a value."""
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [
            f"  HAVEN_{'__'.join(str(part) for part in each['loc']).upper().removeprefix('HAVEN_')}: {each['msg']}"
            for each in error.errors()
        ]
        raise SettingsTrouble("Settings that cannot be read:\n" + "\n".join(lines)) from None
