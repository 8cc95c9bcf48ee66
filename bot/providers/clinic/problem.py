"""What the clinic says when it does not do what was asked: an OperationOutcome with constant words."""

from typing import Any


class Problem(Exception):
    """A refusal: HTTP status, FHIR issue type and a constant text that never holds anything of the request; `coding`
    says which of our own rules it was, where a client does something about it.

    Source: FHIR R4, OperationOutcome; issue types from http://hl7.org/fhir/issue-type.
    """

    def __init__(self, status: int, code: str, text: str, coding: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.coding = coding
        self.status = status
        self.code = code
        self.text = text

    def outcome(self) -> dict[str, Any]:
        """Return the OperationOutcome."""
        issue: dict[str, Any] = {"severity": "error", "code": self.code, "diagnostics": self.text}
        if self.coding:
            issue["details"] = {"coding": [self.coding]}
        return {"resourceType": "OperationOutcome", "issue": [issue]}


def malformed() -> Problem:
    """The body is not what FHIR R4 asks for here."""
    return Problem(400, "structure", "The body is not a resource that this request may carry.")


def unknown() -> Problem:
    """There is no such resource, or no such kind of resource here."""
    return Problem(404, "not-found", "There is no such resource here.")


def changed() -> Problem:
    """If-Match names another version, or the slot is no longer free."""
    return Problem(412, "conflict", "The resource has changed since that version.")


def conflict() -> Problem:
    """The change contradicts what is booked."""
    return Problem(409, "conflict", "The change contradicts what is booked here.")


def against_the_rules() -> Problem:
    """Well formed, but not something this clinic does."""
    return Problem(422, "business-rule", "This clinic books exactly one of its slots, or cancels a booking.")


def failed() -> Problem:
    """The clinic itself is at fault."""
    return Problem(500, "exception", "The clinic failed. Nothing was changed.")
