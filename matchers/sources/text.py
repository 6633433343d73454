"""Any line of any program: for messages whose program does not tell, such as curl's."""

from matchers.sources.source import Source

TEXT = Source("text")
