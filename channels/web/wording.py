"""What the widget needs of the knowledge: labels for ids, links for sources, the advice that needs no server."""

from __future__ import annotations

import json
from typing import Any

from knowledge.loader import Knowledge

_FIRST_SIGNS = "red_flags_first"


class Wording:
    """Turns the ids of a payload into words of `knowledge`, for a region of `regions.yml`."""

    def __init__(self, knowledge: Knowledge, region: str) -> None:
        self._knowledge = knowledge
        self._region = knowledge.regions[region]

    def dress(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The payload with `labels` (id to words) and `links` (source id to title and address) for its ids.

        The payload's own keys stay as they are.
        """
        ids = [*payload.get("findings", []), *payload.get("meanwhile", [])]
        sources = [*payload.get("sources", [])]
        drawings: dict[str, list[str]] = {}
        for remedy in payload.get("remedies", []):
            if isinstance(remedy, dict):
                sources += remedy.get("sources", [])
                known = self._knowledge.remedies.get(remedy.get("id", ""))
                if known and known.drawings:
                    drawings[known.id] = list(known.drawings)
            else:
                ids.append(remedy)
        for withheld in payload.get("withheld", []):
            ids += [withheld["id"], *withheld["because"]]
        extra = {
            "labels": {key: label for key in ids if (label := self._label(key))},
            "links": {key: self._link(key) for key in sources if key in self._knowledge.sources},
            "drawings": drawings,
            "hints": {
                key: self._knowledge.remedies[key].how
                for key in payload.get("meanwhile", [])
                if key in self._knowledge.remedies
            },
        }
        return {**payload, **{name: value for name, value in extra.items() if value and name not in payload}}

    def advice(self) -> dict[str, Any]:
        """What the page shows when the server cannot be reached."""
        signs = self._knowledge.asks.get(_FIRST_SIGNS)
        return {
            "number": self._region.emergency_number,
            "text": self._region.emergency_text,
            "signs": [choice.title for choice in signs.choices] if signs else [],
        }

    def advice_module(self) -> str:
        """The same as an ES module, so that it is there before the server is lost."""
        return f"export default {json.dumps(self.advice())};\n"

    def _label(self, key: str) -> str:
        known = self._knowledge
        if key in known.findings:
            return known.findings[key].label
        if key in known.conditions:
            return known.conditions[key].label
        return known.remedies[key].title if key in known.remedies else ""

    def _link(self, key: str) -> dict[str, str]:
        source = self._knowledge.sources[key]
        return {"title": f"{source.body}: {source.title}", "url": source.url}
