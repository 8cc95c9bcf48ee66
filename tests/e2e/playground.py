"""Microsoft 365 Agents Playground: a Teams by others, on this machine, driven by its scripting endpoints.

It carries messages, cards, buttons and installations, and draws them. It has no dialogs (0.2.28 logs "Task module
(task/fetch)" as unsupported), so those are asked for here: in the Playground's name, of the same running Haven.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import yaml

from bot.sandbox.teams.entering import Entry, check_complete, defaults, enter
from bot.sandbox.teams.limits import check_task
from bot.sandbox.teams.look import buttons_of, cards_of, text_of
from tests.e2e import setup
from tests.e2e.process import Running, free_port, start

BOT, TENANT, SAM = (f"5a000000-0000-4000-8000-{number:012}" for number in range(3))
CHAT = "personal-chat"
WAIT = 20.0  # seconds until something comes

Json = dict[str, Any]


@dataclass
class Playground:
    """The Playground, running.

    `messages` are the bot's, by id, as they stand now; `cards` is every card that was ever in the chat, `dialogs` every
    card of a dialog, `shown` the open one.
    """

    running: Running
    guard: Path
    haven: str = ""
    messages: dict[str, Json] = field(default_factory=dict)
    cards: list[Json] = field(default_factory=list)
    dialogs: list[Json] = field(default_factory=list)
    shown: Json = field(default_factory=dict)
    _values: dict[str, str] = field(default_factory=dict)
    _counted: int = 0

    # --- what is seen

    def last(self, holds: str) -> Json:
        """Return the bot's newest message, as soon as it holds these words. Raises AssertionError."""
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            newest = [*self.messages.values()][-1:]
            if newest and holds in text_of(newest[0]):
                return newest[0]
            time.sleep(0.05)
        raise AssertionError(f"{holds!r} did not come; the newest: {[text_of(each) for each in newest]}")

    def chat(self) -> str:
        """Return everything of the bot's that stands or stood in the chat: words, notifications, button data."""
        return json.dumps(self.cards, ensure_ascii=False)

    def refused(self) -> list[str]:
        """Return what it tried to reach beyond this machine."""
        return [line for line in self.guard.read_text(encoding="utf-8").splitlines() if line.startswith("refused")]

    # --- the chat, by the Playground's endpoints

    def install(self) -> None:
        """Add the bot to the personal chat."""
        self._post(f"/_debug/conversation/{CHAT}/installation", {})

    def say(self, text: str) -> None:
        """Type a message."""
        said = {"from": {"id": "sam"}, "text": text, "textFormat": "plain"}
        self._post(f"/_conversation/v1/conversations/{CHAT}/messages", said)

    def tap(self, message: Json, label: str) -> None:
        """Tap a button, as the Playground's own page does: as if it opened no dialog."""
        body = {"conversation": {"id": CHAT}, "from": {"id": "sam"}, "replyToId": message["messageId"]}
        self._post("/_conversation/v1/submit", {**body, "value": _button(message, label)})

    # --- dialogs, in the Playground's name

    def open(self, message: Json, label: str) -> None:
        """Tap a button of a message that fetches a dialog."""
        data = _button(message, label)
        assert data["msteams"] == {"type": "task/fetch"}
        self._invoke("task/fetch", data)

    def choose(self, label: str, values: Mapping[str, Entry] | None = None) -> None:
        """Fill in the open dialog and tap a button of it. Raises CannotDo where Teams would not send it."""
        data = _button(self.shown, label)
        enter(self.shown, self._values, values or {})
        check_complete(self.shown, self._values)
        self._invoke("task/submit", {**data, **self._values})

    def dialog(self, holds: str) -> Json:
        """Return the open dialog, as soon as it holds these words; where it says so, looks again."""
        until = time.monotonic() + WAIT
        while holds not in text_of(self.shown):
            waiting = "Look again" in [each.label for each in buttons_of(self.shown)] and time.monotonic() < until
            assert waiting, f"{holds!r} is not in {text_of(self.shown)!r}"
            time.sleep(0.2)
            self.choose("Look again")
        return self.shown

    # --- inside

    def _post(self, path: str, body: Json) -> None:
        httpx.post(self.running.url + path, json=body, timeout=WAIT, trust_env=False).raise_for_status()

    def _invoke(self, name: str, data: Json) -> None:
        self._counted += 1
        activity = {
            "type": "invoke",
            "name": name,
            "id": f"f:{self._counted}",
            "channelId": "msteams",
            "serviceUrl": f"{self.running.url}/_connector",
            "from": {"id": "sam", "name": "Sam Carter", "aadObjectId": SAM},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": CHAT},
            "recipient": {"id": BOT, "name": "Haven"},
            "channelData": {"tenant": {"id": TENANT}},
            "locale": "en-GB",
            "localTimezone": "Europe/London",
            "value": {"data": data, "context": {"theme": "default"}},
        }
        told = httpx.post(f"{self.haven}/api/messages", json=activity, timeout=WAIT, trust_env=False)
        assert told.status_code == 200, told.text
        task = check_task(told.json())
        assert task["type"] == "continue", task
        self.shown = task["value"]
        self._values = defaults(self.shown)
        self.dialogs.append(cards_of(self.shown)[0])

    def take(self, frame: Json) -> None:
        """Note what came over the WebSocket."""
        if frame.get("action") in {"createMessage", "updateMessage"}:
            message = frame["message"]
            if message["from"]["id"] == BOT:
                self.messages[message["messageId"]] = message
                self.cards += cards_of(message)
        elif frame.get("action") == "deleteMessage":
            self.messages.pop(frame["message"]["messageId"], None)


@contextmanager
def playing(folder: Path) -> Iterator[Playground]:
    """Start the Playground on a free port, listen to it, and end it."""
    port, guard = free_port(), folder / "guard.log"
    guard.touch()
    (folder / ".m365agentsplayground.yml").write_text(yaml.safe_dump(_people()), encoding="utf-8")
    haven_port = free_port()
    command: list[str | Path] = [
        *(setup.node(), "-r", setup.HERE / "guard.cjs"),
        *(setup.module("@microsoft/m365agentsplayground/cli.js"), "start", "--disable-telemetry"),
        *("-c", "msteams", "-p", str(port), "--service-url", f"http://127.0.0.1:{port}/_connector"),
        *("-e", f"http://127.0.0.1:{haven_port}/api/messages"),
    ]
    environment = {
        "GUARD_LOG": str(guard),
        "APPLICATION_INSIGHTS_NO_STATSBEAT": "1",  # --disable-telemetry leaves this one on
        "TEAMSAPPTESTER_BROWSER": "none",
    }
    running = start(command, port, folder, environment, "/_debug/ping")
    playground = Playground(running, guard, f"http://127.0.0.1:{haven_port}")
    try:
        with _listening(f"{running.url}/_ws_conversation/v1/conversations/stream", playground.take):
            yield playground
    finally:
        running.stop()


def settings(playground: Playground) -> dict[str, str]:
    """Return how Haven has to be set to work with it."""
    return {
        "HAVEN_PORT": playground.haven.rsplit(":", 1)[1],
        "HAVEN_TEAMS__PLAYGROUND": "true",
        "HAVEN_TEAMS__APP_ID": BOT,
        "HAVEN_TEAMS__TENANT_ID": TENANT,
        "HAVEN_TEAMS__SERVICE_HOSTS": playground.running.url,
    }


@contextmanager
def _listening(url: str, take: Callable[[Json], None]) -> Iterator[None]:
    """Hand on what a WebSocket sends, from a thread of its own: tests are no coroutines."""
    there, over = threading.Event(), threading.Event()

    async def listen() -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            there.set()
            while not over.is_set():
                try:
                    told = await socket.receive(timeout=0.2)
                except TimeoutError:
                    continue
                if told.type is not aiohttp.WSMsgType.TEXT:
                    return
                take(json.loads(told.data))

    thread = threading.Thread(target=asyncio.run, args=(listen(),), daemon=True)
    thread.start()
    assert there.wait(WAIT), f"nobody listens on {url}"
    try:
        yield
    finally:
        over.set()
        thread.join(WAIT)


def _button(shown: Json, label: str) -> Json:
    named = [each.data for each in buttons_of(shown) if each.label == label]
    assert len(named) == 1, f"{label!r} is not one of {[each.label for each in buttons_of(shown)]}"
    return named[0]


def _people() -> Json:
    """Return a tenant as the Playground wants it: with exactly five people beside the one who uses it."""
    names = ("Sam Carter", "Morgan Lee", "Ada Quist", "Ben Sato", "Cleo Marsh", "Dev Rana")
    people = [
        {
            "id": name.split()[0].lower(),
            "name": name,
            "userPrincipleName": f"{name.split()[0].lower()}@northwind.example",
            "aadObjectId": SAM if not number else f"5a000000-0000-4000-8000-{number + 10:012}",
            "givenName": name.split()[0],
            "surname": name.split()[1],
            "email": f"{name.split()[0].lower()}@northwind.example",
        }
        for number, name in enumerate(names)
    ]
    return {
        "version": "0.1.1",
        "tenantId": TENANT,
        "bot": {"id": BOT, "name": "Haven"},
        "currentUser": people[0],
        "users": people[1:],
        "personalChat": {"id": CHAT},
        "groupChat": {"id": "group-chat", "name": "Group"},
        "team": {
            "id": "team-id",
            "name": "Northwind",
            "aadGroupId": "5a000000-0000-4000-8000-000000000031",
            "channels": [{"id": "channel-id", "name": "Customer Support"}],
        },
    }
