"""Long runs that judge the watcher from outside, over the command line and HTTP: nothing lost, nothing twice.

Each run knows every line that its logs were given, and counts afterwards what was recorded: `lost` (given, not
recorded), `twice` (recorded more often than given), `spliced` (recorded, but no line that was given), `wrong` (another
path, host, entry or field than the line's own).
"""
