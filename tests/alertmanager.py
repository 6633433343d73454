"""Debian's Alertmanager for tests: started on free ports with a configuration of its own, stopped by its pid."""

import json
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

PACKAGE = "prometheus-alertmanager"
_WITHIN_S = 20.0


class Alertmanager:
    """A running one. Its notifications go to `hook`, each alert by itself and at once."""

    def __init__(self, program: str, directory: Path, hook: str) -> None:
        config = {
            "route": {
                "receiver": "hook",
                "group_by": ["..."],
                "group_wait": "0s",
                "group_interval": "1s",
                "repeat_interval": "1h",
            },
            "receivers": [{"name": "hook", "webhook_configs": [{"url": hook, "send_resolved": True}]}],
        }
        path = directory / "alertmanager.yml"
        path.write_text(json.dumps(config))  # JSON is YAML
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [
                program,
                f"--config.file={path}",
                f"--storage.path={directory / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._until_ready()

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that are on."""
        return self._asked("/api/v2/alerts")  # type: ignore[no-any-return]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(_WITHIN_S)

    def _until_ready(self) -> None:
        deadline = time.monotonic() + _WITHIN_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self._asked("/api/v2/status")
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.close()
        raise AssertionError("Alertmanager did not start")

    def _asked(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=_WITHIN_S) as answer:
            return json.loads(answer.read())
