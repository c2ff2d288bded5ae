"""Rate limits: token buckets, in memory for one server, in Redis for several."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from unknot.channels.web.server.config import WebConfig
from unknot.channels.web.server.guard import RefusedError
from unknot.observability.metrics import RATE_LIMITED

logger = logging.getLogger(__name__)
MOST_BUCKETS = 20_000
_TIMEOUT = 0.5  # seconds for Redis to say something
_PAUSE = 2.0  # seconds in which a Redis that was away is not asked again
# Takes one request from a bucket, as one step for everybody. Redis' own clock: the servers' may differ.
_TAKE = """
local burst, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local bucket = redis.call('HMGET', KEYS[1], 'level', 'at')
local level, at = tonumber(bucket[1]) or burst, tonumber(bucket[2]) or now
level = math.min(burst, level + math.max(0, now - at) * rate)
local wait = 0
if level >= 1 then level = level - 1 else wait = (1 - level) / rate end
redis.call('HSET', KEYS[1], 'level', string.format('%.6f', level), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return string.format('%.6f', wait)
"""


class Limiter:
    """Allows `burst` requests at once and `rate` a second after that, for each key."""

    def __init__(self, burst: float, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.burst = burst
        self.rate = rate
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def wait(self, key: str) -> float:
        """Takes one request from the key's bucket: 0 if it may pass, else the seconds until it might."""
        return self.take(key)

    def take(self, key: str) -> float:
        """The same, at once."""
        now = self._clock()
        level, at = self._buckets.pop(key, (self.burst, now))
        level = min(self.burst, level + (now - at) * self.rate)
        allowed = level >= 1
        self._buckets[key] = (level - 1 if allowed else level, now)
        while len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - level) / self.rate


class SharedLimiter:
    """A limit that several servers keep together. While Redis is away, each keeps it for itself."""

    def __init__(self, shared: Shared, name: str, burst: float, rate: float) -> None:
        self._shared = shared
        self._name = name
        self._own = Limiter(burst, rate)

    async def wait(self, key: str) -> float:
        """As `Limiter.wait`."""
        found = await self._shared.take(f"{self._name}:{key}", self._own.burst, self._own.rate)
        return self._own.take(key) if found is None else found


class Shared:
    """The buckets in Redis. Their names are keyed hashes: neither addresses nor sessions are kept there."""

    def __init__(self, url: str, secret: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = Redis.from_url(url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
        self._take: Any = self._redis.register_script(_TAKE)
        self._secret = hashlib.sha256(secret.encode()).digest()
        self._clock = clock
        self._away_until = 0.0

    async def take(self, key: str, burst: float, rate: float) -> float | None:
        """Takes one request from a bucket: seconds to wait, or None while Redis is away."""
        if self._clock() < self._away_until:
            return None
        name = "unknot:limit:" + hashlib.blake2b(key.encode(), key=self._secret, digest_size=16).hexdigest()
        try:
            return float(await self._take(keys=[name], args=[burst, rate]))
        except (RedisError, OSError) as error:
            logger.warning("Redis is away, each server keeps its own rate limits: %s", type(error).__name__)
            self._away_until = self._clock() + _PAUSE
            return None

    async def close(self) -> None:
        """Lets go of Redis."""
        await self._redis.close()


class Limits:
    """The limits of one server by their names: "session", "address" and "newcomer"."""

    def __init__(self, config: WebConfig) -> None:
        self._shared = Shared(config.redis_url, config.secret) if config.redis_url else None
        self._limiters = {
            "session": self._limiter("session", config.session_burst, config.session_rate),
            "address": self._limiter("address", config.address_burst, config.address_rate),
            "newcomer": self._limiter("newcomer", config.newcomer_burst, config.newcomer_rate),
        }

    def _limiter(self, name: str, burst: float, rate: float) -> Limiter | SharedLimiter:
        return SharedLimiter(self._shared, name, burst, rate) if self._shared else Limiter(burst, rate)

    async def wait(self, limit: str, key: str) -> float:
        """Takes one request from a bucket of the limit: 0 if it may pass, else the seconds until it might."""
        return await self._limiters[limit].wait(key)

    async def check(self, limit: str, key: str) -> None:
        """The same. Raises RefusedError for one that may not."""
        if wait := await self.wait(limit, key):
            RATE_LIMITED.labels(limit).inc()
            raise RefusedError("too_many", wait)

    async def close(self) -> None:
        """Lets go of Redis."""
        if self._shared:
            await self._shared.close()
