"""The web knowledge base: pages that the server renders and that work without JavaScript.

site       the blueprint                     words      what the pages say, in English and Chinese
page       what every page shares            language   which language, and which theme
home  search  entry  lookup  lists  robots  session   one module per group of routes
fleet      pages of what was recorded: incidents, hosts, occurrences
files      style sheet and script            errors     pages for errors
"""

from app.web import entry, errors, files, fleet, home, language, lists, lookup, robots, search, session
from app.web.site import blueprint

__all__ = [
    "blueprint",
    "entry",
    "errors",
    "files",
    "fleet",
    "home",
    "language",
    "lists",
    "lookup",
    "robots",
    "search",
    "session",
]
