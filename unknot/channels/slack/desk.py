"""Takes what Slack sends, acknowledges it at once, and has it worked on. The same for HTTP and Socket Mode."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from unknot.channels.slack import clicks, events, home
from unknot.channels.slack.api import SlackApi, SlackCallError
from unknot.channels.slack.asking import FORM, OPEN_FORM, TICK
from unknot.channels.slack.blocks import Block, Message
from unknot.channels.slack.clicks import Chosen, Origin
from unknot.channels.slack.config import SlackConfig
from unknot.channels.slack.delivery import Delivery, Person
from unknot.channels.slack.events import HomeOpened, Said, team_of
from unknot.channels.slack.mrkdwn import escape, typed
from unknot.channels.slack.seen import CLICK_SECONDS, Seen
from unknot.channels.slack.turns import Handler, Turns
from unknot.channels.slack.words import Words

logger = logging.getLogger(__name__)
Raw = Mapping[str, Any]
_EXPORT_PIECE = 3_000  # characters of a message with a part of an export
Answer = dict[str, Any] | None


class Keeper(Protocol):
    """What is kept about a conversation."""

    async def last_summary(self, conversation: str) -> Mapping[str, Any] | None:
        """The payload of the last summary."""

    async def everything(self, conversation: str) -> Mapping[str, Any] | None:
        """All of it, ready for JSON; None when nothing is kept."""

    async def delete(self, conversation: str) -> bool:
        """Deletes a conversation; whether that worked."""


class Desk:
    """One running Slack app. Make it inside the event loop; `close` it there."""

    def __init__(
        self, config: SlackConfig, handler: Handler, records: Keeper, words: Words, api: SlackApi | None = None
    ) -> None:
        self._config = config
        self._records = records
        self._words = words
        self.api = api or SlackApi(config)
        self._seen = Seen(config.seen_file)
        self.delivery = Delivery(self.api, words)
        self._turns = Turns(config, handler, self.delivery, words)
        self._tasks: set[asyncio.Task[None]] = set()

    # Each of the three returns what the acknowledgement is to carry, without waiting for Slack or the assistant.

    def event(self, raw: Raw) -> None:
        """An event_callback of the Events API. A retry of one that was taken is dropped, whatever its reason."""
        found = events.read(raw)
        if found is None:
            return
        event_id = str(raw.get("event_id") or "")
        if event_id and not self._seen.claim("event", found.person.team, event_id):
            return
        if isinstance(found, HomeOpened):
            self._start(self._show_home(found.person))
        elif self._seen.claim("message", found.person.team, found.channel, found.ts):
            self._said(found)

    def command(self, form: Raw) -> Answer:
        """A slash command: begins, or says what stands behind it."""
        person = Person(str(form.get("team_id") or form.get("enterprise_id") or ""), str(form.get("user_id") or ""))
        trigger = str(form.get("trigger_id") or "")
        if not person.team or not person.user or not self._seen.claim("trigger", person.team, trigger):
            return None
        words = str(form.get("text") or "").strip() or self._words["start_words"]
        self._turns.say(person, words, f"command.{trigger}")
        self._start(self._point_command(person, form))
        return None

    def interaction(self, raw: Raw) -> Answer:
        """Something was pressed or filled in."""
        person = Person(team_of(raw), str((raw.get("user") or {}).get("id") or ""))
        if not person.team or not person.user:
            return None
        kind = raw.get("type")
        if kind == "view_submission":
            return self._filled_in(person, raw.get("view") or {})
        trigger = str(raw.get("trigger_id") or "")
        if trigger and not self._seen.claim("trigger", person.team, trigger):
            return None
        if kind == "shortcut":
            self._turns.say(person, self._words["start_words"], f"shortcut.{trigger}")
        elif kind == "block_actions":
            self._pressed(person, raw, trigger)
        return None

    async def close(self) -> None:
        """Finishes what is under way, for a limited time, and closes everything."""
        await self._turns.drain(self._config.drain_seconds)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._config.drain_seconds)
        await self.delivery.drain(self._config.drain_seconds)
        await self.api.close()
        self._seen.close()

    def _said(self, said: Said) -> None:
        if said.private:
            self.delivery.use_channel(said.person, said.channel)
        else:
            self._start(self._point_mention(said))
        if typed(said.text):
            self._turns.say(said.person, said.text, f"{said.channel}.{said.ts}")
        elif said.private:
            self._turns.tell(said.person, self._words["only_text"])
        else:
            self._turns.say(said.person, self._words["start_words"], f"{said.channel}.{said.ts}")

    def _pressed(self, person: Person, raw: Raw, trigger: str) -> None:
        actions = raw.get("actions") or [{}]
        name = str(actions[0].get("action_id", ""))
        if name == TICK:
            return  # Slack keeps the ticks until Send
        if name == OPEN_FORM:
            self._start(self._open(person, trigger, clicks.form_for(raw, self._words)))
        elif name == home.START:
            self._turns.say(person, self._words["start_words"], f"home.{trigger}")
        elif name == home.SUMMARY:
            self._start(self._open_summary(person, trigger))
        elif name == home.EXPORT:
            self._turns.do(person, lambda: self._export(person))
        elif name == home.DELETE:
            self._turns.do(person, lambda: self._delete(person))
        else:
            self._chose(person, clicks.origin_of(raw), clicks.chosen(raw), name)

    def _filled_in(self, person: Person, view: Raw) -> Answer:
        if view.get("callback_id") != FORM:
            return None
        choice = clicks.form_answer(view)
        if choice is None:
            return {"response_action": "errors", "errors": {"place": self._words["form_empty"]}}
        self._chose(person, clicks.form_origin(view), choice, FORM)
        return None

    def _chose(self, person: Person, origin: Origin, choice: Chosen | None, name: str) -> None:
        """Takes a choice, once for each message: a second press changes nothing."""
        if choice is None:
            if name == "send_ticks":
                self._start(self._hint(person, origin))
            return
        key = ("chosen", person.team, person.user, origin.channel, origin.ts)
        if not self._seen.claim(*key, seconds=CLICK_SECONDS):
            return
        if not self._turns.say(person, choice.words, f"{origin.channel}.{origin.ts}.chosen"):
            self._seen.release(*key)
            return
        self._start(self._replace(person, origin, choice))

    async def _replace(self, person: Person, origin: Origin, choice: Chosen) -> None:
        """Puts what was chosen where the buttons were."""
        message = clicks.after(origin, choice, self._words)
        body = {"text": message.text, "blocks": list(message.blocks)}
        try:
            await self.api.call(person.team, "chat.update", channel=origin.channel, ts=origin.ts, **body)
        except SlackCallError:
            if origin.response_url:
                await self.api.post_to_response_url(origin.response_url, {"replace_original": True, **body})

    async def _hint(self, person: Person, origin: Origin) -> None:
        text = escape(self._words["nothing_ticked"])
        if origin.response_url:
            body = {"response_type": "ephemeral", "replace_original": False, "text": text}
            await self.api.post_to_response_url(origin.response_url, body)
        else:
            self._turns.tell(person, self._words["nothing_ticked"])

    async def _point_mention(self, said: Said) -> None:
        """One line in the channel, for the person's eyes only."""
        text = await self._pointer(said.person)
        thread = {"thread_ts": said.thread} if said.thread else {}
        await self.api.call(
            said.person.team,
            "chat.postEphemeral",
            channel=said.channel,
            user=said.person.user,
            text=escape(text),
            **thread,
        )

    async def _point_command(self, person: Person, form: Raw) -> None:
        url = str(form.get("response_url") or "")
        text = await self._pointer(person, self._words["started_here"])
        try:
            here = await self.delivery.open(person) == form.get("channel_id")
        except SlackCallError:
            here = False
        if url and not here:
            await self.api.post_to_response_url(url, {"response_type": "ephemeral", "text": escape(text)})

    async def _pointer(self, person: Person, text: str = "") -> str:
        """Where the answer is; or, where nothing can be sent to the person, what they can do."""
        try:
            await self.delivery.open(person)
        except SlackCallError:
            return self._words["pointer_failed"]
        return text or self._words["pointer"]

    async def _show_home(self, person: Person) -> None:
        await self.api.call(person.team, "views.publish", user_id=person.user, view=home.home(self._words))

    async def _open_summary(self, person: Person, trigger: str) -> None:
        payload = await self._records.last_summary(person.conversation)
        await self._open(person, trigger, home.summary(payload, self._words))

    async def _open(self, person: Person, trigger: str, view: Block) -> None:
        await self.api.call(person.team, "views.open", trigger_id=trigger, view=view)

    async def _export(self, person: Person) -> None:
        kept = await self._records.everything(person.conversation)
        self._turns.tell(person, self._words["export_begin" if kept else "export_none"])
        text = json.dumps(kept, ensure_ascii=False, indent=1) if kept else ""
        parts = [text[at : at + _EXPORT_PIECE] for at in range(0, len(text), _EXPORT_PIECE)]
        self.delivery.send(person, [Message(f"```{escape(part)}```") for part in parts])

    async def _delete(self, person: Person) -> None:
        self.delivery.forget(person)
        try:
            deleted = await self._records.delete(person.conversation)
        except Exception as error:
            logger.error("Slack: a conversation could not be deleted: %s", type(error).__name__)
            deleted = False
        self._turns.tell(person, self._words["deleted" if deleted else "delete_failed"])

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Has something done behind the acknowledgement; a failure is logged, not raised."""
        task = asyncio.get_running_loop().create_task(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except SlackCallError:
        pass  # logged where it happened
    except Exception as error:
        logger.error("Slack: some work failed: %s", type(error).__name__)
