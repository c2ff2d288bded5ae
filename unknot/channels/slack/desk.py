"""Takes what Slack sends, acknowledges it at once, and has it worked on. The same for HTTP and Socket Mode."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

from unknot.channels.slack import clicks, events, home, reminding
from unknot.channels.slack.api import SlackApi, SlackCallError
from unknot.channels.slack.asking import FORM, OPEN_FORM, TICK
from unknot.channels.slack.blocks import Block, Message
from unknot.channels.slack.clicks import Chosen, Origin
from unknot.channels.slack.config import SlackConfig
from unknot.channels.slack.delivery import Delivery, Person
from unknot.channels.slack.events import Dropped, HomeOpened, Said, TokensRevoked, Uninstalled
from unknot.channels.slack.mrkdwn import escape, typed
from unknot.channels.slack.recent import Recent
from unknot.channels.slack.teams import Teams
from unknot.channels.slack.turns import Turns
from unknot.channels.slack.words import Words
from unknot.conversations.inbox import Inbox
from unknot.observability.metrics import SLACK_EVENTS

logger = logging.getLogger(__name__)
Raw = Mapping[str, Any]
_EXPORT_PIECE = 3_000  # characters of a message with a part of an export
Answer = dict[str, Any] | None
_ONCE = (OPEN_FORM, home.SUMMARY, home.EXPORT, home.DELETE, reminding.ASK, reminding.STOP)
_OUTCOMES = {Dropped: "dropped", Uninstalled: "uninstalled", TokensRevoked: "revoked"}


class Keeper(Protocol):
    """What is kept about a conversation."""

    async def last_summary(self, conversation: str) -> Mapping[str, Any] | None:
        """The payload of the last summary."""

    async def everything(self, conversation: str) -> Mapping[str, Any] | None:
        """All of it, ready for JSON; None when nothing is kept."""

    async def delete(self, conversation: str, up_to: int | None = None) -> bool:
        """Deletes a conversation, but for what was accepted after the message `up_to`; whether that worked."""

    async def delete_team(self, team: str) -> int:
        """Deletes all conversations of a workspace; how many."""


class Desk:
    """One running Slack app. Make it inside the event loop; `close` it there."""

    def __init__(
        self,
        config: SlackConfig,
        inbox: Inbox,
        agent: Callable[[], Any],
        records: Keeper,
        words: Words,
        api: SlackApi | None = None,
    ) -> None:
        self._config = config
        self._records = records
        self._words = words
        self.api = api or SlackApi(config)
        self._recent = Recent()
        self._inbox = inbox
        self.teams = Teams(config, self.api)
        self.delivery = Delivery(self.api, words)
        self.reminders = reminding.SlackReminders(inbox.database, self.delivery, words)
        self._turns = Turns(config, inbox, agent, self.delivery, words)
        self._tasks: set[asyncio.Task[None]] = set()
        loop = asyncio.get_running_loop()
        self._beside = [loop.create_task(job()) for job in (inbox.keep_alive, self._turns.keep_taking_up)]

    # Each of the three returns what the acknowledgement is to carry, without waiting for Slack or the assistant. What
    # was said is kept by then; AwayError where it cannot be, and then it must not be acknowledged.

    async def event(self, raw: Raw) -> None:
        """An event_callback of the Events API. A retry of one that was kept changes nothing, whatever its reason."""
        found = events.read(raw, await self.teams.of(raw))
        SLACK_EVENTS.labels(_OUTCOMES.get(type(found), "taken")).inc()
        if isinstance(found, Dropped):
            if found.why:
                logger.warning("Slack: an event was dropped: %s", found.why)
        elif isinstance(found, HomeOpened):
            self._start(self._show_home(found.person))
        elif isinstance(found, Said):
            await self._said(found)
        elif isinstance(found, Uninstalled):
            self._start(self._leave(found.team))
        else:
            self.teams.revoke(found.team)

    async def command(self, form: Raw) -> Answer:
        """A slash command: begins, or says what stands behind it."""
        person = Person(await self.teams.of(form), str(form.get("user_id") or ""))
        trigger = str(form.get("trigger_id") or "")
        if not person.team or not person.user:
            return None
        words = str(form.get("text") or "").strip() or self._words["start_words"]
        if answer := await self.reminders.heard(person, words):
            return {"response_type": "ephemeral", "text": answer.text, "blocks": list(answer.blocks)}
        if await self._turns.say(person, words, f"command.{trigger}"):
            self._start(self._point_command(person, form))
        return None

    async def interaction(self, raw: Raw) -> Answer:
        """Something was pressed or filled in."""
        person = Person(await self.teams.of(raw), str((raw.get("user") or {}).get("id") or ""))
        if not person.team or not person.user:
            return None
        kind = raw.get("type")
        trigger = str(raw.get("trigger_id") or "")
        if kind == "view_submission":
            return await self._filled_in(person, raw.get("view") or {})
        if kind == "shortcut":
            await self._turns.say(person, self._words["start_words"], f"shortcut.{trigger}")
        elif kind == "block_actions":
            await self._pressed(person, raw, trigger)
        return None

    async def close(self) -> None:
        """Finishes what is under way, for a limited time, gives back the rest, and closes everything."""
        for task in self._beside:
            task.cancel()
        await self._turns.drain(self._config.drain_seconds)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._config.drain_seconds)
        await self.delivery.drain(self._config.drain_seconds)
        await self._inbox.release_all()
        await self.api.close()

    async def _said(self, said: Said) -> None:
        if said.private:
            self.delivery.use_channel(said.person, said.channel)
        if said.private and not typed(said.text):
            if self._recent.claim("message", said.person.team, said.channel, said.ts):
                self._turns.tell(said.person, self._words["only_text"])
            return
        about = ("reminder", said.person.team, said.channel, said.ts)
        if self._recent.knows(*about):
            return
        if said.private and (answer := await self.reminders.heard(said.person, said.text)):
            self._recent.claim(*about)
            self.delivery.send(said.person, [answer])
            return
        words = said.text if typed(said.text) else self._words["start_words"]
        if await self._turns.say(said.person, words, f"{said.channel}.{said.ts}") and not said.private:
            self._start(self._point_mention(said))

    async def _pressed(self, person: Person, raw: Raw, trigger: str) -> None:
        actions = raw.get("actions") or [{}]
        name = str(actions[0].get("action_id", ""))
        if name == TICK:
            return  # Slack keeps the ticks until Send
        if name in _ONCE and trigger and not self._recent.claim("trigger", person.team, trigger):
            return
        if name == OPEN_FORM:
            self._start(self._open(person, trigger, clicks.form_for(raw, self._words)))
        elif name == home.START:
            await self._turns.say(person, self._words["start_words"], f"home.{trigger}")
        elif name == home.SUMMARY:
            self._start(self._open_summary(person, trigger))
        elif name == reminding.ASK:
            self._start(self._open(person, trigger, reminding.form(self._words)))
        elif name == reminding.STOP:
            await self.reminders.stop(person)
            self._turns.tell(person, self._words.message("reminder_off"))
        elif name == home.EXPORT:
            self._turns.do(person, lambda: self._export(person))
        elif name == home.DELETE:
            up_to = await self._inbox.newest()
            self._turns.do(person, lambda: self._delete(person, up_to))
        else:
            await self._chose(person, clicks.origin_of(raw), clicks.chosen(raw), name)

    async def _filled_in(self, person: Person, view: Raw) -> Answer:
        if view.get("callback_id") == reminding.FORM and (choice := reminding.picked(view, self._words)):
            self.delivery.send(person, [await self.reminders.start(person, *choice)])
        if view.get("callback_id") != FORM:
            return None
        filled = clicks.form_answer(view)
        if filled is None:
            return {"response_action": "errors", "errors": {"place": self._words["form_empty"]}}
        await self._chose(person, clicks.form_origin(view), filled, FORM)
        return None

    async def _chose(self, person: Person, origin: Origin, choice: Chosen | None, name: str) -> None:
        """Takes a choice, once for each message: a second press changes nothing."""
        if choice is None:
            if name == "send_ticks":
                self._start(self._hint(person, origin))
            return
        if await self._turns.say(person, choice.words, f"{origin.channel}.{origin.ts}.chosen"):
            self._start(self._replace(person, origin, choice))

    async def _leave(self, team: str) -> None:
        """The workspace has removed the app: nothing of its people is kept."""
        self.teams.revoke(team)
        self.delivery.forget_team(team)
        count = await self._records.delete_team(team)
        logger.warning("Slack: the app was removed from a workspace; %d of its conversations are deleted", count)

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

    async def _delete(self, person: Person, up_to: int) -> None:
        self.delivery.forget(person)
        try:
            deleted = await self._records.delete(person.conversation, up_to)
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
