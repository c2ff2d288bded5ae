"""What nobody has gone on with for longer than the settings say is gone, from the file's bytes too."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conversations.privacy.conftest import DAY, NOW, Kept
from unknot.conversations.retention import purge, rotate
from unknot.launch.keeper import Keeper
from unknot.settings import Settings

OLD_WORDS, NEW_WORDS = "ferret-lampshade old words", "trombone-gravel new words"
NoSleep = Callable[[float], None]


def settings_of(kept: Kept, days: int = 30) -> Settings:
    return Settings(database_url=kept.url, data_dir=kept.folder, retention_days=days)


def test_old_conversations_go_and_others_stay(kept: Kept, no_sleep: NoSleep) -> None:
    kept.talk("slack:T1:OLD", OLD_WORDS, NOW - 31 * DAY)
    kept.talk("slack:T1:NEW", NEW_WORDS, NOW - 29 * DAY)
    kept.talk("rest-both", OLD_WORDS, NOW - 90 * DAY)
    kept.talk("rest-both", NEW_WORDS, NOW - DAY)
    done = purge(settings_of(kept), NOW, no_sleep)
    assert done.conversations == 1
    assert kept.senders() == ["rest-both", "slack:T1:NEW"]
    # A conversation that goes on keeps its beginning: what was said counts for the advice.
    assert [event["text"] for event in kept.database.events("rest-both") if event["event"] == "user"] == [
        OLD_WORDS,
        NEW_WORDS,
    ]


def test_more_than_one_chunk(kept: Kept, no_sleep: NoSleep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unknot.conversations.records.CHUNK", 3)
    for number in range(8):
        kept.talk(f"web:{number}", OLD_WORDS, NOW - 40 * DAY)
        kept.web_session(str(number), NOW - 40 * DAY, waiting=OLD_WORDS)
    kept.web_session("fresh", NOW - DAY, waiting=NEW_WORDS)
    done = purge(settings_of(kept), NOW, no_sleep)
    assert (done.conversations, done.sessions) == (8, 8)
    assert kept.senders() == []
    assert kept.web_sessions() == ["fresh"]
    assert [one["text"] for one in kept.database.export("web:fresh")["waiting"]] == [NEW_WORDS]
    assert kept.database.export("web:3")["waiting"] == []
    assert purge(settings_of(kept), NOW, no_sleep).conversations == 0


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_no_byte_is_left_in_the_file(sqlite: Kept, no_sleep: NoSleep, journal: str) -> None:
    with sqlite3.connect(sqlite.folder / "kept.db") as database:
        database.execute(f"PRAGMA journal_mode = {journal}")
    for number in range(40):
        sqlite.talk(f"person-{number:02}", (NEW_WORDS if number % 2 else OLD_WORDS) * 20, NOW - 31 * DAY)
    for number in range(1, 40, 2):
        sqlite.talk(f"person-{number:02}", NEW_WORDS, NOW)
    assert OLD_WORDS.encode() in sqlite.bytes()
    assert purge(settings_of(sqlite), NOW, no_sleep).conversations == 20
    left = sqlite.bytes()
    assert b"ferret-lampshade" not in left
    assert b"person-00" not in left
    assert b"trombone-gravel" in left


def test_who_comes_back_meanwhile_keeps_all(kept: Kept) -> None:
    kept.talk("rest-back", OLD_WORDS, NOW - 31 * DAY)
    kept.talk("rest-back", NEW_WORDS, NOW)  # after it was found to be old, before it is deleted
    assert not kept.database.expire("rest-back", NOW - 30 * DAY)
    assert kept.senders() == ["rest-back"]


def test_turns_are_saved_while_it_deletes(sqlite: Kept) -> None:
    for number in range(60):
        sqlite.talk(f"old-{number:02}", OLD_WORDS, NOW - 31 * DAY)
    worker = threading.Thread(target=purge, args=(settings_of(sqlite), NOW))
    worker.start()
    for number in range(20):
        sqlite.talk("somebody", f"{NEW_WORDS} {number}", NOW)  # raises if the database stays locked
    worker.join(30)
    said = [event for event in sqlite.database.events("somebody") if event["event"] == "user"]
    assert len(said) == 20
    assert sqlite.senders() == ["somebody"]


def test_zero_days_keep_everything(sqlite: Kept, no_sleep: NoSleep) -> None:
    sqlite.talk("old", OLD_WORDS, NOW - 4000 * DAY)
    purge(settings_of(sqlite, days=0), NOW, no_sleep)
    assert sqlite.senders() == ["old"]


def test_nothing_is_made_where_nothing_is(tmp_path: Path, no_sleep: NoSleep) -> None:
    purge(Settings(database_url=f"sqlite:///{tmp_path / 'none.db'}", data_dir=tmp_path), NOW, no_sleep)
    assert list(tmp_path.iterdir()) == []


def test_the_file_of_slack_s_marks_of_an_earlier_version_goes(sqlite: Kept, no_sleep: NoSleep) -> None:
    (sqlite.folder / "slack_seen.db").write_bytes(b"hashes")
    purge(settings_of(sqlite), NOW, no_sleep)
    assert not (sqlite.folder / "slack_seen.db").exists()


def test_no_line_of_a_log_is_older_than_allowed(tmp_path: Path) -> None:
    log, keep = tmp_path / "assistant.log", 30 * DAY
    writer = log.open("ab", buffering=0)  # the assistant, which never closes it
    days: dict[bytes, int] = {}
    for day in range(100):
        now = NOW + day * DAY
        line = b"day %d\n" % day
        writer.write(line)
        days[line] = day
        os.utime(log, (now, now))
        rotate(tmp_path, now, keep)
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("*.log"))
        oldest = min(days[part + b"\n"] for part in kept.splitlines())
        assert day - oldest <= 30
        assert line in kept
    writer.close()
    assert day - oldest >= 14, "half of it is kept at least"


def test_logs_that_nobody_writes_any_more(tmp_path: Path) -> None:
    for name in ("train.log", "assistant.old.log"):
        (tmp_path / name).write_text("words")
        os.utime(tmp_path / name, (NOW - 31 * DAY, NOW - 31 * DAY))
    assert rotate(tmp_path, NOW, 30 * DAY) == 2
    assert not (tmp_path / "assistant.old.log").exists()
    assert (tmp_path / "train.log").read_text() == ""


def test_the_launcher_s_keeper_deletes_by_itself(sqlite: Kept) -> None:
    sqlite.talk("old", OLD_WORDS, time.time() - 31 * DAY)
    sqlite.talk("new", NEW_WORDS, time.time())
    keeper = Keeper(settings_of(sqlite)).start()
    deadline = time.monotonic() + 30
    while sqlite.senders() != ["new"] and time.monotonic() < deadline:
        time.sleep(0.1)
    keeper.stop()
    assert sqlite.senders() == ["new"]


def test_the_keeper_goes_on_after_a_day_on_which_nothing_could_be_written(
    sqlite: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    sqlite.talk("old", OLD_WORDS, time.time() - 31 * DAY)
    settings = settings_of(sqlite)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    in_the_way = settings.data_dir / "log"
    in_the_way.write_text("a file where the folder of logs should be")
    keeper = Keeper(settings, every=0.1).start()
    deadline, said = time.monotonic() + 30, ""
    while not said and time.monotonic() < deadline:
        time.sleep(0.05)
        said = capsys.readouterr().err
    in_the_way.unlink()
    while sqlite.senders() and time.monotonic() < deadline:
        time.sleep(0.1)
    keeper.stop()
    assert "could not be deleted" in said
    assert sqlite.senders() == []


def test_make_purge_is_this_command() -> None:
    shown = subprocess.run(["make", "-n", "purge"], capture_output=True, text=True, check=True).stdout
    assert "-m unknot.conversations purge" in shown
