"""What is said of a bout that goes on: at a check-in, of earlier bouts, of its chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage import dose_log, replies
from unknot.triage.bout import clock_went_back
from unknot.triage.case import Case
from unknot.triage.checkin import CheckedIn
from unknot.triage.diary import FEELING, Diary, is_of_a_check_in
from unknot.triage.engine import Assessment, join
from unknot.triage.episode import NO, YES, Episode, current, episodes, helped_before, line, sparkline, trend
from unknot.triage.plan import Plan
from unknot.triage.replies import Reply
from unknot.triage.summary import since
from unknot.triage.thread import Thread
from unknot.triage.turn import Turn
from unknot.triage.update import TurnUpdate

LAST_TIME, CHART = "last_time", "chart"  # wishes
LONG_SILENCE = 4  # days
MOST_DAYS = 14  # in the text; the chart for machines holds all
MOST_BOUTS = 5


@dataclass(frozen=True)
class At:
    """A message that was taken in, and who it is from."""

    before: Case
    case: Case
    taken: TurnUpdate
    turn: Turn
    assessment: Assessment
    knowledge: Knowledge
    region: Region


def respond(at: At) -> tuple[Case, list[Reply]]:
    """What a message gets said about the bout; nothing where it has nothing to do with it."""
    medicines = dose_log.respond(at.before, at.case, at.turn, at.assessment, at.knowledge, at.region)
    if at.taken.over:
        return at.case, [*medicines, _ended(at)]
    case, said = _raised(at) if _is_raised(at) else (at.case, [])
    said += _counted(at)
    if _is_complete(at):
        said.append(_closing(at, case))
    wishes = at.turn.wishes()
    if LAST_TIME in wishes:
        said.append(past(at.case, at.knowledge))
    if CHART in wishes and not _is_complete(at):
        said.append(_chart(at))
    return case, [*said, *medicines]


def before_a_check_in(case: Case, question: str, knowledge: Knowledge) -> list[str]:
    """A word before it is asked how it goes; that days were left out does not matter."""
    episode = current(case)
    if question != FEELING or case.pending == FEELING or episode is None:
        return []
    silent = case.day - episode.checkins[-1].day
    return [knowledge.messages["checkin_hello_long" if silent >= LONG_SILENCE else "checkin_hello"]]


def helped_last_time(case: Case, made: Plan, knowledge: Knowledge) -> list[Reply]:
    """Before the first plan of a bout: what helped in an earlier one and may be done now."""
    if Thread.from_json(case.thread).plan:
        return []
    offered = {item.id for item in made.remedies}
    helped = [i for i in helped_before(case) if i in offered]
    if not helped:
        return []
    text = knowledge.messages["helped_before"].format(titles=_titles(helped, knowledge))
    return [replies.notice("help", text, helped=helped)]


def past(case: Case, knowledge: Knowledge) -> Reply:
    """Earlier bouts, the newest first, with how bad they were and what helped."""
    m = knowledge.messages
    ended = [one for one in reversed(episodes(case)) if one.ended is not None]
    if not ended:
        return replies.notice("help", m["bouts_none"], episodes=[])
    lines = [_bout(one, case, knowledge) for one in ended[:MOST_BOUTS]]
    return replies.notice("help", "\n".join([m["bouts"], *lines]), episodes=[_short(one) for one in ended])


def chart(episode: Episode, knowledge: Knowledge) -> dict[str, Any]:
    """The course by day for machines: `day` from 1, `date` in days since 1970, what was told and tried that day."""
    found = [
        {
            "day": one.day - episode.started + 1,
            "date": one.day,
            "pain": one.pain,
            "feeling": one.feeling,
            "level": one.level,
            "signs": list(one.signs),
            "tried": [{"id": t.what, "helped": t.helped} for t in episode.tried if t.day == one.day],
        }
        for one in episode.checkins
    ]
    overall = trend(episode, knowledge).overall
    return {"days": found, "sparkline": sparkline(episode), "trend": overall, "stage": episode.stage}


def _counted(at: At) -> list[Reply]:
    """How a check-in was counted, and that the level has fallen."""
    checked = at.taken.checked
    if checked is None:
        return []
    notes = [at.knowledge.messages["checkin_clock_back"]] if clock_went_back(at.before, at.turn) else []
    notes += [*checked.notes, *(checked.news if _fell(at, checked) else ())]
    return [replies.notice("corrected", " ".join(notes), refused=list(checked.refused))] if notes else []


def _fell(at: At, checked: CheckedIn) -> bool:
    told = at.before.told_level
    return told is not None and Level(told).rank < checked.assessment.level.rank and not checked.raised


def _is_raised(at: At) -> bool:
    """Whether somebody is to be seen who was not told so, be it by a message that no action had taken in before.

    What is more urgent is said with every message, whether a bout goes on or not.
    """
    episode = current(at.case)
    later = episode is not None and at.case.day > episode.started
    return later and at.assessment.level is Level.SEE_CLINICIAN and at.assessment.more_urgent_than(at.case.told_level)


def _raised(at: At) -> tuple[Case, list[Reply]]:
    """The level with its reason, in this turn. The plan that follows does not say it again."""
    level, m = at.assessment.level.value, at.knowledge.messages
    text = m["checkin_up"].format(level=m[f"level_{level}"], reason=at.assessment.reason())
    findings = tuple(dict.fromkeys((*at.case.told_findings, *at.assessment.findings)))
    thread = replace(Thread.from_json(at.case.thread), level=level)
    case = replace(at.case, told_level=level, told_findings=findings, thread=thread.to_json())
    return case, [replies.triage(at.assessment, at.knowledge, text)]


def _is_complete(at: At) -> bool:
    """Whether this message was the last of a check-in."""
    of_it = at.taken.checked is not None or (at.taken.answered and is_of_a_check_in(at.taken.was_pending))
    refused = at.taken.checked is not None and bool(at.taken.checked.refused)
    return of_it and not refused and not Diary.of(at.case).todo and current(at.case) is not None


def _closing(at: At, case: Case) -> Reply:
    """What the check-in came to, with the chart."""
    episode, diary, m = current(case), Diary.of(case), at.knowledge.messages
    if episode is None:
        return past(case, at.knowledge)
    level = m[f"level_{at.assessment.level.value}"]
    if episode.stage != diary.stage:
        text = m[at.knowledge.course_stages[episode.stage].message]
    else:
        text = m["checkin_done"].format(level=level)
    # A falling line must not comfort: nerves can suffer while the pain eases.
    return _with_chart(f"{text} {m['checkin_net']}", episode, at.knowledge)


def _ended(at: At) -> Reply:
    episode = episodes(at.case)[-1]
    helped = episode.helped()
    m = at.knowledge.messages
    days = (episode.ended or episode.started) - episode.began + 1
    text = m["checkin_ended"].format(days=m["bout_day"] if days == 1 else m["bout_days"].format(days=days))
    if helped:
        text += " " + m["checkin_ended_helped"].format(titles=_titles(helped, at.knowledge))
    return _with_chart(text, episode, at.knowledge)


def _chart(at: At) -> Reply:
    episode = current(at.case)
    if episode is None:
        return past(at.case, at.knowledge)
    return _with_chart(at.knowledge.messages["chart_intro"], episode, at.knowledge)


def _with_chart(text: str, episode: Episode, knowledge: Knowledge) -> Reply:
    lines = [_day(number, episode, knowledge) for number in range(len(episode.checkins))][-MOST_DAYS:]
    return replies.notice("help", "\n".join([text, *lines]), chart=chart(episode, knowledge))


def _day(number: int, episode: Episode, knowledge: Knowledge) -> str:
    m, one = knowledge.messages, episode.checkins[number]
    parts = [m["chart_no_number"] if one.pain is None else m["value_severity"].format(severity=one.pain)]
    parts += [m[f"checkin_{one.feeling}"].lower()] if one.feeling else []
    parts += [knowledge.findings[i].label for i in one.signs]
    for word in (YES, NO):
        found = [t.what for t in episode.tried if t.day == one.day and t.helped == word]
        parts += [m[f"chart_helped_{word}"].format(titles=_titles(found, knowledge))] if found else []
    return m["chart_day"].format(day=one.day - episode.started + 1, what=", ".join(parts))


def _bout(one: Episode, case: Case, knowledge: Knowledge) -> str:
    m = knowledge.messages
    scores = [pain for _, pain in line(one)] or [0]
    days = (one.ended or one.started) - one.began + 1
    length = m["bout_day"] if days == 1 else m["bout_days"].format(days=days)
    ago = since(max(0, case.day - one.started), knowledge)
    where = m[f"location_{one.where}"] if one.where else m["bout_somewhere"]
    text = m["bout_line"].format(ago=ago, where=where, days=length, most=max(scores), last=scores[-1])
    helped = one.helped()
    return f"{text} {m['bout_helped'].format(titles=_titles(helped, knowledge))}" if helped else text


def _short(one: Episode) -> dict[str, Any]:
    scores = [pain for _, pain in line(one)]
    return {
        "started": one.started,
        "ended": one.ended,
        "location": one.where or None,
        "pain": scores,
        "helped": list(one.helped()),
    }


def _titles(ids: Sequence[str], knowledge: Knowledge) -> str:
    named = [knowledge.remedies[i].title.split(" (")[0] if i in knowledge.remedies else i for i in ids]
    return join([name[:1].lower() + name[1:] for name in named])
