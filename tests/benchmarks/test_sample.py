"""The sample that both are trained on."""

from __future__ import annotations

from pathlib import Path

from benchmarks import sample
from unknot.settings import ROOT


def drawn(folder: Path, count: int) -> set[tuple[str, str, str]]:
    sample.write(ROOT, folder, count)
    blocks = sample.blocks(folder / "data" / "nlu")
    return {(block["intent"], str(block.get("metadata")), text) for block in blocks for text in block["examples"]}


def test_a_sample_keeps_intents_proportions_and_metadata(tmp_path: Path) -> None:
    all_of_them, some = drawn(tmp_path / "all", 0), drawn(tmp_path / "some", 1000)
    assert some < all_of_them
    assert {intent for intent, _, _ in some} == {intent for intent, _, _ in all_of_them}
    assert 0.95 < sample.size(tmp_path / "some") / 1000 < 1.15
    assert any("finding" in metadata for _, metadata, _ in some)
    for part in ("rules", "stories"):
        for file in (ROOT / "data" / part).iterdir():
            assert (tmp_path / "some" / "data" / part / file.name).read_bytes() == file.read_bytes()


def test_the_same_data_gives_the_same_sample(tmp_path: Path) -> None:
    assert drawn(tmp_path / "a", 500) == drawn(tmp_path / "b", 500)


def test_small_intents_keep_two_examples() -> None:
    assert sample.shares({"large": 900, "small": 99, "tiny": 1}, 10) == {"large": 9, "small": 2, "tiny": 1}


def test_no_number_takes_every_example(tmp_path: Path) -> None:
    sample.write(ROOT, tmp_path / "a", 0)
    assert sample.size(tmp_path / "a") == sample.size(ROOT)
