"""How the application is served: the run loop, its limits, what it logs and counts.

run        the loop: waitress with signals, draining at the end
channel    connections whose clients may be slow or hostile
reload     entries read again on SIGHUP and when their files change
guard      what every request passes before a view sees it: limits, content codings, who asks how often
clients    who asks, and how often    errors    what a client sees when something goes wrong
headers    what every response carries: security, caching, entity tags
logs       one line per event    metrics    what is counted    health    whether all is well
"""
