"""Adapts MiniLM's upper layers and learns the readouts over it; writes `unknot/encoder/weights/`.

    python -m scripts.tuning [--real FOLDER]

Every fourth real message is held back, here and in training, for measuring. Reproducible on one machine from its
seed; takes about 25 minutes on two quiet cores.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from scripts.tuning.examples import Example, joined, labels_of, mistyped, real, training
from scripts.tuning.network import LAYERS, Network, padded
from unknot.encoder.minilm import packaged_files
from unknot.encoder.minilm_graph import MATRICES, NORMS
from unknot.encoder.one_pass import FOLDER, NOW, STATES
from unknot.settings import ROOT

SEED, EPOCHS, FROZEN = 1, 3.5, 2
BATCH, BUCKET, MOST_TOKENS = 32, 1280, 160
HELD = 4  # every fourth real message
ENCODER_RATE, LABEL_RATE, WARM_UP = 6e-5, 2e-3, 150
MEAN_OF = 0.998  # what the running mean keeps of itself at each step: it looks back some 500
NOW_WEIGHT, STATE_WEIGHT = 3.5, 1.5  # of a sign of now, and of any other state, against "says nothing of it"


def main(arguments: list[str] | None = None) -> int:
    """Adapt, then write or measure."""
    parser = argparse.ArgumentParser(prog="python -m scripts.tuning", description=__doc__)
    parser.add_argument(
        "--real", type=Path, default=ROOT.parent / "shared" / "data", help="where the real messages are"
    )
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    options = parser.parse_args(arguments)
    torch.manual_seed(SEED)
    torch.set_flush_denormal(True)  # gradients of rare labels get that small, and the processor ten times slower
    examples = list(training(ROOT / "data" / "nlu"))
    messages = list(real(options.real / "background_messages.jsonl", ROOT / "evaluation" / "real" / "labels.tsv"))
    held = messages[HELD - 1 :: HELD]
    examples += [message for at, message in enumerate(messages) if at % HELD != HELD - 1]
    print(f"{len(examples)} examples, {len(messages) - len(held)} of them real", flush=True)
    findings, intents = labels_of(examples)
    _, tokenizer_file = packaged_files()
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    network = Network(tokenizer_file.with_name("model.safetensors"), len(findings), len(intents), FROZEN)
    network = learn(network, tokenizer, examples, findings, intents, options.epochs)
    write(network, findings, intents, FOLDER, {"seed": SEED, "epochs": options.epochs, "examples": len(examples)})
    if held:
        measure(network, tokenizer, held, findings)
    return 0


def learn(
    network: Network,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    findings: Sequence[str],
    intents: Sequence[str],
    epochs: float,
) -> Network:
    """Adapt the network in place; returns the running mean of what it was, which does better on texts of others."""
    chance = random.Random(SEED)
    encoder, labels = network.split()
    optimizer = torch.optim.AdamW(
        [{"params": encoder, "lr": ENCODER_RATE}, {"params": labels, "lr": LABEL_RATE}], weight_decay=0.01
    )
    total = int(len(examples) / BATCH * epochs)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, step / WARM_UP) * max(0.02, 1 - step / total)
    )
    start, mean = time.time(), 0.0
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(MEAN_OF))
    network.train()
    for step, batch in zip(range(1, total + 1), batches(examples, chance), strict=False):
        batch = [joined(example, examples, chance) for example in batch]
        ids = [encoding.ids for encoding in tokenizer.encode_batch([mistyped(e.text, chance) for e in batch])]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states, scores = network(*padded(ids))
        loss = loss_of(states.float(), scores.float(), batch, findings, intents)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        averaged.update_parameters(network)
        mean = loss.item() if step == 1 else 0.98 * mean + 0.02 * loss.item()
        if step % 50 == 0:
            print(f"{step} of {total}: loss {mean:.2f}, {time.time() - start:.0f} s", flush=True)
    return cast(Network, averaged.module)


def batches(examples: Sequence[Example], chance: random.Random) -> Iterator[list[Example]]:
    """Batches without end, texts of like length together (half the time of mixed ones)."""
    while True:
        order = chance.sample(list(examples), len(examples))
        buckets = [sorted(order[at : at + BUCKET], key=lambda e: len(e.text)) for at in range(0, len(order), BUCKET)]
        found = [bucket[at : at + BATCH] for bucket in buckets for at in range(0, len(bucket), BATCH)]
        chance.shuffle(found)
        yield from found


def loss_of(
    states: Tensor, scores: Tensor, batch: Sequence[Example], findings: Sequence[str], intents: Sequence[str]
) -> Tensor:
    """Cross entropy of the states, where they are known, and of the intents.

    Args:
        states: logits (texts, findings, states). scores: logits (texts, intents).
    """
    row, column = ({name: at for at, name in enumerate(names)} for names in (findings, intents))
    wanted = torch.zeros(states.shape[:2], dtype=torch.long)
    known = torch.zeros(states.shape[:2], dtype=torch.bool)
    for at, example in enumerate(batch):
        known[at] = example.whole
        for finding, state in example.states.items():
            wanted[at, row[finding]] = STATES.index(state)
            known[at, row[finding]] = True
    logs = states.log_softmax(-1)
    weight = torch.where(wanted == NOW, NOW_WEIGHT, torch.where(wanted > 0, STATE_WEIGHT, 1.0))
    entropy = -logs.gather(-1, wanted[..., None])[..., 0] * weight
    not_now = -torch.log1p(-logs[..., NOW].exp().clamp(max=1 - 1e-6))
    weights = torch.tensor([example.weight for example in batch])
    loss = (torch.where(known, entropy, not_now).sum(1) * weights).mean()
    rows = [at for at, example in enumerate(batch) if example.intents is not None]
    if not rows:
        return loss
    target = torch.zeros(len(rows), len(intents))
    for at, place in enumerate(rows):
        target[at, [column[name] for name in batch[place].intents or ()]] = 1
    each = functional.binary_cross_entropy_with_logits(scores[rows], target * 0.96 + 0.002, reduction="none")
    single = [at for at in rows if len(batch[at].intents or ()) == 1]
    if single:
        index = torch.tensor([column[(batch[at].intents or ("",))[0]] for at in single])
        loss = loss + 0.7 * functional.cross_entropy(scores[single], index)
    return loss + 0.5 * each.sum(1).mean()


@torch.no_grad()
def measure(network: Network, tokenizer: Tokenizer, held: Sequence[Example], findings: Sequence[str]) -> None:
    """Print how many real messages that state a finding, and of the others, are above some probabilities."""
    network.eval()
    likely = []
    for example in held:
        states, _ = network(*padded([tokenizer.encode(example.text).ids]))
        likely.append(states[0].softmax(-1)[:, NOW].numpy())
    found = np.stack(likely)
    for threshold in (0.3, 0.5, 0.7, 0.85):
        said = found >= threshold
        truth = np.array([[example.states.get(name) == "now" for name in findings] for example in held])
        print(
            f"{threshold}: recall {(said & truth).sum() / truth.sum():.3f}, "
            f"precision {(said & truth).sum() / max(1, said.sum()):.3f}"
        )


def write(
    network: Network, findings: Sequence[str], intents: Sequence[str], folder: Path, about: dict[str, object]
) -> None:
    """The adapted layers in 8 bits and the readouts in 16, with their hash beside them."""
    arrays: dict[str, np.ndarray] = {"findings": np.array(findings), "intents": np.array(intents)}
    for at in range(FROZEN, LAYERS):
        layer = network.layers[at]
        for kind in MATRICES:
            linear = getattr(layer, kind)
            weight = linear.weight.detach().numpy().T
            scale = np.abs(weight).max(axis=0, keepdims=True) / 127
            arrays[f"{at}.{kind}.q"] = np.round(weight / scale).astype(np.int8)
            arrays[f"{at}.{kind}.scale"] = scale.astype(np.float32)
            arrays[f"{at}.{kind}.bias"] = linear.bias.detach().numpy()
        for kind in NORMS:
            norm = getattr(layer, kind)
            arrays[f"{at}.{kind}.weight"] = norm.weight.detach().numpy()
            arrays[f"{at}.{kind}.bias"] = norm.bias.detach().numpy()
    named = {"query": network.label_query, "finding": network.finding, "finding_bias": network.finding_bias}
    named |= {"intent": network.intent, "intent_bias": network.intent_bias}
    arrays |= {name: parameter.detach().numpy().astype(np.float16) for name, parameter in named.items()}
    folder.mkdir(exist_ok=True)
    np.savez_compressed(folder / "one_pass.npz", allow_pickle=False, **arrays)
    digest = hashlib.sha256((folder / "one_pass.npz").read_bytes()).hexdigest()
    text = json.dumps({"sha256": digest, **about}, indent=1)
    (folder / "one_pass.json").write_text(text + "\n", encoding="utf-8")
    print(f"wrote {folder / 'one_pass.npz'}")


if __name__ == "__main__":
    raise SystemExit(main())
