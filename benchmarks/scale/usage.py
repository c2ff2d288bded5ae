"""What the parts of a cluster have used: processor, memory, rows, bytes, Redis commands."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

import psycopg2
import redis

from benchmarks.scale.cluster import Cluster

_TICK = os.sysconf("SC_CLK_TCK")
_SIZES = "SELECT pg_total_relation_size('events') + pg_total_relation_size('web_sessions')"


@dataclass(frozen=True)
class Usage:
    """Totals since the start; CPU in seconds, memory in bytes (of all processes of a kind together)."""

    cpu_assistants: float
    cpu_actions: float
    cpu_postgres: float
    cpu_redis: float
    cpu_nginx: float
    transactions: int
    rows_written: int
    wal_bytes: int
    database_bytes: int
    redis_commands: int

    def since(self, before: Usage) -> dict[str, float]:
        """The difference, by name."""
        return {one.name: getattr(self, one.name) - getattr(before, one.name) for one in fields(self)}


def cpu(pids: list[int]) -> float:
    """Seconds of processor time; a process that is gone counts nothing."""
    total = 0.0
    for pid in pids:
        try:
            parts = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            continue
        # The server's own, and that of its children that have ended.
        total += sum(int(parts[place]) for place in (11, 12, 13, 14)) / _TICK
    return total


def memory(pids: list[int]) -> int:
    """Proportional set size in bytes: memory that processes share is counted once."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def usage(cluster: Cluster) -> Usage:
    """The totals now. Parts that were killed before must not have been measured: start a new series after that."""
    with closing(psycopg2.connect(cluster.postgres.url)) as database, database.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT xact_commit, tup_inserted + tup_updated + tup_deleted,"
            " pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') FROM pg_stat_database WHERE datname = current_database()"
        )
        transactions, rows, wal = cursor.fetchone() or (0, 0, 0)
        cursor.execute(_SIZES)
        size = (cursor.fetchone() or (0,))[0]
    with closing(redis.Redis.from_url(cluster.redis.url)) as client:
        commands = int(client.info("stats")["total_commands_processed"])
    of = {kind: sum(cpu(cluster.pids(name)) for name in names) for kind, names in _kinds(cluster).items()}
    return Usage(
        of["assistants"],
        of["actions"],
        of["postgres"],
        of["redis"],
        of["nginx"],
        int(transactions),
        int(rows),
        int(wal),
        int(size),
        commands,
    )


def memories(cluster: Cluster) -> dict[str, float]:
    """Memory now in MB, of one process of each kind (the largest), PostgreSQL with all its connections."""
    return {kind: max(memory(cluster.pids(name)) for name in names) / 1e6 for kind, names in _kinds(cluster).items()}


def _kinds(cluster: Cluster) -> dict[str, list[str]]:
    kinds = {"assistants": cluster.assistants, "actions": cluster.actions}
    return {**kinds, **{name: [name] for name in ("postgres", "redis", "nginx")}}


def handled(cluster: Cluster) -> Counter[str]:
    """How often the database holds each message id as something a person said."""
    query = "SELECT data::json->'metadata'->>'message' FROM events WHERE type_name = 'user'"
    with closing(psycopg2.connect(cluster.postgres.url)) as database, database.cursor() as cursor:
        cursor.execute(query)
        return Counter(row[0] for row in cursor.fetchall() if row[0])


def replies_stored(cluster: Cluster) -> Counter[str]:
    """How many replies the database holds to each message id, in the order of the events."""
    query = "SELECT sender_id, type_name, data::json->'metadata'->>'message' FROM events ORDER BY id"
    found: Counter[str] = Counter()
    current: dict[str, str] = {}
    with closing(psycopg2.connect(cluster.postgres.url)) as database, database.cursor() as cursor:
        cursor.execute(query)
        for sender, kind, message in cursor.fetchall():
            if kind == "user":
                current[sender] = message or ""
            elif kind == "bot":
                found[current.get(sender, "")] += 1
    return found


def left_in_inbox(cluster: Cluster) -> int:
    """Acknowledged messages that no tracker holds yet."""
    with closing(psycopg2.connect(cluster.postgres.url)) as database, database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM inbox WHERE state IN ('waiting', 'failed')")
        return int((cursor.fetchone() or (0,))[0])
