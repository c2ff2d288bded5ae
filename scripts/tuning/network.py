"""MiniLM in torch, its upper layers free to learn, with one attention query and one readout for each label."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from unknot.encoder.one_pass import STATES

WIDTH, HEADS, LAYERS = 384, 12, 6
EPSILON = 1e-12  # of the layer normalisations, as BERT has it


class Layer(nn.Module):
    """One transformer layer, named as in the published weights."""

    def __init__(self, weights: dict[str, Tensor], own: str) -> None:
        super().__init__()
        self.query, self.key, self.value, self.context, self.wide, self.narrow = (
            _linear(weights, f"{own}{name}")
            for name in (
                "attention.self.query",
                "attention.self.key",
                "attention.self.value",
                "attention.output.dense",
                "intermediate.dense",
                "output.dense",
            )
        )
        self.norm_attention = _norm(weights, f"{own}attention.output.LayerNorm")
        self.norm_output = _norm(weights, f"{own}output.LayerNorm")
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Token vectors (texts, tokens, 384) to the next layer's; `mask` (texts, 1, 1, tokens) is true at tokens."""
        texts, tokens, _ = x.shape
        heads = [
            part(x).view(texts, tokens, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        ]
        seen = functional.scaled_dot_product_attention(*heads, attn_mask=mask)
        seen = seen.transpose(1, 2).reshape(texts, tokens, WIDTH)
        x = self.norm_attention(x + self.dropout(self.context(seen)))
        return self.norm_output(x + self.dropout(self.narrow(functional.gelu(self.wide(x)))))


class Network(nn.Module):
    """Texts to logits of the findings' states (texts, findings, states) and of the intents (texts, intents).

    Args:
        weights: the published `model.safetensors`.
        findings, intents: how many there are.
        frozen: how many of the lower layers stay as they were published, as the word vectors do.
    """

    def __init__(self, weights: Path, findings: int, intents: int, frozen: int) -> None:
        super().__init__()
        stored = {name.removeprefix("bert."): tensor.float() for name, tensor in load_file(str(weights)).items()}
        own = "embeddings."
        self.register_buffer("words", stored[f"{own}word_embeddings.weight"])
        places = stored[f"{own}position_embeddings.weight"] + stored[f"{own}token_type_embeddings.weight"][:1]
        self.register_buffer("places", places)
        self.norm = _norm(stored, f"{own}LayerNorm").requires_grad_(False)
        self.layers = nn.ModuleList(Layer(stored, f"encoder.layer.{at}.") for at in range(LAYERS))
        for layer in self.layers[:frozen]:
            layer.requires_grad_(False)
        self.frozen, self.findings = frozen, findings
        self.label_query = nn.Parameter(torch.randn(findings + intents, WIDTH) * 0.05)
        self.finding = nn.Parameter(torch.randn(findings, len(STATES), WIDTH) * 0.02)
        bias = torch.full((findings, len(STATES)), -2.0)
        bias[:, 0] = 2.0  # most messages say nothing of most findings
        self.finding_bias = nn.Parameter(bias)
        self.intent = nn.Parameter(torch.randn(intents, WIDTH) * 0.02)
        self.intent_bias = nn.Parameter(torch.full((intents,), -3.0))
        self.dropout = nn.Dropout(0.1)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """`ids` and `mask`: (texts, tokens), the mask 1 at tokens and 0 at padding."""
        seen = mask[:, None, None, :].bool()
        x = self.norm(self.words[ids] + self.places[: ids.shape[1]])
        with torch.no_grad():
            for layer in self.layers[: self.frozen]:
                x = layer(x, seen)
        for layer in self.layers[self.frozen :]:
            x = layer(x, seen)
        x = self.dropout(x).float()
        scores = torch.einsum("bth,lh->blt", x, self.label_query).masked_fill(mask[:, None] == 0, -math.inf)
        found = torch.einsum("blt,bth->blh", scores.softmax(-1), x)
        states = torch.einsum("bnh,nsh->bns", found[:, : self.findings], self.finding) + self.finding_bias
        return states, (found[:, self.findings :] * self.intent).sum(-1) + self.intent_bias

    def split(self) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """Parameters of the encoder that learn, and those of the labels."""
        own = [parameter for layer in self.layers for parameter in layer.parameters() if parameter.requires_grad]
        return own, [self.label_query, self.finding, self.finding_bias, self.intent, self.intent_bias]


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Token ids of several texts as `ids` and `mask` (texts, tokens)."""
    longest = max(map(len, rows))
    ids, mask = torch.zeros(len(rows), longest, dtype=torch.long), torch.zeros(len(rows), longest)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = 1
    return ids, mask


def _linear(weights: dict[str, Tensor], own: str) -> nn.Linear:
    weight = weights[f"{own}.weight"]
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data, made.bias.data = weight.clone(), weights[f"{own}.bias"].clone()
    return made


def _norm(weights: dict[str, Tensor], own: str) -> nn.LayerNorm:
    made = nn.LayerNorm(WIDTH, eps=EPSILON)
    made.weight.data, made.bias.data = weights[f"{own}.weight"].clone(), weights[f"{own}.bias"].clone()
    return made
