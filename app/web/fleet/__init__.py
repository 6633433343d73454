"""Pages of what was recorded: incidents, hosts, occurrences. Who may see them is told in `app.api.access`.

pages      what all of them share: who may, refresh, addresses     moments   times as people say them
troubles   an incident in a list                                   spans     how much time the bars show
board      what is on in the fleet                                 incident  one of them, and what people do with it
entry      an entry across the fleet                               cross     the same entry by what hosts tell
hosts      the hosts, and one with its timeline                    lanes     its incidents side by side over time
rows       occurrences                                             verdicts  whether a host's versions are affected
seen       what the start page and articles tell of the fleet
"""

from app.web.fleet import board, entry, hosts, incident, rows

__all__ = ["board", "entry", "hosts", "incident", "rows"]
