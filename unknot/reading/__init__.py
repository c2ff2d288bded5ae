"""How we read: lay language to findings, conditions and values. Imports only `knowledge`."""
