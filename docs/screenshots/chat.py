"""Draw what each chat service is answered: `python docs/screenshots/chat.py`, with what `make.py` needs.

A real server is asked with each service's signed sample, as `faultbook chat test` does. The JSON of its response is
then drawn as the service shows it: what is escaped wrongly there is wrong in the picture, too.
"""

import contextlib
import html
import http.client
import json
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import markdown
from playwright.sync_api import Browser, sync_playwright
from waitress.server import create_server

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from app import create_app  # noqa: E402 - the checkout this file lies in
from app.chat import SERVICES  # noqa: E402
from app.chat.secrets import SecretFile  # noqa: E402
from app.config import ChatConfig, ServeConfig  # noqa: E402

LOG = (ROOT / "examples" / "lb1-messages.log").read_text("utf-8")
ASKED = {
    "slack": f"```\n{LOG}```",
    "mattermost": f"```\n{LOG}```",
    "feishu": f"升级之后网口反复复位，帮忙看下：\n{LOG}",
    "dingtalk": f"升级之后网口反复复位，帮忙看下：\n{LOG}",
}
WIDTH = 760
STYLE = """
body { margin: 0; padding: 20px; font: 15px/1.5 "DejaVu Sans", "Noto Sans CJK SC", sans-serif; background: #fff; }
body { width: 720px; color: #1d1c1d; box-sizing: border-box; }
pre { font: 12px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0; }
pre { background: #f6f6f6; border: 1px solid #ddd; border-radius: 4px; padding: 8px; }
code { font: 12px "DejaVu Sans Mono", monospace; background: #f3f3f3; padding: 1px 3px; border-radius: 3px; }
pre code { background: none; padding: 0; }
a { color: #1264a3; text-decoration: none; } p { margin: 4px 0; } hr { border: 0; border-top: 1px solid #ddd; }
.who { font-weight: 700; margin-bottom: 6px; } .who small { font-weight: 400; color: #777; margin-left: 8px; }
.section { margin: 8px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.button { display: inline-block; border: 1px solid #bbb; border-radius: 5px; padding: 4px 12px; margin: 2px 8px 2px 0; }
.attachment { border: 1px solid #ddd; border-left: 4px solid; border-radius: 4px; padding: 6px 12px; margin: 8px 0; }
.card { border: 1px solid #dee0e3; border-radius: 8px; overflow: hidden; } .card .in { padding: 4px 16px 12px; }
.card h1 { font-size: 16px; margin: 0; padding: 10px 16px; color: #fff; } .red { background: #f54a45; }
.orange { background: #ff8800; } .blue { background: #3370ff; } .grey { background: #8f959e; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 2px 12px; } .note { color: #8f959e; font-size: 13px; }
.bubble { border: 1px solid #e5e6e8; border-radius: 8px; padding: 8px 16px; } h4 { margin: 4px 0; }
blockquote { border-left: 3px solid #ccc; margin: 4px 0; padding-left: 10px; color: #555; overflow-wrap: anywhere; }
"""


@contextlib.contextmanager
def served(secrets: Mapping[str, Path]) -> Iterator[int]:
    """The server's port."""
    config = ServeConfig(
        entries=("shipped",), public_url="https://faults.example.net", chat=ChatConfig(dict(secrets), {})
    )
    server = create_server(create_app(config), host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield server.effective_port
    finally:
        server.close()


def answered(port: int, name: str, text: str, secrets: Mapping[str, SecretFile]) -> Any:
    """The JSON that the server answers to a service's sample."""
    kind = next(each for each in SERVICES if each.name == name)
    sample = kind.sample(secrets, text, time.time())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", f"/chat/{name}", sample.body, dict(sample.headers))
    response = connection.getresponse()
    if response.status != 200:
        sys.exit(f"{name} was answered with {response.status}")
    return json.loads(response.read())


def slack(said: Any) -> str:
    """Blocks of Slack."""
    return "".join(map(_slack_block, said["blocks"]))


def _slack_block(block: Any) -> str:
    if block["type"] == "divider":
        return "<hr>"
    if block["type"] == "actions":
        return "".join(_button(each["text"]["text"]) for each in block["elements"])
    return f'<div class="section">{_mrkdwn(block["text"]["text"])}</div>'


def _mrkdwn(text: str) -> str:
    """Slack's own marks; entities stand for themselves, as in HTML."""
    pieces = re.split(r"(```.*?```|`[^`\n]+`)", text, flags=re.DOTALL)
    return "".join(map(_mrkdwn_piece, pieces))


def _mrkdwn_piece(piece: str) -> str:
    if piece.startswith("```"):
        return f"<pre>{piece[3:-3].strip(chr(10))}</pre>"
    if piece.startswith("`"):
        return f"<code>{piece[1:-1]}</code>"
    piece = re.sub(r"<([^|<>]+)\|([^<>]*)>", r'<a href="\1">\2</a>', piece)
    piece = re.sub(r"(?<!\w)\*(\S(?:[^*\n]*\S)?)\*(?!\w)", r"<b>\1</b>", piece)
    return re.sub(r"(?<!\w)_(\S(?:[^_\n]*\S)?)_(?!\w)", r"<i>\1</i>", piece)


def mattermost(said: Any) -> str:
    """A text and attachments of Mattermost."""
    return _markdown(said["text"]) + "".join(map(_attachment, said.get("attachments", ())))


def _attachment(attachment: Any) -> str:
    colour = attachment.get("color", "#ddd")
    return f'<div class="attachment" style="border-left-color: {colour}">{_markdown(attachment["text"])}</div>'


def feishu(said: Any) -> str:
    """A card of Feishu."""
    card = said["card"]["data"]
    header = card["header"]
    title = html.escape(header["title"]["content"])
    inside = "".join(map(_feishu_element, card["elements"]))
    return f'<div class="card"><h1 class="{header["template"]}">{title}</h1><div class="in">{inside}</div></div>'


def _feishu_element(element: Any) -> str:
    if element["tag"] == "hr":
        return "<hr>"
    if element["tag"] == "action":
        return "".join(_button(each["text"]["content"]) for each in element["actions"])
    if element["tag"] == "note":
        return f'<div class="section note">{_feishu_text(element["elements"][0])}</div>'
    if "fields" in element:
        cells = "".join(f"<div>{_feishu_text(each['text'])}</div>" for each in element["fields"])
        return f'<div class="fields">{cells}</div>'
    return f'<div class="section">{_feishu_text(element["text"])}</div>'


def _feishu_text(text: Any) -> str:
    """`plain_text` as it is; of `lark_md` bold and links, and entities as in HTML."""
    if text["tag"] == "plain_text":
        return html.escape(text["content"])
    marked = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r'<a href="\2">\1</a>', text["content"])
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", marked)


def dingtalk(said: Any) -> str:
    """A message of DingTalk."""
    return f'<div class="bubble">{_markdown(said["markdown"]["text"])}</div>'


def _markdown(text: str) -> str:
    return markdown.markdown(text, extensions=["fenced_code", "nl2br"])


def _button(label: str) -> str:
    return f'<span class="button">{html.escape(label)}</span>'


DRAWN = {
    "slack": (slack, "APP", "Only visible to you"),
    "mattermost": (mattermost, "BOT", "(Only visible to you)"),
    "feishu": (feishu, "机器人", "仅对你可见"),
    "dingtalk": (dingtalk, "机器人", ""),
}


def draw(browser: Browser, name: str, said: Any) -> None:
    """The picture of one answer, as long as it is."""
    shown, badge, seen_by = DRAWN[name]
    page = browser.new_page(viewport={"width": WIDTH, "height": 200})
    who = f'<div class="who">faultbook<small>{badge} {seen_by}</small></div>'
    page.set_content(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{who}{shown(said)}")
    page.screenshot(path=HERE / f"chat-{name}.png", full_page=True)
    page.close()


def main() -> None:
    """All pictures."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is missing: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        paths = {kind.secret: Path(folder) / kind.name for kind in SERVICES}
        for path in paths.values():
            path.write_text("a-secret-for-pictures\n", "utf-8")
        secrets = {name: SecretFile(path) for name, path in paths.items()}
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with served(paths) as port:
            for name, text in ASKED.items():
                draw(browser, name, answered(port, name, text, secrets))
        browser.close()


if __name__ == "__main__":
    main()
