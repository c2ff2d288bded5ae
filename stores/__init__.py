"""What a turn is kept in and costs: the tracker store, the lock stores, the check of what actions answer."""
