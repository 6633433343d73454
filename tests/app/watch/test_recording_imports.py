"""What the watcher records and delivers with imports little."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
NEVER = {"flask", "werkzeug", "sqlalchemy", "pydantic", "whoosh", "markdown", "jinja2", "requests", "asyncio"}
MODULES = ("deliver", "spool", "local", "state", "storm")


def test_recording_and_delivery_import_neither_the_web_nor_sqlalchemy() -> None:
    program = f"import sys; from app.watch import {', '.join(MODULES)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & NEVER == set()
