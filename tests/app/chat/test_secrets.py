"""Files of secrets: what may stand in them, and what is told of one that cannot be used."""

from pathlib import Path

import pytest

from app.chat.secrets import SecretFile, is_one_of
from app.config import ConfigError


def test_a_file_has_a_secret_a_line_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "secrets"
    path.write_text("# since May\n  new  \n\nAPP SECRET\r\n", "utf-8")
    assert SecretFile(path).values() == ("new", "APP SECRET")


@pytest.mark.parametrize(
    "content",
    [b"", b"\n# nothing\n", b"\xff", b"a b c d", "秘密".encode(), b"a\x01b", b"a\n" * 9, b"#" * 20_000 + b"\na"],
)
def test_a_file_that_holds_no_secret_is_refused_without_quoting_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secrets"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="one secret a line") as refused:
        SecretFile(path)
    assert str(path) in str(refused.value)
    assert "a b c d" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        SecretFile(tmp_path / "missing")


def test_a_file_that_breaks_leaves_the_secrets_read_before(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "secrets"
    path.write_text("first\n")
    secret = SecretFile(path)
    path.write_text("the second one is broken\n")
    with caplog.at_level("INFO", "faultbook"):
        assert [secret.values() for _ in range(3)] == [("first",)] * 3
    assert len(caplog.records) == 1
    assert "second" not in str(caplog.records[0].__dict__)
    path.unlink()
    assert secret.values() == ("first",)
    path.write_text("third\n")
    assert secret.values() == ("third",)


def test_a_text_is_a_secret_only_when_it_equals_one() -> None:
    assert is_one_of("b", ["a", "b"])
    for text in ("", "ab", "B", "b ", "\udcff"):
        assert not is_one_of(text, ["a", "b"])
