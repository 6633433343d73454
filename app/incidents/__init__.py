"""Incidents: occurrences of one entry, host and identity, as one trouble with a life.

values    what is shown: an incident, a page of them, events, actions, counts     identity  which rows are one trouble
rules     what the entries say of it: identity, silence, recoveries               moments   when it happened
life      one row after the other: first, last, count, over, returned             keep      the same for a batch, stored
catchup   rows that were recorded before anybody counted them                     settle    what silence ended is told
lists     pages of incidents, one of them, its evidence                           history   events, actions, hours
totals    what all incidents of an entry come to
fleet     counts by entry, hosts and their facts, the cross table                 facts     what hosts tell, and changes
past      what a host told of itself at a time, and what changed                  verdicts  hosts that an entry affects
actions   known, snoozed, commented                                               plain     values as JSON
desk      all of it behind one object

The store calls `keep` in the transaction that records the rows; everything here works on its tables and connections.
Nothing here imports Flask. An incident's state is worked out of stored times when it is read, so no clock has to tick
for it: it is over when `resolves_at` is past.
"""
