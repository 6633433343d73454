"""`faultbook demo`: a server and simulated hosts, so that every page is alive within a minute.

shapes  lines as programs write them, with values that vary        fleet   the hosts: names, versions, what befalls them
host    a host: writes its log, follows it, delivers               run     server, hosts, time; and the end of all of it

Nothing of the way is simulated: the lines stand in log files, are followed as `watch` follows them, recognised by the
entries, and delivered over HTTP to a real `faultbook serve` with a database of its own.
"""
