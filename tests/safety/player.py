"""Plays a persona through the real service (`tests/rig.py`) and returns what happened."""

from datetime import timedelta

from adapters.platform import Profile, Shown
from bot.places import country_of
from flows.core.screen import Button
from flows.safety import FLOW
from tests.rig import Rig
from tests.safety.persona import Intent, Move, Persona
from tests.safety.transcript import Keys, Transcript, Turn, buttons_of

SAFETY = FLOW.name


async def play(rig: Rig, persona: Persona, keys: Keys) -> Transcript:
    """Play all moves of a persona, as a user of their own, and return the transcript."""
    return await _Player(rig, persona, keys).play()


class _Player:
    def __init__(self, rig: Rig, persona: Persona, keys: Keys) -> None:
        self.rig, self.persona, self.keys, self.user = rig, persona, keys, persona.id
        self.profile = Profile(locale=persona.language, zone=persona.zone, name="Sam")
        self.turns: list[Turn] = []

    async def play(self) -> Transcript:
        await self._begin()
        before = self.rig.screen(self.user)
        for move in self.persona.moves:
            await self._move(move)
        region = country_of(self.persona.zone)
        catalog = self.rig.service.library.current.catalog(self.persona.language)
        return Transcript(
            persona=self.persona.id,
            kind=self.persona.kind,
            language=self.persona.language,
            region=region if region in catalog.regions else "XX",
            imminent=self.persona.imminent,
            before=before,
            turns=tuple(self.turns),
        )

    async def _begin(self) -> None:
        """Bring the persona to where their conversation starts."""
        await self._say("hello")
        if self.persona.start == "stranger":
            return
        await self._tap("agree")
        if self.persona.start != "home":
            await self._tap({"check": "check", "booking": "appointments"}[self.persona.start])
        if self.persona.start == "booking":
            await self._tap("find")

    async def _say(self, text: str) -> Shown:
        return await self.rig.say(self.user, text, profile=self.profile)

    async def _tap(self, key: str) -> Shown:
        return await self.rig.tap(self.user, key, profile=self.profile)

    async def _move(self, move: Move) -> None:
        if move.wait:
            await self.rig.later(timedelta(hours=move.wait))
            return
        broken, missing = "", False
        try:
            if move.choose:
                button = await self._find(move.choose, move.optional)
                if button is None and move.optional:
                    return
                missing = button is None
                if button is not None:
                    await self._tap(button.key)
            else:
                await self._say(move.say)
        except Exception as error:  # whatever it is, the person got no answer
            broken = type(error).__name__
        self.turns.append(
            Turn(
                screen=self.rig.screen(self.user),
                say=move.say,
                choose=move.choose,
                expect=move.expect,
                must=move.must,
                missing=missing,
                inside=await self._inside(),
                broken=broken,
            )
        )

    async def _inside(self) -> bool:
        """Whether the crisis conversation is what is open, as the service itself has it."""
        record = await self.rig.record(self.user)
        return bool(record and record.private.conversation and record.private.conversation.frame.flow == SAFETY)

    async def _find(self, meaning: Intent, optional: bool) -> Button | None:
        """Return the button; help that is one screen further on is looked for behind "more ways to help"."""
        found = buttons_of(self.rig.screen(self.user), meaning, self.keys)
        further = meaning in {"grounding", "safety_plan", "call_back"} and not optional
        more = buttons_of(self.rig.screen(self.user), "more_ways_to_help", self.keys)
        if not found and further and more:
            await self._tap(more[0].key)
            self.turns.append(
                Turn(screen=self.rig.screen(self.user), choose="more_ways_to_help", inside=await self._inside())
            )
            found = buttons_of(self.rig.screen(self.user), meaning, self.keys)
        return found[0] if found else None
