"""The page for a clinician, over the API: made from what the conversation has told, for the person of the session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sanic.request import Request
from sanic.response import HTTPResponse, raw

from unknot.channels.health import NO_STORE
from unknot.channels.web.server.guard import RefusedError
from unknot.conversations.access import Access
from unknot.conversations.events import all_of, understood
from unknot.handover.document import FORMATS, Document, NothingToldError, NotInstalledError, document

_CASE_SLOT, _FORMAT = "case", "pdf"


class Handover:
    """Makes one document at a time and off the server's loop: people who are talking come first."""

    def __init__(self, database: Access, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._one = asyncio.Lock()

    async def of(self, request: Request, conversation: str) -> HTTPResponse:
        """The document of a conversation, in the format that the query asks for. Raises RefusedError."""
        made = await self.made(conversation, str(request.args.get("format", _FORMAT)))
        headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{made.name}"'}
        return raw(made.content, content_type=made.kind, headers=headers)

    async def made(self, conversation: str, form: str) -> Document:
        """The document of a conversation in one of FORMATS. Raises RefusedError."""
        if form not in FORMATS:
            raise RefusedError("bad_request")
        events = await self._database.run(lambda db: all_of(db, conversation))
        case = understood(events).get(_CASE_SLOT)
        try:
            async with self._one:
                return await asyncio.to_thread(document, case, form, self._clock())
        except NothingToldError:
            raise RefusedError("nothing_told") from None
        except NotInstalledError:
            raise RefusedError("not_installed") from None
