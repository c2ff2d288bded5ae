"""The worst signs in other languages: read when said, silent when denied, past or a figure of speech."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level
from unknot.reading.grammar import LexiconError
from unknot.reading.languages import guess
from unknot.reading.other_languages import CRISIS, FOLDER, lexicons, load_lexicon, reader
from unknot.reading.types import ABSENT, PRESENT

SENTENCES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "other_languages.yml").read_text(encoding="utf-8")
)
PRESENT_ROWS = [
    pytest.param(language, sign, text, id=f"{language}-{sign}-{number}")
    for language, groups in SENTENCES.items()
    for sign, texts in groups["present"].items()
    for number, text in enumerate(texts)
]
QUIET_ROWS = [
    (language, text)
    for language, groups in SENTENCES.items()
    for kind in ("quiet", "ordinary")
    for text in groups[kind]
]
EMERGENCIES = {f.id for f in load().findings.values() if f.floor is Level.EMERGENCY}
LEAST_SIGNS = 20


def said(language: str, text: str) -> set[str]:
    return {str(mention.value) for mention in reader(language).read(text) if mention.assertion == PRESENT}


@pytest.mark.parametrize(("language", "sign", "text"), PRESENT_ROWS)
def test_a_sign_is_read_in_the_language_that_is_guessed(language: str, sign: str, text: str) -> None:
    found = guess(text)
    names = [name for name in (found.language, *found.others) if name in lexicons()]
    assert sign in said(language, text)
    assert any(said(name, text) for name in names)


@pytest.mark.parametrize(("language", "text"), QUIET_ROWS)
def test_what_is_no_sign_alarms_nobody(language: str, text: str) -> None:
    assert said(language, text) == set()


@pytest.mark.parametrize("language", lexicons())
def test_lexicons_name_emergencies_and_enough_of_them(language: str) -> None:
    lexicon = load_lexicon(FOLDER / f"{language}.yml", load().findings)
    assert set(lexicon.signs) <= EMERGENCIES | {CRISIS}
    assert len(lexicon.signs) >= LEAST_SIGNS
    labels = {sign.finding for sign in load().languages[language].signs}
    assert set(lexicon.signs) - labels == {CRISIS}


def test_a_denial_is_told_as_one() -> None:
    (mention,) = reader("es").read("no tengo dolor en el pecho")
    assert (mention.kind, mention.value, mention.assertion) == ("finding", "chest_pain", ABSENT)


def test_a_denial_does_not_reach_past_a_turn() -> None:
    assert said("es", "no tengo fiebre pero tengo dolor en el pecho") == {"chest_pain"}
    assert said("de", "kein Fieber, aber ich bekomme keine Luft") == {"breathlessness"}


def test_an_unknown_key_or_sign_is_named(tmp_path: Path) -> None:
    path = tmp_path / "xx.yml"
    path.write_text("signs: {chest_pane: pecho}\nwrods: a\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="wrods"):
        load_lexicon(path)
    path.write_text("signs: {chest_pane: pecho}\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="chest_pane"):
        load_lexicon(path, {"chest_pain"})


@settings(deadline=None, max_examples=150)
@given(text=st.text(max_size=200), language=st.sampled_from(sorted(SENTENCES)))
def test_no_text_breaks_it(text: str, language: str) -> None:
    guess(text)
    assert all(0 <= m.start <= m.end <= len(text) for m in reader(language).read(text))
