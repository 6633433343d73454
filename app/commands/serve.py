"""`faultbook serve`: the web knowledge base, the HTTP API and the chat endpoints."""

import os
from typing import TYPE_CHECKING

import click

from app.config import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    ChatConfig,
    ConfigError,
    LogFormat,
    ServeConfig,
    read_age,
    read_bind,
    read_chat_languages,
    read_proxy,
    read_size,
    read_url,
)
from app.options import db_option, entries_option, store_url

if TYPE_CHECKING:
    from app.telling.config import NotifyConfig


@click.command(
    epilog="Examples: faultbook serve; faultbook serve --bind 0.0.0.0:8080 --entries shipped "
    "--entries /etc/faultbook/entries; faultbook serve --trusted-proxy 127.0.0.1 --log json"
)
@click.option(
    "--bind",
    default=f"{DEFAULT_HOST}:{DEFAULT_PORT}",
    show_default=True,
    metavar="HOST:PORT",
    help="Address to listen on; port 0 takes a free one.",
)
@entries_option
@db_option
@click.option("--keep", metavar="AGE", help="Keep occurrences for so long: 90d, 36h (default: for ever).")
@click.option(
    "--keep-bytes", metavar="SIZE", help="Remove the oldest days of occurrences while the store takes more: 20GB."
)
@click.option("--notify", metavar="FILE", help="Tell of incidents: channels and routes, as in docs/notify.md.")
@click.option(
    "--public-url", metavar="URL", help="Where people reach the site, for links that must be absolute (sitemap, chat)."
)
@click.option("--repository-url", metavar="URL", help='Base of the "edit" links: URL/entries/....')
@click.option("--trusted-proxy", metavar="ADDRESS", help="Reverse proxy whose X-Forwarded-For and -Proto are believed.")
@click.option(
    "--chat-language",
    "chat_languages",
    multiple=True,
    metavar="SERVICE[:CHANNEL]=LANG",
    help="Language of answers in a chat service or one channel of it, as in slack:C024BE91L=zh; may be repeated.",
)
@click.option(
    "--threads",
    default=4,
    show_default=True,
    type=click.IntRange(1, 64),
    metavar="N",
    help="Requests worked on at once.",
)
@click.option(
    "--log",
    "log_format",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json"]),
    help="Form of the log on stderr.",
)
def command(
    *,
    bind: str,
    entries: tuple[str, ...],
    url: str | None,
    keep: str | None,
    keep_bytes: str | None,
    notify: str | None,
    public_url: str | None,
    repository_url: str | None,
    trusted_proxy: str | None,
    chat_languages: tuple[str, ...],
    threads: int,
    log_format: LogFormat,
) -> None:
    """Serve the knowledge base: search, articles, lookup of pasted errors, the same as a JSON API, and in chat.

    Watchers deliver here what they recorded. A chat service is answered where the environment names the file of its
    secret (see docs/chat.md). Says its URL on stderr and runs until SIGTERM or Ctrl-C. Entries are read again when they
    change and on SIGHUP; a set with errors is refused and the old one kept. Exit 0: ended by a signal, 2: wrong use,
    the address is taken, or the store or a secret cannot be used.
    """
    try:
        host, port = read_bind(bind)
        config = ServeConfig(
            bind_host=host,
            bind_port=port,
            entries=entries,
            public_url=read_url(public_url) if public_url else None,
            repository_url=read_url(repository_url) if repository_url else None,
            trusted_proxy=read_proxy(trusted_proxy) if trusted_proxy else None,
            threads=threads,
            log_format=log_format,
            db=store_url(url),
            keep_s=read_age(keep) if keep else None,
            keep_bytes=read_size(keep_bytes) if keep_bytes else None,
            notify=notify,
            chat=_chat(chat_languages),
        )
        _serve(config)
    except ConfigError as error:
        raise click.UsageError(str(error)) from None


def _chat(languages: tuple[str, ...]) -> ChatConfig:
    from app.chat import chat_secrets  # noqa: PLC0415 - imports the server

    return ChatConfig(chat_secrets(os.environ), read_chat_languages(languages))


def _read_notify(path: str | None) -> "NotifyConfig | None":
    """Who is told of incidents; a usage error where the file cannot be used."""
    from app.config_watch import ConfigError as FileError  # noqa: PLC0415 - most servers tell nobody
    from app.telling.configfile import read_notify  # noqa: PLC0415

    try:
        return read_notify(path) if path is not None else None
    except FileError as error:
        raise click.UsageError(str(error)) from None


def _serve(config: ServeConfig) -> None:
    from app import create_app  # noqa: PLC0415 - wrong use is told before all of this is imported
    from app.api.access import EXTENSION as STORE  # noqa: PLC0415
    from app.chat.room import EXTENSION as CHAT  # noqa: PLC0415
    from app.server import logs  # noqa: PLC0415
    from app.server.metrics import EXTENSION, Metrics  # noqa: PLC0415
    from app.server.reload import Reloader  # noqa: PLC0415
    from app.server.run import Server, announce, bind, url_of  # noqa: PLC0415
    from app.server.upkeep import Upkeep  # noqa: PLC0415
    from app.shelf import Outcome, Shelf  # noqa: PLC0415
    from app.store.errors import StoreError  # noqa: PLC0415
    from app.store.retention import Retention  # noqa: PLC0415
    from app.store.store import Store  # noqa: PLC0415
    from app.store.tokens import TokenError  # noqa: PLC0415
    from app.telling.serving import teller_of  # noqa: PLC0415
    from kb.catalog import EntriesError  # noqa: PLC0415

    notify = _read_notify(config.notify)
    with bind(config) as listening:
        try:
            shelf = Shelf(config.entries)
        except EntriesError as error:
            raise click.UsageError(str(error)) from None
        logs.set_up(config.log_format)
        try:
            application = create_app(config, shelf)
        except (StoreError, TokenError) as error:
            raise click.UsageError(str(error)) from None
        store: Store = application.extensions[STORE]
        metrics: Metrics = application.extensions[EXTENSION]
        teller = teller_of(notify, store, shelf, metrics, config.public_url) if notify is not None else None

        def count(outcome: Outcome) -> None:
            metrics.reloads.labels("refused" if outcome.trouble else "loaded").inc()

        if shelf.trouble is not None:
            logs.log("entries left out", level=30, trouble=shelf.trouble)
        server = Server(application, config, listening, Reloader(shelf, count))
        server.obey_signals()
        announce(url_of(listening), len(shelf.current.articles))
        upkeep = Upkeep(store, Retention(config.keep_s, config.keep_bytes))
        upkeep.start()
        if teller is not None:
            teller.start()
        try:
            server.run()
        finally:
            application.extensions[CHAT].close()
            if teller is not None:
                teller.stop()
            upkeep.stop()
            store.close()
