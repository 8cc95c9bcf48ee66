"""emulate: a Slack by others, on this machine. It stores messages and views, and signs and delivers events.

It delivers no interaction (taps, forms): `Emulate` signs and sends those itself, with emulate's own triggers and views.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.clock import SystemClock
from bot.sandbox.slack.courier import sign
from bot.sandbox.slack.look import buttons_of, fields_of, options_of, text_of
from tests.e2e import setup
from tests.e2e.process import Running, free_port, start

TEAM, SECRET, BOT_TOKEN, SAM_TOKEN = "T000000001", "5" * 32, "xoxb-haven", "xoxp-sam"
BOT = "U0HAVEN"
WAIT = 20.0  # seconds until something comes

Json = dict[str, Any]


@dataclass
class Emulate:
    """emulate, running, and Sam's hands on it. `chat` is Sam's private chat with the bot."""

    running: Running
    guard: Path
    haven: str
    sam: str = ""
    chat: str = ""

    # --- what is seen

    def messages(self) -> list[Json]:
        """Return the bot's messages in the private chat, oldest first."""
        told = self.ask(SAM_TOKEN, "conversations.history", channel=self.chat, limit=100)
        return [_named(each) for each in reversed(told["messages"]) if each["user"] == BOT]

    def last(self, holds: str) -> Json:
        """Return the bot's newest message, as soon as it holds these words. Raises AssertionError."""
        shown: list[Json] = []
        for _ in self._patience():
            shown = self.messages()[-1:]
            if shown and holds in text_of(shown[0]):
                return shown[0]
        raise AssertionError(f"{holds!r} did not come; the newest: {[text_of(each) for each in shown]}")

    def modal(self, holds: str) -> Json:
        """Return the newest dialog, as soon as it holds these words. Raises AssertionError."""
        shown: list[Json] = []
        for _ in self._patience():
            views = httpx.get(f"{self.running.url}/views", trust_env=False).json()
            shown = [_named(each) for each in views[-1:]]
            if shown and holds in text_of(shown[0]):
                return shown[0]
        raise AssertionError(f"{holds!r} did not come; the dialog: {[text_of(each) for each in shown]}")

    def refused(self) -> list[str]:
        """Return what it tried to reach beyond this machine."""
        return [line for line in self.guard.read_text(encoding="utf-8").splitlines() if line.startswith("refused")]

    # --- what Sam does

    def say(self, text: str) -> None:
        """Type a message; emulate delivers it, signed."""
        self.ask(SAM_TOKEN, "chat.postMessage", channel=self.chat, text=text)

    def tap(self, message: Json, label: str) -> None:
        """Tap a button of a message."""
        container = {"type": "message", "message_ts": message["ts"], "channel_id": self.chat}
        channel = {"id": self.chat, "name": "directmessage"}
        tapped = {"actions": [_action(message, label)], "message": message, "channel": channel}
        self._interact("block_actions", container=container, **tapped)

    def choose(self, view: Json, label: str) -> None:
        """Tap a button of a dialog."""
        container = {"type": "view", "view_id": view["view_id"]}
        self._interact("block_actions", container=container, actions=[_action(view, label)], view=_wire(view))

    def submit(self, view: Json, values: Mapping[str, str]) -> None:
        """Fill in a dialog, by label, and send it; what is answered takes its place, as Slack does it."""
        state: Json = {}
        for field in fields_of(view):
            entry = values.get(field.label)
            assert entry or field.optional, field.label
            chosen = [each for each in options_of(field.element) if each["text"]["text"] == entry]
            held: Json = {"selected_option": chosen[0] if chosen else None} if field.options else {"value": entry}
            if field.type == "checkboxes":
                held = {"selected_options": chosen}
            state[field.block_id] = {field.action_id: {"type": field.type, **held}}
        answer = self._interact("view_submission", view={**_wire(view), "state": {"values": state}})
        if answer:
            assert answer["response_action"] == "update", answer
            # this side is slower than Slack: if Haven has drawn the next screen meanwhile, the hash is another one
            given = {"view_id": view["view_id"], "view": answer["view"], "hash": view["hash"]}
            self.ask(BOT_TOKEN, "views.update", besides="hash_conflict", **given)

    # --- inside

    def ask(self, token: str, method: str, besides: str = "", **given: Any) -> Json:
        """Call a method of the Web API. Raises AssertionError where it says no, for another reason than `besides`."""
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.running.url}/api/{method}"
        told: Json = httpx.post(url, json=given, headers=headers, timeout=WAIT, trust_env=False).json()
        assert told["ok"] or told["error"] == besides, (method, told)
        return told

    def _interact(self, kind: str, **more: Any) -> Json:
        trigger = self.ask(BOT_TOKEN, "views.generateTriggerId", user_id=self.sam)["trigger_id"]
        payload = {
            "type": kind,
            "team": {"id": TEAM, "domain": "northwind"},
            "user": {"id": self.sam, "username": "sam", "name": "sam", "team_id": TEAM},
            "api_app_id": "A0HAVEN",
            "token": "unused",
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": trigger,
            **more,
        }
        body = str(httpx.QueryParams({"payload": json.dumps(payload)})).encode()
        at = str(int(SystemClock().now().timestamp()))  # Haven, in a process of its own, has no other clock
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": sign(SECRET, at, body),
        }
        told = httpx.post(f"{self.haven}/slack/events", content=body, headers=headers, timeout=WAIT, trust_env=False)
        assert told.status_code == 200, told.text
        answer: Json = told.json() if told.text.strip().startswith("{") else {}
        return answer

    def _patience(self) -> Iterator[None]:
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            yield
            time.sleep(0.1)


@contextmanager
def emulating(folder: Path) -> Iterator[Emulate]:
    """Start emulate on a free port, open Sam's chat with the bot, and end it."""
    port, haven_port, guard = free_port(), free_port(), folder / "guard.log"
    guard.touch()
    haven = f"http://127.0.0.1:{haven_port}"
    script: list[str | Path] = [setup.node(), "-r", setup.HERE / "guard.cjs", setup.HERE / "emulate.mjs"]
    running = start([*script, str(port), f"{haven}/slack/events", SECRET], port, folder, {"GUARD_LOG": str(guard)})
    try:
        emulate = Emulate(running, guard, haven)
        people = emulate.ask(SAM_TOKEN, "users.list")["members"]
        emulate.sam = next(each["id"] for each in people if each["name"] == "sam")
        emulate.chat = emulate.ask(SAM_TOKEN, "conversations.open", users=BOT)["channel"]["id"]
        yield emulate
    finally:
        running.stop()


def settings(emulate: Emulate) -> dict[str, str]:
    """Return how Haven has to be set to work with it."""
    return {
        "HAVEN_PORT": emulate.haven.rsplit(":", 1)[1],
        "HAVEN_SLACK__API_URL": f"{emulate.running.url}/api/",
        "HAVEN_SLACK__BOT_TOKEN": BOT_TOKEN,
        "HAVEN_SLACK__SIGNING_SECRET": SECRET,
        "HAVEN_SLACK__TEAM_ID": TEAM,
    }


def _action(shown: Json, label: str) -> Json:
    named = [each for each in buttons_of(shown) if each.label == label]
    assert len(named) == 1, f"{label!r} is not one of {[each.label for each in buttons_of(shown)]}"
    button = named[0]
    ids = {"type": "button", "action_id": button.action_id, "block_id": button.block_id}
    return {**ids, "value": button.value, "action_ts": "1.000001", "text": button.element["text"]}


def _named(shown: Json) -> Json:
    """Name the blocks that have no name, as Slack does and emulate does not."""
    blocks = [{"block_id": f"unnamed-{number}", **block} for number, block in enumerate(shown.get("blocks") or [])]
    return {**shown, "blocks": blocks}


def _wire(view: Json) -> Json:
    """Return a view as Slack sends it along."""
    told = {name: value for name, value in view.items() if name not in {"view_id", "user_id", "created", "updated"}}
    return {**told, "id": view["view_id"], "state": view.get("state") or {"values": {}}}
