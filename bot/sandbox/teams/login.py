"""The stand-in's login: the token endpoint of the bot's tenant, and the documents that lead there.

msal takes https authorities only, and believes the documents of Microsoft's own hosts. So leave its authority
at `https://login.microsoftonline.com/{tenant}` and give it an `http_client` (`get` and `post` with the
signatures of requests.Session) that sends what is meant for that host to the stand-in's address instead:
`ConfidentialClientApplication(app_id, client_credential=…, authority=…, http_client=…)`. An application made
in this way can be set as `MicrosoftAppCredentials(…).app`. A client of one's own posts to
`{url}/{tenant}/oauth2/v2.0/token` directly.
"""

from typing import Final
from urllib.parse import parse_qs

from bot.sandbox.teams.workspace import BEARER_LIFE, Json, Workspace

AUTHORITY: Final = "https://login.microsoftonline.com"
SCOPE: Final = "https://api.botframework.com/.default"


class Refused(Exception):
    """What the login answers instead of a token: an HTTP status, an OAuth error and Microsoft's number."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(error)
        self.status = status
        self.body: Json = {
            "error": error,
            "error_description": f"AADSTS{number}: {text}",
            "error_codes": [number],
        }


def openid_configuration(tenant: str) -> Json:
    """Return a tenant's OpenID document, with Microsoft's own addresses in it as msal wants it."""
    return {
        "issuer": f"{AUTHORITY}/{tenant}/v2.0",
        "authorization_endpoint": f"{AUTHORITY}/{tenant}/oauth2/v2.0/authorize",
        "token_endpoint": f"{AUTHORITY}/{tenant}/oauth2/v2.0/token",
        "jwks_uri": f"{AUTHORITY}/{tenant}/discovery/v2.0/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    }


def instance_discovery(tenant: str) -> Json:
    """Return what instance discovery says about a tenant's authority."""
    return {
        "tenant_discovery_endpoint": f"{AUTHORITY}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [],
    }


def issue(workspace: Workspace, tenant: str, form: Json) -> Json:
    """Answer a request for a token by client credentials. Raises Refused. Source: RFC 6749, section 4.4."""
    if tenant != workspace.tenant_id:
        raise Refused(400, "invalid_request", 90002, "Tenant not found.")
    if form.get("grant_type") != "client_credentials":
        raise Refused(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
    if form.get("client_id") != workspace.app_id:
        raise Refused(400, "unauthorized_client", 700016, "Application was not found in the directory.")
    if form.get("client_secret") != workspace.app_password:
        raise Refused(401, "invalid_client", 7000215, "Invalid client secret provided.")
    if workspace.secret_expired:
        raise Refused(401, "invalid_client", 7000222, "The provided client secret keys for the app are expired.")
    if form.get("scope") != SCOPE:
        raise Refused(400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid.")
    life = int(BEARER_LIFE.total_seconds())
    return {
        "token_type": "Bearer",
        "expires_in": life,
        "ext_expires_in": life,
        "access_token": workspace.issue_bearer(),
    }


def form_of(body: bytes) -> Json:
    """Return the fields of a form; a field that comes twice counts as missing."""
    fields = parse_qs(body.decode("utf-8", "replace"))
    return {name: values[0] for name, values in fields.items() if len(values) == 1}
