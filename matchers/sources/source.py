"""The contract of a source."""

import re
from dataclasses import dataclass

# Programs that write a stranger's words (user names, requests, mail) into the log and never load BPF or change a route:
# what looks like a fault in their lines was put there by whoever sent it.
_LOGS_STRANGERS = re.compile(
    r"sshd|login|su\b|sudo|systemd-logind|postfix|exim|sendmail|dovecot|nginx|apache|httpd|haproxy|vsftpd|proftpd|named|unbound"
    r"|smbd|mysqld|mariadbd|postgres|redis|memcached|in\.\w+d|pure-ftpd|squid|cups|xrdp|fail2ban|CRON|crond"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Whose message it is.

    `programs` are the names a log may give for the program (None: any program prints such messages, but not those that
    log what strangers send them); a line that names no program may always be its message. `continues` fits a line
    without envelope that belongs to the record before it. With `framed` the lines of a record belong together so firmly
    that a block never reaches into the next record. `whole` is found in a line that is all of its message: no
    block joins it with another.
    """

    name: str
    programs: re.Pattern[str] | None = None
    continues: re.Pattern[str] | None = None
    framed: bool = False
    whole: re.Pattern[str] | None = None

    def accepts(self, program: str | None) -> bool:
        """Whether a line of this program may be a message of this source."""
        if program is None:
            return True
        if self.programs is None:
            return _LOGS_STRANGERS.match(program) is None
        return self.programs.fullmatch(program) is not None

    def is_continuation(self, text: str) -> bool:
        """Whether a message line, without envelope, belongs to the record that began before it."""
        return self.continues is not None and self.continues.match(text) is not None

    def is_whole(self, text: str) -> bool:
        """Whether a line of a message is all of it."""
        return self.whole is not None and self.whole.search(text) is not None
