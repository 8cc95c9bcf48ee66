"""The tokens that a workspace has given the bot: they can expire, and be revoked."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Grant:
    """One token. `expires` is None where tokens do not rotate."""

    expires: datetime | None = None
    revoked: bool = False


@dataclass
class Grants:
    """Every token ever given."""

    given: dict[str, Grant] = field(default_factory=dict)

    def give(self, token: str, expires: datetime | None = None) -> None:
        """Make a token good."""
        self.given[token] = Grant(expires)

    def refusal(self, bearer: str, now: datetime) -> str:
        """Return Slack's word for why a token is not taken; empty if it is."""
        grant = self.given.get(bearer)
        if grant is None:
            return "invalid_auth"
        if grant.revoked:
            return "token_revoked"
        return "token_expired" if grant.expires and now >= grant.expires else ""

    def revoke(self, *tokens: str) -> None:
        """Revoke some tokens, or all of them if none is named."""
        for token in tokens or tuple(self.given):
            self.given[token].revoked = True
