"""What `make bench` is asked for."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import PARTS, parse


def test_all_is_measured_on_all_examples_unless_said_otherwise() -> None:
    options = parse([])
    assert (options.only, options.examples, options.quick) == (list(PARTS), 0, False)
    some = parse(["--only=size,many", "--examples=2000", "--conversations=10"])
    assert (some.only, some.examples, some.conversations) == (["size", "many"], 2000, 10)


@pytest.mark.parametrize("wrong", ["--only=speed", "--examples=-1", "--examples=some"])
def test_what_cannot_be_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse([wrong])
    assert "error" in capsys.readouterr().err
