"""What the doctor says about one thing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `good` is None for a note: nothing to mend, or nothing that a server can see.

    `remedy` says what to do, and where; it is never empty where something is not good. Neither text holds a secret.
    """

    what: str
    good: bool | None
    finding: str
    remedy: str = ""

    @property
    def mark(self) -> str:
        """Return the word that stands before it."""
        return {True: "ok", False: "no", None: "--"}[self.good]
