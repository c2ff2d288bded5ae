"""Slot names, in one place; a test holds them equal to `domain.yml`.

`CASE` is the whole of what is known. The other three only drive the stories: they are set when that part of the
assessment is settled, and hold text because Rasa's policies see a text slot as set or not set.
"""

CASE = "case"
RED_FLAGS = "red_flags"
LOCATION = "location"
SEVERITY = "severity"
REGION = "region"  # set by the emergency guard, chooses the variant of the emergency response
LANGUAGE = "language"  # set where somebody does not write English (unknot/nlu/other_languages.py)
