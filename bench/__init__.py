"""The speed runner: seeded logs and rules, faultbook and its peers side by side in one run. `python -m bench --list`
says what there is.
"""
