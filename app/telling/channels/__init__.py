"""The kinds of channels: one module each, and a line here."""

from collections.abc import Mapping
from typing import Final

from app.telling.channels import alertmanager, dingtalk, feishu, mattermost, slack, webhook
from app.telling.contract import ChannelKind

KINDS: Final[Mapping[str, ChannelKind]] = {
    "webhook": webhook.KIND,
    "slack": slack.KIND,
    "mattermost": mattermost.KIND,
    "feishu": feishu.KIND,
    "dingtalk": dingtalk.KIND,
    "alertmanager": alertmanager.KIND,
}
