"""One writer thread with group commit: a turn is a function of a connection, and many turns share a commit.

Each turn runs in a SAVEPOINT of its own, so a turn that fails takes nothing with it; if the commit fails, no
turn is acknowledged. SQLite: WAL, `synchronous=FULL` (an acknowledged turn survives a power cut),
`secure_delete` (what is deleted is overwritten), `trusted_schema=OFF`.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url

T = TypeVar("T")
GROUP = 64  # turns in one commit at most
_MIGRATIONS = Path(__file__).parent / "migrations"


class StoreDown(Exception):
    """The database did not take the turn; nothing of it happened."""


def file_of(url: str) -> Path:
    """Return the file of a SQLite database. Raises ValueError for any other."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise ValueError("HAVEN_DATABASE_URL: a file is needed, as in sqlite:///haven.db (four slashes: absolute)")
    return Path(parsed.database)


def connect(url: str) -> Engine:
    """Return an engine on a SQLite file with the settings that confidentiality needs. Raises ValueError."""
    file_of(url).parent.mkdir(parents=True, exist_ok=True)
    # hide_parameters: error texts of the database must not hold what a row holds
    engine = create_engine(
        make_url(url), hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 10}
    )

    @event.listens_for(engine, "connect")
    def _pragmas(raw: Any, _: object) -> None:
        raw.isolation_level = None  # SQLAlchemy begins the transactions, see _begin
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "trusted_schema=OFF"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def upgrade(engine: Engine) -> None:
    """Bring the tables up to date (Alembic); does nothing if they are."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


class Store:
    """The door to the database: hand it a function of a connection, get back what it returns, committed."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._queue: queue.Queue[tuple[Callable[[Connection], Any], Future[Any]] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._write, name="store", daemon=True)
        self._thread.start()

    async def transact(self, turn: Callable[[Connection], T], patience: float | None = None) -> T:
        """Run a turn and return its result once it is committed.

        Raises what the turn raised (its changes are undone), or StoreDown if the database failed. After
        `patience` seconds a turn that has not begun is taken back (StoreDown); one that has begun is awaited,
        because only its outcome tells whether anything happened."""
        future: Future[T] = Future()
        self._queue.put((turn, future))
        wrapped = asyncio.wrap_future(future)
        if patience is not None:
            done, _ = await asyncio.wait({wrapped}, timeout=patience)
            if not done and future.cancel():
                raise StoreDown("the database did not come to it in time")
        return await wrapped

    def close(self) -> None:
        """Finish what is queued, fold the write-ahead log into the file and close it."""
        self._queue.put(None)
        self._thread.join()
        with contextlib.suppress(Exception), self.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.engine.dispose()

    def _write(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            with contextlib.suppress(queue.Empty):
                while len(group) < GROUP:
                    following = self._queue.get_nowait()
                    if following is None:
                        self._queue.put(None)  # for the next round: finish this one first
                        break
                    group.append(following)
            self._commit(group)

    def _commit(self, group: list[tuple[Callable[[Connection], Any], Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            with self.engine.begin() as connection:
                for turn, future in group:
                    if not future.set_running_or_notify_cancel():
                        continue
                    savepoint = connection.begin_nested()
                    try:
                        result = turn(connection)
                    except Exception as error:
                        savepoint.rollback()
                        future.set_exception(error)
                    else:
                        savepoint.commit()
                        done.append((future, result))
        except Exception:  # whatever it was, no turn of this group is in the database
            for _, future in group:
                with contextlib.suppress(InvalidStateError):  # answered already, or nobody waits for it any more
                    future.set_exception(StoreDown("the database did not commit"))
            return
        for future, result in done:
            future.set_result(result)
