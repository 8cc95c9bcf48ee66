"""The app itself, as Slack keeps it: its credentials, who installs it, and the tokens that it exchanges.

Source: Slack's reference of oauth.v2.access, apps.connections.open and auth.revoke, and "Using token rotation".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from bot.clock import Clock, token
from bot.sandbox.slack.workspace import Json, SlackError, Workspace

CODE_LIFE = timedelta(minutes=10)
TOKEN_LIFE = timedelta(hours=12)
TICKET_LIFE = timedelta(seconds=30)


@dataclass
class Code:
    """A code that a browser carried away: good once, for ten minutes."""

    workspace: Workspace
    redirect: str
    scopes: frozenset[str]
    at: datetime
    used: bool = False


@dataclass
class App:
    """One app and the workspaces that there are. `visitor` is the workspace that the next browser is signed in to,
    `says_no` whether the person there declines. `rotates` is the app's token rotation."""

    clock: Clock
    workspaces: list[Workspace]
    redirects: list[str] = field(default_factory=list)
    client_id: str = "1111111111.2222222222"
    client_secret: str = ""
    app_token: str = ""
    app_id: str = "A0HAVEN"
    rotates: bool = False
    socket_mode: bool = False
    socket_url: str = ""
    visitor: Workspace | None = None
    says_no: bool = False
    codes: dict[str, Code] = field(default_factory=dict)
    refreshes: dict[str, Workspace] = field(default_factory=dict)
    tickets: dict[str, datetime] = field(default_factory=dict)
    exchanges: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client_secret = self.client_secret or token(self.clock)
        self.app_token = self.app_token or f"xapp-1-{self.app_id}-{token(self.clock)}"

    def owner(self, bearer: str) -> Workspace | None:
        """Return the workspace that a token was given by."""
        return next((each for each in self.workspaces if bearer in each.grants.given), None)

    # --- the browser's part

    def authorize(self, asked: Mapping[str, str]) -> str:
        """Return where the browser goes once the person has decided. Raises SlackError for what Slack shows an error
        page for."""
        if asked.get("client_id") != self.client_id:
            raise SlackError("invalid_client_id")
        redirect = asked.get("redirect_uri", "")
        if not any(redirect.startswith(each) for each in self.redirects):
            raise SlackError("bad_redirect_uri")
        scopes = frozenset(filter(None, asked.get("scope", "").split(",")))
        if not scopes:
            raise SlackError("invalid_scope_requested")
        back = {"state": asked["state"]} if "state" in asked else {}
        if self.says_no or self.visitor is None:
            return f"{redirect}?{urlencode({'error': 'access_denied', **back})}"
        code = token(self.clock)
        self.codes[code] = Code(self.visitor, redirect, scopes, self.clock.now())
        return f"{redirect}?{urlencode({'code': code, **back})}"

    # --- what the app asks for in its own name

    def access(self, args: Json, credentials: tuple[str, str]) -> Json:
        """oauth.v2.access: a code or a refresh token for a token. Raises SlackError."""
        self.exchanges.append({"grant_type": args.get("grant_type", "authorization_code")})
        client, secret = credentials
        if client != self.client_id:
            raise SlackError("invalid_client_id")
        if secret != self.client_secret:
            raise SlackError("bad_client_secret")
        if args.get("grant_type") == "refresh_token":
            workspace = self.refreshes.pop(str(args.get("refresh_token")), None)
            if workspace is None:
                raise SlackError("invalid_refresh_token")
            return self._granted(workspace)
        code = self.codes.get(str(args.get("code")))
        if code is None or self.clock.now() - code.at > CODE_LIFE:
            raise SlackError("invalid_code")
        if code.used:
            raise SlackError("code_already_used")
        if args.get("redirect_uri") != code.redirect:
            raise SlackError("bad_redirect_uri")
        code.used = True
        code.workspace.scopes = code.scopes
        return self._granted(code.workspace)

    def _granted(self, workspace: Workspace) -> Json:
        now = self.clock.now()
        expires = now + TOKEN_LIFE if self.rotates else None
        workspace.bot_token = ("xoxe.xoxb-1-" if self.rotates else "xoxb-") + token(self.clock)
        workspace.grants.give(workspace.bot_token, expires)
        organisation = {"id": workspace.organisation, "name": "Organisation"} if workspace.organisation else None
        told: Json = {
            "app_id": self.app_id,
            "authed_user": {"id": "U0ADMIN"},
            "scope": ",".join(sorted(workspace.scopes)),
            "token_type": "bot",
            "access_token": workspace.bot_token,
            "bot_user_id": workspace.bot_user_id,
            "team": None if workspace.org_wide else {"id": workspace.team_id, "name": workspace.domain},
            "enterprise": organisation,
            "is_enterprise_install": workspace.org_wide,
        }
        if self.rotates:
            refresh = "xoxe-1-" + token(self.clock)
            self.refreshes[refresh] = workspace
            told |= {"refresh_token": refresh, "expires_in": int(TOKEN_LIFE.total_seconds())}
        return told

    def uninstall(self, workspace: Workspace) -> None:
        """Remove the app from a workspace: none of its tokens is good any more."""
        workspace.grants.revoke()
        for refresh in [key for key, each in self.refreshes.items() if each is workspace]:
            del self.refreshes[refresh]

    def connect(self, bearer: str) -> Json:
        """apps.connections.open: the address of a socket, good once and for half a minute. Raises SlackError."""
        if not bearer.startswith("xapp-"):
            raise SlackError("not_allowed_token_type")
        if bearer != self.app_token:
            raise SlackError("invalid_auth")
        if not self.socket_mode:
            raise SlackError("access_denied")
        ticket = token(self.clock)
        self.tickets[ticket] = self.clock.now()
        return {"url": f"{self.socket_url}/link/?ticket={ticket}&app_id={self.app_id}"}

    def admit(self, ticket: str) -> bool:
        """Tell whether a socket may open, and use its ticket up."""
        issued = self.tickets.pop(ticket, None)
        return issued is not None and self.clock.now() - issued <= TICKET_LIFE
