"""Small GPT-2s as transformers saves them, and their losses: what loading published weights is tested with.

python test/interop/published_gpt2.py makes test/fixtures/published-gpt2 anew.
"""

import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

# Precision, and the way of writing: with the prefix by save_pretrained, or as the first published checkpoints were, with masks.
VARIANTS = [("float32", "prefixed"), ("float16", "bare"), ("bfloat16", "bare"), ("bfloat16", "prefixed")]
ROWS, LENGTH, VOCABULARY = 3, 16, 61


def publish(folder, precision, naming):
    """Writes config.json and model.safetensors; returns tokens and the float32 losses of the rounded weights."""
    torch.manual_seed(5)
    config = GPT2Config(
        n_layer=2, n_head=2, n_embd=16, n_positions=24, vocab_size=VOCABULARY, initializer_range=0.3,
        resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=60, eos_token_id=60,
    )  # fmt: skip
    model = GPT2LMHeadModel(config)
    for parameter in model.parameters():
        if parameter.dim() == 1:  # biases and gains that do something
            parameter.data += 0.3 * torch.randn_like(parameter)
    model = model.to(getattr(torch, precision))
    if naming == "prefixed":
        model.save_pretrained(folder)
    else:
        tensors = {name: value.contiguous() for name, value in model.transformer.state_dict().items()}
        mask = torch.tril(torch.ones(24, 24, dtype=model.dtype)).view(1, 1, 24, 24)
        for layer in range(2):
            tensors[f"h.{layer}.attn.bias"] = mask.clone()
            tensors[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4, dtype=model.dtype)
        save_file(tensors, f"{folder}/model.safetensors", metadata={"format": "pt"})
        config.save_pretrained(folder)
    model = model.float().eval()
    tokens = torch.randint(VOCABULARY, (ROWS, LENGTH))
    with torch.no_grad():
        logits = model(tokens).logits
    losses = F.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
    return tokens.tolist(), losses.view(ROWS, -1).mean(1).tolist()


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent.parent / "fixtures" / "published-gpt2"
    folder.mkdir(exist_ok=True)
    tokens, losses = publish(folder, "float16", "bare")
    (folder / "losses.json").write_text(json.dumps({"tokens": tokens, "losses": losses}) + "\n")
