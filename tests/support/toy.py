"""The smallest project that Rasa trains: for tests of the tools, which need no knowledge of backs."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "config.yml": """\
recipe: default.v1
language: en
assistant_id: toy
pipeline:
- name: WhitespaceTokenizer
- name: CountVectorsFeaturizer
- name: {classifier}
policies:
- name: {policy}
- name: RulePolicy
""",
    "domain.yml": """\
version: "3.1"
intents: [greet, goodbye]
responses:
  utter_greet: [{text: Hello.}]
  utter_goodbye: [{text: Goodbye.}]
""",
    "data/nlu.yml": """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
- intent: goodbye
  examples: |
    - goodbye
    - see you later
""",
    "data/stories.yml": """\
version: "3.1"
stories:
- story: a short talk
  steps: [{intent: greet}, {action: utter_greet}, {intent: goodbye}, {action: utter_goodbye}]
""",
    "endpoints.yml": "tracker_store: {type: SQL, dialect: sqlite, db: toy.db}\n",
    "credentials.yml": "rest:\n",
}


def write_toy(
    folder: Path, classifier: str = "LogisticRegressionClassifier", policy: str = "MemoizationPolicy"
) -> Path:
    """Writes the project and returns its folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        filled = text.format(classifier=classifier, policy=policy) if name == "config.yml" else text
        path.write_text(filled, encoding="utf-8")
    return folder
