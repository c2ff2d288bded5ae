"""What a turn needs to be remembered: the tracker store and the lock stores (docs/decisions/turn-cost.md)."""
