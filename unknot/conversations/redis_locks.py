"""One turn at a time for each conversation, across several servers, by a Redis they share.

Rasa's own Redis store reads a lock, changes it and writes it back, so two servers can hold one conversation at once
(its issues 9213 and 11256). Here every step is one script, which Redis runs undivided.

A server that dies loses its place after `TTL`. A Redis that forgets everything hands out nothing for `GRACE`, in
which turns under way claim their place again. While Redis is away turns go on, in order within each server: a
message that may be an emergency is answered in any case. What they say is kept, since the tracker store appends.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from unknot.conversations.locks import MemoryLocks
from unknot.observability.metrics import TURNS_WAITING
from unknot.observability.turns import phase

logger = logging.getLogger(__name__)
TTL = 6.0  # seconds after which a place that nobody renews is gone
RENEW = 1.0  # seconds between renewals
GRACE = 2.5  # seconds in which a Redis without memory hands out nothing; more than twice RENEW
POLL = 0.02  # seconds between two questions whether it is our turn
PATIENCE = 3.0  # seconds that somebody who waits in line goes on waiting when Redis goes away
ANSWER = 0.5  # seconds Redis has to connect and to answer
PAUSE = 1.0  # seconds in which it is not asked again after it did not

# KEYS: the queue of places, when each place ends, since when this Redis remembers.
# ARGV: place, TTL and GRACE in ms, 1 for who has the turn already.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local since = tonumber(redis.call('GET', KEYS[3]))
if not since then
  since = now
  redis.call('SET', KEYS[3], string.format('%.0f', now))
end
local known = redis.call('ZSCORE', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[2]), ARGV[1])
if not known then
  redis.call('LREM', KEYS[1], 0, ARGV[1])
  redis.call(ARGV[4] == '1' and 'LPUSH' or 'RPUSH', KEYS[1], ARGV[1])
end
local first = redis.call('LINDEX', KEYS[1], 0)
while first do
  local ends = redis.call('ZSCORE', KEYS[2], first)
  if ends and tonumber(ends) > now then break end
  redis.call('LPOP', KEYS[1])
  redis.call('ZREM', KEYS[2], first)
  first = redis.call('LINDEX', KEYS[1], 0)
end
redis.call('PEXPIRE', KEYS[1], 2 * ARGV[2])
redis.call('PEXPIRE', KEYS[2], 2 * ARGV[2])
if first == ARGV[1] and (ARGV[4] == '1' or now - since >= tonumber(ARGV[3])) then return 1 end
return 0
"""
_LEAVE = "redis.call('LREM', KEYS[1], 0, ARGV[1]) redis.call('ZREM', KEYS[2], ARGV[1]) return 1"
_SINCE = "unknot:locks:since"


class RedisLocks(MemoryLocks):
    """First come, first served within a server; among servers, in the order in which they came to be next.

    Args:
        endpoint_config: of Rasa's endpoints file; its `url` is Redis' address, redis://host:6379/0.
    """

    def __init__(self, endpoint_config: Any) -> None:
        super().__init__()
        self._redis = Redis.from_url(
            endpoint_config.url,
            socket_timeout=ANSWER,
            socket_connect_timeout=ANSWER,
            # Once more at once: connections of before a restart are dead. A step done twice is the same as once.
            retry=Retry(NoBackoff(), 1),
            retry_on_error=[RedisConnectionError],
        )
        self._take = self._redis.register_script(_TAKE)
        self._drop = self._redis.register_script(_LEAVE)
        self._away_until = 0.0
        self._not_left: dict[str, str] = {}  # places that Redis could not be told are free

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncIterator[TicketLock]:
        """Holds the conversation inside the block, against this and all other servers."""
        async with super().lock(conversation_id, lock_lifetime) as ticket:
            # An id can be a key to the conversation; it is nothing for another database.
            name = hashlib.sha256(conversation_id.encode()).hexdigest()[:32]
            place = self._not_left.pop(name, None) or secrets.token_hex(8)
            keys = [f"unknot:lock:{name}", f"unknot:lock:{name}:ends", _SINCE]
            renewing, over = None, asyncio.Event()
            try:
                with phase("lock"), TURNS_WAITING.track_inprogress():
                    await self._wait_in_line(keys, place, lock_lifetime)
                renewing = asyncio.create_task(self._renew(keys, place, lock_lifetime, over))
                yield ticket
            finally:
                over.set()
                if renewing is not None:
                    await renewing
                if await self._ask(self._drop, keys, [place]) is None:
                    self._not_left[name] = place

    async def _wait_in_line(self, keys: list[str], place: str, most: float) -> None:
        """Until it is our turn; while Redis is away, not at all or for `PATIENCE`."""
        clock = asyncio.get_running_loop().time
        end, patience = clock() + most + TTL, 0.0
        while clock() < end:
            answer = await self._ask(self._take, keys, _values(place, hold=False))
            if answer == 1:
                return
            if answer == 0:
                patience = clock() + PATIENCE
            elif clock() >= patience:
                return
            await asyncio.sleep(POLL)

    async def _renew(self, keys: list[str], place: str, most: float, over: asyncio.Event) -> None:
        """Keeps the place until `over`; a turn that takes longer than `most` seconds loses it.

        It is not cancelled: a client that is just reconnecting can swallow that, and the turn would wait for `most`.
        """
        for _ in range(int(most / RENEW)):
            try:
                await asyncio.wait_for(over.wait(), RENEW)
                return
            except TimeoutError:
                await self._ask(self._take, keys, _values(place, hold=True))

    async def _ask(self, script: Any, keys: list[str], values: list[str]) -> int | None:
        """What the script says, None while Redis is away."""
        clock = asyncio.get_running_loop().time
        if clock() < self._away_until:
            return None
        try:
            return int(await script(keys=keys, args=values))
        except (TimeoutError, RedisError, OSError) as error:
            logger.warning("Redis is away, turns are in order only within this server: %s", type(error).__name__)
            self._away_until = clock() + PAUSE
            return None


def _values(place: str, *, hold: bool) -> list[str]:
    return [place, str(int(TTL * 1000)), str(int(GRACE * 1000)), "1" if hold else "0"]
