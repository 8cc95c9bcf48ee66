"""The story in Microsoft's own Playground, with Haven as a process: chat by the Playground, dialogs in its name."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.sandbox.teams.look import buttons_of, fields_of
from bot.wiring import CLINIC
from tests.e2e.browser import Pages
from tests.e2e.conftest import StartHaven
from tests.e2e.playground import Playground, playing, settings
from tests.e2e.process import listening
from tests.e2e.test_cards import judged, record

PICTURE = Path(__file__).parents[2] / "docs/screenshots/teams-playground.png"
OPTIONS = ("Not at all", "Several days", "More than half the days", "Nearly every day")


@pytest.fixture
def playground(tmp_path: Path, haven: StartHaven) -> Iterator[Playground]:
    with playing(tmp_path) as playground:
        haven(**settings(playground))
        yield playground
        assert playground.refused() == []


def labels(shown: dict[str, object]) -> list[str]:
    return [each.label for each in buttons_of(shown)]


def test_from_the_welcome_to_forgotten(playground: Playground, tmp_path: Path) -> None:
    playground.install()
    notice = playground.last("I am a program")
    assert labels(notice) == ["I agree, let's start", "Read all of it", "No, thank you", "Help now"]
    playground.open(notice, "I agree, let's start")
    playground.dialog("What would help today?")

    playground.choose("Private check")
    form = playground.dialog("Over the last 2 weeks")
    answers = zip([each.label for each in fields_of(form)], (1, 1, 1, 1), strict=True)
    playground.choose("Go on", {label: OPTIONS[points] for label, points in answers})
    result = playground.dialog("not a diagnosis")
    times = [label for label in labels(result) if ", " in label]
    playground.choose(times[0])
    form = playground.dialog("The provider gets")
    name, contact, *_, consent = [each.label for each in fields_of(form)]
    given = {name: "Canary-Name", contact: "canary@example.org", consent: "Yes, share it"}
    playground.choose("Book this time", given)
    playground.dialog("Booked:")
    booked = httpx.get(f"{playground.haven}{CLINIC}/Appointment", params={"status": "booked"}).json()
    assert len(booked["entry"]) == 1

    playground.choose("Back to start")
    playground.dialog("What would help today?")
    playground.choose("My appointments")
    playground.dialog(times[0].rsplit(",", 1)[0])

    playground.say("I want to kill myself")
    crisis = playground.last("In danger now: call")
    assert {"Yes", "No", "Help now"} <= set(labels(crisis))
    playground.tap(crisis, "Not what I meant")
    playground.last("Your next step is private")

    playground.say("forget me")
    playground.open(playground.last("Your next step is private"), "Open")
    playground.dialog("Forget everything")
    playground.choose("Yes, forget me")
    playground.dialog("I deleted what I held about you")
    playground.say("hello again")
    playground.last("I am a program")

    for number, card in enumerate([*playground.cards, *playground.dialogs]):
        record(tmp_path, card, f"card-{number}")
    assert judged(tmp_path).stdout.endswith(" 0 faults\n")

    chat = playground.chat()
    for secret in ("Canary-Name", "canary@example.org", "More than half", "Booked", "diagnosis", *times):
        assert secret not in chat, secret


def test_a_client_without_dialogs_gets_the_notice_and_the_menu_in_the_chat_and_nothing_private(
    playground: Playground,
) -> None:
    playground.install()
    playground.tap(playground.last("I am a program"), "I agree, let's start")
    playground.tap(playground.last("What would help today?"), "Private check")
    launcher = playground.last("Your next step is private")
    assert "Over the last 2 weeks" not in playground.chat()
    assert "Help now" in labels(launcher)


def test_the_playground_listens_on_this_machine_only(playground: Playground) -> None:
    assert listening(playground.running.port) == {"127.0.0.1"}
    assert listening(int(playground.haven.rsplit(":", 1)[1])) == {"127.0.0.1"}


def test_the_conversation_as_the_playground_draws_it(
    playground: Playground, pages: Pages, tmp_path: Path, rewrite: bool
) -> None:
    page = pages.open(playground.running.url, size=(1280, 1000))  # it installs the bot by itself
    for shown, typed in (("I agree, let's start", "I agree, let's start"), ("Private check", "check")):
        page.get_by_role("button", name=shown).wait_for()
        page.get_by_role("textbox").first.fill(typed)
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Open").wait_for()
    page.get_by_text("Your next step is private").first.scroll_into_view_if_needed()
    for button in ("Help now", "Open"):
        assert page.get_by_role("button", name=button).last.is_visible()
    page.screenshot(path=str(PICTURE if rewrite else tmp_path / PICTURE.name), animations="disabled")
    assert pages.foreign  # the Playground's own page asks Microsoft for letters and scripts: refused, it draws without
    pages.foreign.clear()
