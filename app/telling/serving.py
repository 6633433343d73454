"""The teller of a server, made of its configuration."""

from app.server.logs import log
from app.server.metrics import Metrics
from app.shelf import Shelf
from app.store.store import Store
from app.telling.config import NotifyConfig
from app.telling.configfile import warnings_of
from app.telling.metrics import Counts
from app.telling.teller import Teller


def teller_of(config: NotifyConfig, store: Store, shelf: Shelf, metrics: Metrics, public_url: str | None) -> Teller:
    """The teller that is configured so, not started."""
    for sentence in warnings_of(config):
        log("notify", level=30, warning=sentence)
    if public_url is None:
        log("notify", level=30, warning="without --public-url messages have no links")
    counts = Counts(metrics.registry, tuple(config.channels))
    return Teller(config, store, lambda: shelf.current.articles, counts, public_url=public_url)
