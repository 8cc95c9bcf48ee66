"""Plans what everybody gets alike: a task for each member or channel, once, when its time has come where they work."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from adapters.platform import Address, Public
from bot import log, tasks
from bot.alike import ahead, announced, base, closes, crowding, goes_out, many, name_of
from bot.clock import Clock
from bot.deliveries import Deliveries
from bot.drawing import Drawing
from bot.store import queries, reminders
from bot.store.engine import Store
from bot.vault import Vault
from content.campaigns import Campaign
from content.library import Library
from content.loaded import Loaded
from content.schema import TeamEntry
from flows.core.timing import NOTICE_ALL
from flows.team import COOL_DOWN, FLOOR, TeamWords, letter

BATCH = 200  # recipients planned in one transaction: nobody's turn waits long for it
Where = tuple[str, str]  # platform, and the id of a person or channel there
Tenants = Callable[[], Awaitable[Mapping[str, Sequence[str]]]]
"""Returns the workspaces and organisations that are served, by platform."""


class Campaigns:
    """Notes what is to come, plans what is due, and says what each of it reads."""

    def __init__(
        self, *, store: Store, vault: Vault, library: Library, clock: Clock, drawing: Drawing, tenants: Tenants
    ) -> None:
        self._store, self._vault, self._library, self._clock = store, vault, library, clock
        self._drawing, self._tenants = drawing, tenants
        self._deliveries = Deliveries(vault, clock)
        self._seen_to: set[tuple[str, date, str]] = set()  # in this process: what is planned is not looked at again

    def following(self) -> datetime | None:
        """Return when something goes out next, or is to be noted, where a clock is moved by more than a minute."""
        now, campaigns = self._clock.now(), self._library.current.campaigns
        coming = (
            goes_out(campaign, day, zone)
            for campaign in campaigns
            for day in ahead(campaign, now, 2 * NOTICE_ALL)
            for zone in {*campaign.people.values(), *campaign.places.values()}
        )
        later = any(day > now.date() for campaign in campaigns for day in campaign.days)
        return min([*(at for at in coming if at > now), *([now + NOTICE_ALL] if later else [])], default=None)

    async def see_to(self) -> int:
        """Note the days to come, and plan what is due now. Returns how many messages were planned."""
        content, now, planned = self._library.current, self._clock.now(), 0
        for campaign in content.campaigns:
            if campaign.entry.to == "check-ins":
                continue  # they stand in place of a check-in: see flows/checkin
            days = list(ahead(campaign, now, 2 * NOTICE_ALL))
            if not days:
                continue
            await self._note(campaign, days, now)
            for day in days:
                planned += await self._day(content, campaign, day, now)
        return planned

    async def each(self, task: tasks.Announce, done: bytes) -> bool:
        """Plan a manager's message for each member of the team, in place of its effect (`done`), in one go; False if
        the files do not name enough of them now."""
        content, now = self._library.current, self._clock.now()
        entry = next((each for each in content.teams if each.key == task.team), None)
        users = getattr(entry.members, task.asker.platform, ()) if entry else ()
        if entry is None or len(users) < FLOOR:
            return False
        until = int(closes(now, entry.zone or content.organisation.zone).timestamp())
        told = [
            tasks.Tell(
                to=task.asker.model_copy(update={"user": user}),
                source=task.team,
                template=task.template,
                asker=task.asker,
                name=task.name,
                due=task.due,
                until=until,
            )
            for user in users
        ]

        def plan(conn: Connection) -> None:
            if not queries.drop_effect(conn, done):  # called off in this very moment
                return
            for each in told:
                self._plan(conn, each, now)
            self._deliveries.planned(conn, "reminder", len(told) - 1)  # it was one so far

        await self._store.transact(plan)
        return True

    def message(self, task: tasks.Tell) -> Public | None:
        """Return what somebody gets, in HR's words of now; None if it may not go out any more. It is the same for all,
        byte for byte: its button opens Haven for whoever presses it."""
        content = self._library.current
        if self._clock.now().timestamp() > task.until:
            return None
        campaign = next((each for each in content.campaigns if name_of(each) == task.source), None)
        if campaign:
            where = (task.to.platform, task.channel or task.to.user)
            if where not in campaign.people and where not in campaign.places:
                return None
            languages = campaign.entry.languages or (campaign.template.language,)
            return self.written(content, campaign.texts, languages, (), to_each=not task.channel)
        team = next((each for each in content.teams if each.key == task.source), None)
        if team is None or task.asker is None:
            return None
        members = getattr(team.members, task.to.platform, ())
        managers = getattr(team.managers, task.asker.platform, ())
        if task.to.user not in members or len(members) < FLOOR or task.asker.user not in managers:
            return None
        return self.reminder(content, team, task, to_each=True)

    def reminder(
        self, content: Loaded, team: TeamEntry, task: tasks.Tell | tasks.Announce, *, to_each: bool
    ) -> Public | None:
        """Draw a manager's reminder in the languages that HR's files give to the team, never in anybody's own: which
        one that is, Haven knows of its users only. None if its text is gone."""
        template = next((each for each in content.templates if each.key == task.template), None)
        if template is None:
            return None
        languages = template.read_in(team.languages)
        asked = [self._drawing.common(each).asked_by.fill(who=task.name) for each in languages]
        return self.written(content, map(template.said, languages), languages, asked, to_each=to_each)

    def written(
        self, content: Loaded, texts: Iterable[str], languages: Sequence[str], asked: Sequence[str], *, to_each: bool
    ) -> Public:
        """Draw a text, in one language or several, and live: what a preview shows, and what arrives."""
        words = [self._words(content, each) for each in languages]
        return self._drawing.anybody(letter(tuple(texts), asked, words, to_each=to_each), languages[0])

    def _words(self, content: Loaded, language: str) -> TeamWords:
        words = content.words[content.locale(language)]["team"]
        assert isinstance(words, TeamWords)
        return words

    async def _note(self, campaign: Campaign, days: Iterable[date], now: datetime) -> None:
        """Write down once when each day was first known: what everyone gets needs notice, as check-ins make room."""
        dues = [int(base(campaign, day).timestamp()) for day in days]
        name, text, to_each = name_of(campaign), campaign.entry.template, campaign.entry.to == "everyone"

        def note(conn: Connection) -> None:
            for due in dues:
                if due >= now.timestamp() and reminders.asked_at(conn, name, due) is None:
                    reminders.put(conn, bytes(16), name, text, int(now.timestamp()), due, to_each)

        await self._store.transact(note)

    async def _day(self, content: Loaded, campaign: Campaign, day: date, now: datetime) -> int:
        recipients = campaign.people or campaign.places
        left = {zone for zone in recipients.values() if (campaign.key, day, zone) not in self._seen_to}
        zones = {zone: goes_out(campaign, day, zone) for zone in left}
        due = {zone: at for zone, at in zones.items() if at <= now < closes(at, zone)}
        if not due:
            return 0
        first = int(base(campaign, day).timestamp())
        asked = await self._store.transact(lambda conn: reminders.asked_at(conn, name_of(campaign), first))
        if campaign.entry.to == "everyone" and (asked is None or not announced(asked, first)):
            log.event("campaign_short_notice", where="campaigns", kind=campaign.entry.to)
            self._seen_to |= {(campaign.key, day, zone) for zone in due}
            return 0
        tenants = await self._tenants()
        told = [
            tasks.Tell(
                to=Address(platform=platform, tenant=tenant, user="" if campaign.places else one),
                channel=one if campaign.places else "",
                source=name_of(campaign),
                template=campaign.entry.template,
                due=first,
                until=int(closes(due[zone], zone).timestamp()),
            )
            for (platform, one), zone in recipients.items()
            for tenant in tenants.get(platform, ())
            if zone in due
        ]
        held = await self._store.transact(lambda conn: self._held(conn, content, campaign, day, due))
        planned = 0
        for start in range(0, len(told), BATCH):
            batch = told[start : start + BATCH]

            def plan(conn: Connection, batch: Sequence[tasks.Tell] = batch) -> int:
                goes = [self._once(conn, each, day, held, now) for each in batch]
                self._deliveries.planned(conn, "campaign", goes.count(True), held=goes.count(False))
                return goes.count(True)

            planned += await self._store.transact(plan)
        self._seen_to |= {(campaign.key, day, zone) for zone in due}
        return planned

    def _once(
        self, conn: Connection, task: tasks.Tell, day: date, held: Collection[Where], now: datetime
    ) -> bool | None:
        """Plan a message. None if it was planned before, False if it stands too near another one."""
        where = (task.to.platform, task.channel or task.to.user)
        tag = self._vault.tag(f"campaign:{task.source}:{day}:{where[0]}:{task.to.tenant}:{where[1]}")
        if not queries.see(conn, tag, int(now.timestamp()) // 86400):
            return None
        if where in held:
            log.event("campaign_held", where="campaigns", kind="channel" if task.channel else "member")
            return False
        self._plan(conn, task, now)
        return True

    def _held(
        self, conn: Connection, content: Loaded, campaign: Campaign, day: date, due: Mapping[str, datetime]
    ) -> set[Where]:
        """Return who had another campaign within a week, or a message from their manager: the files and the calendar
        say so, never anything that somebody did."""
        held, at = set[Where](), min(due.values())
        for zone in due:
            for other in crowding(content, campaign, day, zone):
                held |= other.people.keys() | other.places.keys()
        each = bool(campaign.people)
        after = int((at - COOL_DOWN).timestamp()) + 1  # a week to the minute is far enough, here as for a manager
        reminded = reminders.teams(conn, after, int(at.timestamp()), each=each)
        for team in content.teams:
            if team.key in reminded:
                held |= {(name, one) for name, ids in (team.members if each else team.channel) for one in many(ids)}
        return held

    def _plan(self, conn: Connection, task: tasks.Tell, now: datetime) -> None:
        id_ = self._vault.effect_id(
            task.kind, task.source, str(task.due), task.to.platform, task.to.tenant, task.to.user, task.channel
        )
        body, lane = tasks.seal(self._vault, id_, task), self._vault.lane(task.to)
        queries.put_effect(conn, id_, body, int(now.timestamp()), lane)
