"""Where one statement ends and the next begins, also in voice-typed text without any punctuation."""

from __future__ import annotations

from unknot.reading.grammar import Grammar, grammar
from unknot.reading.tokens import Token, tokenize
from unknot.reading.types import Clause

_STRONG = frozenset(".?!;\n()")
_ANSWERS = frozenset({"no", "yes", "nope", "yep", "yeah", "none", "nah", "never", "y", "sometimes"})
_RUN_ON = frozenset(  # with these a statement may begin without any sign
    {"what", "how", "why", "should", "is", "can", "i", "he", "she", "they", "we", "it", "there", "everything"}
    | {"my", "his", "her"}
)
_QUESTION = frozenset({"do", "should", "i", "can", "long", "is", "it", "this"})
_STATE = frozenset({"is", "isnt", "was", "has", "hasnt", "feels", "hurts", "wont", "started", "went", "just"})
_RUN_ON_FOLLOWED = {  # and with these only before one of these words
    **dict.fromkeys(("what", "how", "why", "should"), _QUESTION),
    **dict.fromkeys(("is", "can"), frozenset({"it", "this", "i"})),
    **dict.fromkeys(("it", "there", "everything"), _STATE),
}
_LIST = frozenset({",", "and", "or", "nor", "/", "-", ":"})


def split(text: str) -> list[Clause]:
    """The clauses of a message in order; `clause.text == text[clause.start:clause.end]`.

    A clause ends at the end of a sentence, at a contrast ("but", "except"), at a comma or "and" that a statement
    of its own follows (not one more item of a list), and where a new subject begins a new statement.
    """
    tokens = tokenize(text)
    return clauses_of(tokens, boundaries(tokens, text), text)


def clauses_of(tokens: list[Token], bounds: list[int], text: str) -> list[Clause]:
    """The clauses that begin at the tokens `bounds`."""
    clauses = []
    for first, last in zip(bounds, [*bounds[1:], len(tokens)][: len(bounds)], strict=True):
        words = [t for t in tokens[first:last] if not (t.mark and t.norm != "?")]
        if not any(not t.mark for t in words):
            continue
        start, end = words[0].start, max(t.end for t in words)
        clauses.append(Clause(text[start:end], start, end))
    return clauses


def boundaries(tokens: list[Token], text: str) -> list[int]:
    """Indices of the tokens that begin a clause; the first is 0 when there are tokens."""
    g = grammar()
    if not tokens:
        return []
    bounds = [0]
    for i in range(1, len(tokens)):
        if _begins(g, tokens, i, bounds[-1], text):
            bounds.append(i)
    return bounds


def _begins(g: Grammar, tokens: list[Token], i: int, clause_start: int, text: str) -> bool:
    token, before = tokens[i], tokens[i - 1]
    if before.mark and before.norm in _STRONG and _ends_sentence(g, tokens, i - 1, text):
        return True
    if token.mark or not any(not t.mark for t in tokens[clause_start:i]):
        return False
    if _contrast(g, tokens, i) or _closes_list(tokens, i):
        return True
    if token.norm in g.because:
        return True
    if token.norm in {"and", "or", "nor"}:
        return _new_statement(g, tokens, i + 1, clause_start, i, alternative=token.norm != "and")
    if before.norm in {",", "-", ":", "/"} and before.mark:
        return _new_statement(g, tokens, i, clause_start, i - 1, alternative=before.norm == "/")
    return _run_on(g, tokens, i, clause_start)


def _ends_sentence(g: Grammar, tokens: list[Token], i: int, text: str) -> bool:
    mark = tokens[i]
    if mark.norm != ".":
        return True
    before = tokens[i - 1] if i else None
    if before is None or before.end != mark.start:
        return True
    if text[before.start : before.end].lower() in g.abbreviations:
        return False
    if before.end - before.start > 1 or not text[before.start].isalpha():
        return True
    tight = mark.end < len(text) and text[mark.end].isalpha()
    return not (tight or (before.start > 1 and text[before.start - 1] == "."))  # the dots of "e.g."


def _contrast(g: Grammar, tokens: list[Token], i: int) -> bool:
    token = tokens[i]
    if token.norm in g.contrast:
        before = next((t for t in reversed(tokens[:i]) if not t.filler and not t.mark), None)
        if token.norm in {"only", "then", "yet", "instead"} and not tokens[i - 1].mark:
            return False
        if token.norm == "though" and before is not None and before.norm == "as":
            return False
        idiom = before is not None and before.norm in g.not_contrast_after and token.norm == "but"
        return not idiom or _closes_list(tokens, i)
    for phrase in g.contrast_phrases.get(token.norm, ()):
        if tuple(t.norm for t in tokens[i : i + len(phrase)]) == phrase:
            return True
    return token.norm == "just" and tokens[i - 1].mark


def _closes_list(tokens: list[Token], i: int) -> bool:
    """Whether the words before `i` close a list ("... or anything", "... or anything like that")."""
    words = [t.norm for t in tokens[max(0, i - 4) : i] if not t.filler and not t.mark]
    if tokens[i].norm in {"like", "else", "that", "similar", "of", "wrong", "bad"}:
        return False
    return any(
        words[-len(close) :] == close
        for close in (["or", "anything"], ["or", "anything", "like", "that"], ["or", "anything", "else"])
    )


def _chunk(tokens: list[Token], i: int) -> list[Token]:
    """The words from `i` to the next comma, "and", "or" or sentence end."""
    words = []
    for token in tokens[i:]:
        if token.norm in _LIST or (token.mark and token.norm in _STRONG):
            break
        if not token.filler and not token.mark:
            words.append(token)
    return words


def _new_statement(
    g: Grammar, tokens: list[Token], i: int, clause_start: int, before: int, *, alternative: bool
) -> bool:
    """Whether the words from `i` on are a statement of their own rather than one more item of a list."""
    words = _chunk(tokens, i)
    if len(words) == 1 and words[0].norm in _ANSWERS:
        return False  # "fever: no"
    if not words or not _has_predicate(g, tokens[clause_start:before]):
        # "my bum and my legs are numb": the first part needs the second
        return bool(words) and words[0].norm in {"no", "not", "cant"} and before > clause_start
    first = words[0].norm
    if first in {"and", "or", "nor"}:
        return False
    if first in g.subjects and len(words) > 1:
        return first != "that" or not alternative
    if first in {"no", "not", "never", "none", "nothing"}:
        return True
    if alternative:
        return False
    if _listed_with_or(tokens, i):
        return False
    if first in g.possessives or first in g.body or (len(words) > 1 and words[1].norm in g.body):
        return _noun_with_state(g, words)
    return first in g.verbs and not first.endswith("ing")


def _listed_with_or(tokens: list[Token], i: int) -> bool:
    """Whether the comma before `i` stands in a list that ends with "or"."""
    for token in tokens[i:]:
        if token.norm in {"or", "nor"}:
            return True
        if token.mark and token.norm in _STRONG:
            return False
        if token.norm in {"i", "but"}:
            return False
    return False


def _noun_with_state(g: Grammar, words: list[Token]) -> bool:
    """Whether a noun phrase is followed by a verb or a state ("my legs are numb", "bladder fine")."""
    for k, token in enumerate(words[1:7], start=1):
        if token.norm in {"no", "not"} and k + 1 < len(words):
            return True  # "both legs no power"
        if (token.norm in g.verbs or token.norm in g.states) and words[k - 1].norm not in g.possessives:
            return True
        if token.norm in g.joiners:
            return False
    return False


def _has_predicate(g: Grammar, tokens: list[Token]) -> bool:
    words = [t for t in tokens if not t.mark and not t.filler]
    if not words:
        return False
    if any(w.norm in g.verbs or (w.norm.endswith("ed") and len(w.norm) > 4) for w in words):
        return True
    if words[0].norm in {"no", "not", "never", "none", "yes"} or words[-1].norm in {"no", "yes"}:
        return True
    return len(words) > 1 and any(w.norm in g.states for w in words[1:])


def _run_on(g: Grammar, tokens: list[Token], i: int, clause_start: int) -> bool:
    """Whether a new statement begins at `i` without any sign ("... went again i cant feel ...")."""
    token = tokens[i]
    if token.filler or token.norm not in _RUN_ON:
        return False
    before = next((t for t in reversed(tokens[clause_start:i]) if not t.filler), None)
    if before is None or before.norm in g.joiners or before.mark:
        return False
    ahead = [t for t in tokens[i : i + 8] if not t.filler]
    stop = next((k for k, t in enumerate(ahead) if t.mark and t.norm in _STRONG), len(ahead))
    ahead = ahead[:stop]
    if len(ahead) < 2 or not _has_predicate(g, tokens[clause_start:i]):
        return False
    if token.norm in _RUN_ON_FOLLOWED:
        return ahead[1].norm in _RUN_ON_FOLLOWED[token.norm]
    if token.norm in {"i", "he", "she", "they", "we"}:
        return before.norm not in g.possessives
    # The noun phrase must be a subject, not the object of the verb before it.
    return token.norm in {"my", "his", "her"} and before.norm not in g.verbs - {"out", "again"} and _subject(g, ahead)


def _subject(g: Grammar, ahead: list[Token]) -> bool:
    """Whether a noun phrase that begins `ahead` gets a verb or a state before the next one begins."""
    for k, token in enumerate(ahead[1:5], start=1):
        if token.norm in g.verbs | g.states and k > 1:
            return True
        if token.norm in g.joiners or token.norm in {"i", "my"}:
            return False
    return False
