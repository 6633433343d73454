"""`python -m bench coverage LISTS_DIR`: how many of the listed messages does the book recognise?

lists        families.tsv and one NAME.tsv for each list: message formats of the sources, grouped in families
values       a format with seeded values in the place of its conversions
envelopes    the text as it stands in real logs: dmesg, syslog, BIRD's log, a verifier's log in a loader's brackets
measure      the scan of all of it, and which entries answered for which format
serving      entries that answer for several families, and tests/families.yaml, which says why one article serves them
report       the tables
"""
