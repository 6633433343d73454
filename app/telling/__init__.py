"""Telling people and programs what becomes of incidents, never per line: `faultbook serve --notify FILE`.

values      what is told: notices, items, messages      config      channels and routes; `configfile` reads them
routes      who is told of what                         words       what is said, in English and Chinese
outbox      what waits, in the store                    rates       incidents whose rate crossed the bound
desk        both behind one object: `store.notices`     compose     from what waits to a message
contract    what a channel is to the rest               channels/   one module for each kind of channel
secrets     addresses and secrets, read from files      send        one message to one channel, and what came back
courier     one channel: what is due, sent, tried again teller      all of them, while the server runs
sample      the message of `faultbook notify test`      metrics     sent, refused, waiting

The store writes what became of incidents (`incident_events`) in the transaction that changes them; the outbox goes
through them in their order and keeps its place there, so that a restart neither skips nor repeats one. Nothing here
imports Flask.
"""
