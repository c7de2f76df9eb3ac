"""Writes test/fixtures/torch-gpt-*.json: losses and gradients of a GPT-2 by PyTorch autograd, for test/training/gpt.test.ts.

    python test/interop/torch_fixtures.py [FOLDER]

Parameters, tokens and weights are a hash of name and place that both sides compute (test/support/hashed-gpt.ts), rounded
to float32; the model runs in float64, so that its own rounding does not count. Run again with the same PyTorch, it writes
the same bytes.
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

CONFIGS = [(2, 4, 64, 32, 6, 97), (4, 4, 128, 128, 16, 1024)]  # layers, heads, width, context, batch, vocabulary
SAMPLES = 256


def hashed(name: str, count: int) -> np.ndarray:
    """Values in [-1/2, 1/2), multiples of 2^-24: lowbias32 of the place plus FNV-1a of the name."""
    salt = 0x811C9DC5
    for byte in name.encode():
        salt = ((salt ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = np.arange(count, dtype=np.uint32) + np.uint32(salt)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return (x >> np.uint32(8)).astype(np.float64) / 2**24 - 0.5


def parameter(name: str, shape: tuple) -> torch.Tensor:
    values = hashed(name, math.prod(shape)) * 0.25
    if len(shape) == 1 and name.endswith("weight"):
        values += 1  # gains of layer norms
    return torch.tensor(values.astype(np.float32).astype(np.float64)).reshape(shape).requires_grad_()


def shapes(layers, width, context, vocabulary):
    yield "transformer.wte.weight", (vocabulary, width)
    yield "transformer.wpe.weight", (context, width)
    for layer in range(layers):
        block = f"transformer.h.{layer}."
        for norm in ("ln_1", "ln_2"):
            yield f"{block}{norm}.weight", (width,)
            yield f"{block}{norm}.bias", (width,)
        for name, rows, columns in (
            *((f"attn.{projection}", width, width) for projection in ("query", "key", "value", "c_proj")),
            ("mlp.c_fc", width, 4 * width),
            ("mlp.c_proj", 4 * width, width),
        ):
            yield f"{block}{name}.weight", (rows, columns)
            yield f"{block}{name}.bias", (columns,)
    yield "transformer.ln_f.weight", (width,)
    yield "transformer.ln_f.bias", (width,)


def losses_of(p, tokens, layers, heads):
    batch, context = tokens.shape
    width = p["transformer.wte.weight"].shape[1]

    def norm(x, name):
        return F.layer_norm(x, (width,), p[f"{name}.weight"], p[f"{name}.bias"], 1e-5)

    def linear(x, name):
        return x @ p[f"{name}.weight"] + p[f"{name}.bias"]

    def split(x):
        return x.view(batch, context, heads, width // heads).transpose(1, 2)

    x = p["transformer.wte.weight"][tokens] + p["transformer.wpe.weight"][:context]
    for layer in range(layers):
        block = f"transformer.h.{layer}."
        h = norm(x, f"{block}ln_1")
        q, k, v = (split(linear(h, f"{block}attn.{name}")) for name in ("query", "key", "value"))
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + linear(a.transpose(1, 2).reshape(batch, context, width), f"{block}attn.c_proj")
        h = F.gelu(linear(norm(x, f"{block}ln_2"), f"{block}mlp.c_fc"), approximate="tanh")
        x = x + linear(h, f"{block}mlp.c_proj")
    logits = norm(x, "transformer.ln_f") @ p["transformer.wte.weight"].T
    token_losses = F.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
    return token_losses.view(batch, context - 1).mean(1)


def sample(gradient: torch.Tensor) -> dict:
    values = gradient.flatten().numpy()
    stride = max(1, values.size // SAMPLES)
    stride -= stride > 1 and stride % 2 == 0  # an odd stride meets every column
    return {
        "largest": float(np.abs(values).max()),
        "stride": stride,
        "values": [float(f"{value:.8g}") for value in values[::stride]],
    }


def fixture(config) -> dict:
    layers, heads, width, context, batch, vocabulary = config
    p = {name: parameter(name, shape) for name, shape in shapes(layers, width, context, vocabulary)}
    tokens = torch.tensor(np.floor((hashed("tokens", batch * context) + 0.5) * vocabulary).astype(np.int64))
    weights = torch.tensor((hashed("weights", batch) + 0.6).astype(np.float32).astype(np.float64))
    losses = losses_of(p, tokens.view(batch, context), layers, heads)
    (weights * losses).sum().backward()
    return {
        "torch": torch.__version__,
        "sizes": dict(zip(("layers", "heads", "width", "context", "batch", "vocabulary"), config)),
        "losses": losses.tolist(),
        "gradients": {name: sample(value.grad) for name, value in p.items()},
    }


if __name__ == "__main__":
    default = pathlib.Path(__file__).parent.parent / "fixtures"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    for config in CONFIGS:
        path = folder / f"torch-gpt-{config[0]}x{config[2]}.json"
        path.write_text(json.dumps(fixture(config), separators=(",", ":")) + "\n")
        print(path)
