import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.teams.reference import ServiceHosts

MICROSOFT = ServiceHosts([" smba.trafficmanager.net"])  # as after a comma


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/amer/",
        "https://smba.trafficmanager.net/emea",
        "https://smba.trafficmanager.net:443/amer/",
        "https://smba.trafficmanager.net/amer/6babcaad-604b-40ac-a9d7-9fd97c0b779f/",
    ],
)
def test_the_bot_connector_is_called(url: str) -> None:
    assert MICROSOFT.allow(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://smba.trafficmanager.net/amer/",
        "https://evil.trafficmanager.net/amer/",
        "https://x.smba.trafficmanager.net/amer/",
        "https://smba.trafficmanager.net.evil.org/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net@evil.org/",
        "https://me@smba.trafficmanager.net/",
        "https://me:secret@smba.trafficmanager.net/",
        "https://evil.org/#smba.trafficmanager.net",
        "https://evil.org\\@smba.trafficmanager.net/",
        "//smba.trafficmanager.net/",
        "smba.trafficmanager.net",
        "https://",
        "https://[::1",
        "",
        "http://127.0.0.1/",
        "http://169.254.169.254/",
    ],
)
def test_nobody_else_is_called(url: str) -> None:
    assert not MICROSOFT.allow(url)


@given(st.text())
def test_any_text_is_answered(url: str) -> None:
    assert not MICROSOFT.allow(url)


@pytest.mark.parametrize(
    "entry",
    [
        "*.trafficmanager.net",
        "*",
        "haven.trafficmanager.net",
        "smba.trafficmanager.net.azurewebsites.net",
        "http://smba.trafficmanager.net",
        "ftp://127.0.0.1",
        "host/path",
        "",
        "me@host",
        "https://",
    ],
)
def test_a_list_that_would_let_others_in_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="service host"):
        ServiceHosts([entry])


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ServiceHosts([])


def test_a_stand_in_on_this_machine_may_be_called_in_plain() -> None:
    hosts = ServiceHosts(["http://127.0.0.1:8123"])
    assert hosts.allow("http://127.0.0.1:8123/amer/")
    assert not hosts.allow("http://127.0.0.1:8124/amer/")
    assert not hosts.allow("http://localhost:8123/amer/")


def test_there_is_a_service_url_for_teams_nobody_has_heard_of() -> None:
    assert MICROSOFT.everywhere == "https://smba.trafficmanager.net/teams/"
