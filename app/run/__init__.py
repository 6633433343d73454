"""`faultbook run -- COMMAND...`: the command as it is, and a bounded memory of what it printed last."""
