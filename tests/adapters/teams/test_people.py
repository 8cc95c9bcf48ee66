from typing import Any

import pytest

from adapters.teams.people import judged

TENANT = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
MEMBER = {
    "aadObjectId": "sam",
    "tenantId": TENANT,
    "userRole": "user",
    "userPrincipalName": "sam@tailspin.example",
}


@pytest.mark.parametrize("changes", [{}, {"userRole": None}, {"tenantId": None}, {"aadObjectId": None}])
def test_a_member_is_admitted(changes: dict[str, Any]) -> None:
    assert judged({**MEMBER, **changes}, "sam", TENANT)


@pytest.mark.parametrize(
    "changes",
    [
        {"userRole": "guest"},
        {"userRole": "anonymous"},
        {"userRole": "something new"},
        {"userRole": None, "userPrincipalName": None},
        {"tenantId": "another"},
        {"aadObjectId": "alex"},
        {"userPrincipalName": "sam_home.example#EXT#@tailspin.example"},
        {"userRole": None, "userPrincipalName": "sam_home.example#ext#@tailspin.example"},
    ],
)
def test_anybody_else_is_not(changes: dict[str, Any]) -> None:
    assert not judged({**MEMBER, **changes}, "sam", TENANT)


def test_nobody_is_admitted_on_no_word() -> None:
    assert not judged({}, "sam", TENANT)
