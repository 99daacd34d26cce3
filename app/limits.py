"""How often one client may ask: token buckets, in memory. Pure, but for the clock, which is given.

A client is known by a keyed hash of its address. The key is random, lasts a day at most and is never
written anywhere, nor is the hash: nothing here can be led back to an address, or from one day to the next.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from secrets import token_bytes
from threading import Lock
from time import monotonic
from typing import Final

Clock = Callable[[], float]

_DAY: Final = 86_400.0
# Whoever has an IPv6 address has all that share these first bits of it.
_SUBSCRIBER: Final = 64
# Clients remembered of each kind: a few megabytes.
MOST: Final = 20_000


class Buckets:
    """A bucket of tokens for each client: full at first, refilled evenly, a token a request.

    When more clients come than are remembered, whoever asked longest ago is forgotten: their bucket is full
    again. Safe to share between threads.
    """

    def __init__(self, per_minute: int, *, most: int = MOST, clock: Clock = monotonic) -> None:
        self._size, self._rate = float(per_minute), per_minute / 60
        self._most, self._clock = most, clock
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, client: bytes) -> float:
        """The seconds until `client` may ask; 0.0 means now, and takes a token."""
        now = self._clock()
        with self._lock:
            tokens, at = self._left.pop(client, (self._size, now))
            tokens = min(self._size, tokens + (now - at) * self._rate)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate
            self._left[client] = (tokens if wait else tokens - 1, now)
            if len(self._left) > self._most:
                self._left.popitem(last=False)
        return wait

    @property
    def known(self) -> int:
        """How many clients are remembered."""
        return len(self._left)


class Clients:
    """Names clients for a day; safe to share between threads."""

    def __init__(self, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._key, self._since = token_bytes(32), clock()

    def name(self, address: str) -> bytes:
        """Sixteen bytes for an address, or for whatever stands in its place."""
        with self._lock:
            if self._clock() - self._since >= _DAY:
                self._key, self._since = token_bytes(32), self._clock()
            key = self._key
        return blake2b(subscriber(address), key=key, digest_size=16).digest()


def subscriber(address: str) -> bytes:
    """The part of an address that stands for one client."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address.encode("utf-8", "replace")
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return found.ipv4_mapped.packed
        return found.packed[: _SUBSCRIBER // 8]
    return found.packed
