"""The language that a browser asks for."""

from flask import request

from kb.entry import LANGUAGES, Language


def preferred_language() -> Language | None:
    """The first language of Accept-Language that there is, by its primary tag (zh-CN is Chinese); None without one."""
    for tag, quality in request.accept_languages:
        primary = tag.replace("_", "-").partition("-")[0].lower()
        found = next((each for each in LANGUAGES if each == primary), None)
        if found is not None and quality > 0:
            return found
    return None
