"""JSON as a response."""

import json
from collections.abc import Mapping

from flask import Response

from kb.template import visible_json


def json_response(value: Mapping[str, object], status: int = 200, content_type: str = "application/json") -> Response:
    """The value as compact UTF-8; control characters and halves of surrogate pairs of hostile texts are escaped."""
    text = visible_json(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return Response(text.encode("utf-8"), status, content_type=content_type)
