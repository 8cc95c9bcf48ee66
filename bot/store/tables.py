"""The tables. Nothing in them is readable: ids are keyed hashes, contents are sealed at a fixed size."""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, text

metadata = MetaData()

subject = Table(
    "subject",
    metadata,
    Column("sid", LargeBinary(16), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("etag", LargeBinary(16), nullable=False),
    Column("dek", LargeBinary, nullable=False),
    Column("ops", LargeBinary, nullable=False),
    Column("private", LargeBinary, nullable=False),
)

effect = Table(
    "effect",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("state", String(8), nullable=False),  # ready | sending
    Column("due", Integer, nullable=False),  # seconds since 1970, UTC
    Column("lease", Integer, nullable=False),  # held by a worker until then; 0 is free
    Column("attempts", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column(
        "lane", LargeBinary(8), nullable=False, server_default=text("x''")
    ),  # keyed: whose pace it keeps; empty: nobody's
    Index("effect_due", "due"),
    Index("effect_lane", "lane", "due"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),  # keyed hash of a kind of message: as many rows as kinds
    Column("body", LargeBinary, nullable=False),
)

seen = Table(
    "seen",
    metadata,
    Column("tag", LargeBinary(16), primary_key=True),
    Column("day", Integer, nullable=False),  # days since 1970
)

manager_action = Table(
    "manager_action",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("actor", LargeBinary(16), nullable=False),  # keyed hash of the manager
    Column("team", String(40), nullable=False),  # or, of HR, a campaign's key behind an @
    Column("template", String(40), nullable=False),
    Column("asked", Integer, nullable=False),  # seconds since 1970
    Column("due", Integer, nullable=False),
    Column("to_each", Integer, nullable=False, server_default="0"),  # 1: to each member, 0: in the team's channel
)

installation = Table(
    "installation",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),  # keyed hash of platform and tenant
    Column("body", LargeBinary, nullable=False),
)
