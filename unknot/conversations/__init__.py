"""What is kept about a person: the tracker store, locks, retention, a copy, erasing, events without words."""
