"""What came in lately and is not kept anywhere: things to open, show or send once, of which no word would be lost."""

from __future__ import annotations

from collections import OrderedDict

MOST = 10_000


class Recent:
    """Ids that may be claimed once each, the last `most` of them, in this process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._ids: OrderedDict[tuple[str, ...], None] = OrderedDict()

    def claim(self, *parts: str) -> bool:
        """Whether the id made of `parts` is new."""
        if parts in self._ids:
            return False
        self._ids[parts] = None
        while len(self._ids) > self._most:
            self._ids.popitem(last=False)
        return True

    def knows(self, *parts: str) -> bool:
        """Whether the id was claimed before."""
        return parts in self._ids
