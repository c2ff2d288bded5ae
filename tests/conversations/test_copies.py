"""A copy of the database that is made while it is written, and its way back."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from unknot.conversations.__main__ import main
from unknot.conversations.copies import BEFORE, CopyError, backup, restore


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'kept.db'}"


def words(file: Path) -> list[str]:
    with sqlite3.connect(file) as database:
        return [row[0] for row in database.execute("SELECT data FROM events ORDER BY id")]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "kept.db"
    with sqlite3.connect(file) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, data TEXT)")
        made.execute("INSERT INTO events (data) VALUES ('first')")
    return file


def test_there_and_back_while_it_is_written(database: Path, tmp_path: Path) -> None:
    over = threading.Event()

    def write() -> None:
        with sqlite3.connect(database, timeout=10) as other:
            while not over.is_set():
                other.execute("INSERT INTO events (data) VALUES ('more')")
                other.commit()

    writer = threading.Thread(target=write)
    writer.start()
    copy = tmp_path / "copy.db"
    try:
        backup(url(tmp_path), copy)
    finally:
        over.set()
        writer.join()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    saved = words(copy)
    assert saved[0] == "first"
    with sqlite3.connect(database) as now:
        now.execute("INSERT INTO events (data) VALUES ('later')")
    kept = restore(url(tmp_path), copy)
    assert words(database) == saved
    assert kept is not None
    assert kept.name.endswith(BEFORE)
    assert words(kept)[-1] == "later"


def test_a_damaged_copy_is_not_put_back(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("no database " * 1000)
    with pytest.raises(CopyError, match="no database at all"):
        restore(url(tmp_path), copy)
    assert words(database) == ["first"]
    with pytest.raises(CopyError, match="cannot be written: File exists"):
        backup(url(tmp_path), copy)
    with pytest.raises(CopyError, match="pg_dump"):
        backup("postgresql://here/unknot", tmp_path / "other.db")


def test_the_command(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNKNOT_DATABASE_URL", url(tmp_path))
    monkeypatch.setenv("UNKNOT_PORT", "1")
    copy = str(tmp_path / "copy.db")
    assert main(["backup", copy]) == 0
    assert main(["restore", copy]) == 0
    assert main(["backup", copy]) == 64
    told = capsys.readouterr()
    assert "Written and checked" in told.out
    assert "Restored. What was there is in" in told.out
    assert "File exists" in told.err
