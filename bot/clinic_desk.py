"""The desk of the built-in clinic: its book, opened with the service's key; and days and times as they are typed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, SystemClock
from bot.practice import clinic_path, practitioners
from bot.providers.clinic.app import Practice
from bot.providers.clinic.messages import Messages
from bot.providers.clinic.reception import Away, Reception
from bot.providers.clinic.seal import Seal
from bot.providers.clinic.tables import Database
from bot.settings import SettingsTrouble, load_settings
from bot.shell import stop
from bot.vault import KeyTrouble, Vault, load_keys
from bot.wiring import WORDS, content_root
from content.library import Library
from content.problems import ContentError

CLOCK: Callable[[], Clock] = SystemClock


class Desk:
    """What the commands work with: the reception, the time, and the organisation's zone."""

    def __init__(
        self, database: Database, reception: Reception, messages: Messages, clock: Clock, zone: ZoneInfo
    ) -> None:
        self.database, self.reception, self.messages = database, reception, messages
        self.clock, self.zone = clock, zone

    def local(self, moment: datetime) -> datetime:
        """Return a moment where the organisation is."""
        return moment.astimezone(self.zone)

    def day(self, text: str) -> date:
        """Return the day that was asked for, or today."""
        if not text:
            return self.local(self.clock.now()).date()
        try:
            return date.fromisoformat(text)
        except ValueError:
            stop(f"{text} is not a day. Write it as 2026-12-01.")

    def bounds(self, on: date) -> tuple[datetime, datetime]:
        """Return when a local day begins and ends."""
        first, last = (datetime.combine(each, time(), self.zone) for each in (on, on + timedelta(days=1)))
        return first.astimezone(UTC), last.astimezone(UTC)

    def span(self, start: str, end: str) -> tuple[datetime, datetime]:
        """Return the time off that was asked for: whole days, or from a time to a time."""
        begins = self._moment(start, last=False)
        ends = self._moment(end or start[:10], last=True)
        if ends <= max(begins, self.clock.now()):
            stop("This time off would end before it begins, or is over. Write FROM and TO in the order of time.")
        return begins, ends

    def _moment(self, text: str, *, last: bool) -> datetime:
        if len(text) == len("2026-12-24"):
            return self.bounds(self.day(text))[last]
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            stop(f"{text} is neither a day nor a time. Write it as 2026-12-24, or as 2026-12-24T13:00.")
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)

    def said(self, away: Away) -> str:
        """Return a time off in words."""
        return f"from {self.local(away.start):%a %d %b %Y %H:%M} to {self.local(away.end):%a %d %b %Y %H:%M}"


@contextmanager
def open_desk() -> Iterator[Desk]:
    """Open the clinic's book with the service's key; end with a message that says what to do where that cannot be."""
    clock = CLOCK()
    try:
        settings = load_settings()
        path = clinic_path(settings)
        if settings.provider.kind != "clinic" or settings.provider.base_url:
            stop("This service books elsewhere (HAVEN_PROVIDER__KIND, __BASE_URL): its provider has the book.")
        if not path.exists():
            stop(f"There is no clinic's book at {path} yet. Start haven serve once, or set HAVEN_DATABASE_URL.")
        vault = Vault(load_keys(settings.keys, database_is_empty=False, clock=clock), clock)
        library = Library(content_root(settings), WORDS, lambda: clock.now().date())
        database = Database(f"sqlite:///{path}")
    except (SettingsTrouble, KeyTrouble, ContentError) as error:
        stop(str(error))
    seal = Seal(vault.clinic_key(), clock)
    practice = Practice(database, seal, clock)
    try:
        database.upgrade()
        practice.book.take(practitioners(library.current))
        desk = Desk(database, practice.reception, practice.messages, clock, ZoneInfo(library.current.organisation.zone))
        yield desk
    except SQLAlchemyError as error:
        kind = type(error).__name__
        stop(f"The clinic's book at {path} cannot be used ({kind}). Is it this user's, and not locked for long?")
    finally:
        practice.dispose()
