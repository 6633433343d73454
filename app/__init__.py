"""The program: everything that touches the world. `create_app` is the one place where the server's parts are wired."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from app.chat.contract import Kind, Posts
    from app.config import ServeConfig
    from app.shelf import Shelf
    from app.store.store import Store


def create_app(
    config: "ServeConfig",
    shelf: "Shelf | None" = None,
    store: "Store | None" = None,
    posts: "Callable[[Kind], Posts] | None" = None,
) -> "Flask":
    """The web application: pages, API, chat, healthz and metrics; loads the entries unless a shelf is given.

    Without a `store` the one that `config.db` names is opened (StoreError, TokenError); without both nothing is kept
    of what watchers deliver. `posts` makes what answers are posted to a chat service by; without it that is https to
    the service's own hosts. Raises ConfigError where chat is set up wrongly.

    HTML error pages come from `app.web.errors.error_page(error, reference)`, those of the API are problem+json.
    """
    # Whoever reads logs imports this package too, and needs neither Flask nor anything below.
    from flask import Flask  # noqa: PLC0415

    from app.api import blueprint as api  # noqa: PLC0415
    from app.api.access import EXTENSION as STORE  # noqa: PLC0415
    from app.chat import add_chat, seats_of  # noqa: PLC0415
    from app.server.errors import add_errors  # noqa: PLC0415
    from app.server.guard import add_guard  # noqa: PLC0415
    from app.server.health import add_health  # noqa: PLC0415
    from app.server.metrics import add_metrics  # noqa: PLC0415
    from app.shelf import Shelf  # noqa: PLC0415
    from app.store.store import open_store  # noqa: PLC0415
    from app.web import blueprint as web  # noqa: PLC0415

    seats = seats_of(config, posts)
    application = Flask("app.web", static_folder=None, template_folder=None)
    own = application.extensions["faultbook"] = shelf if shelf is not None else Shelf(config.entries)
    application.extensions["faultbook-config"] = config
    if store is None and config.db is not None:
        store = open_store(config.db)
    if store is not None:
        store.use(lambda: own.current.rules)
    application.extensions[STORE] = store
    add_metrics(application, own, store)
    add_guard(application, config)
    add_errors(application)
    add_health(application)
    application.register_blueprint(web)
    application.register_blueprint(api)
    add_chat(application, config, seats)
    return application
