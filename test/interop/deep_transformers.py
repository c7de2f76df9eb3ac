"""transformers loads our checkpoint, with and without biases, we load its, and losses are the same to 1e-5."""

import json
import subprocess
import tempfile

import torch
import torch.nn.functional as F
from published_gpt2 import VARIANTS, VOCABULARY, publish
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

for biases in ("true", "false"):
    with tempfile.TemporaryDirectory() as folder:
        command = ["node", "test/interop/write-checkpoint.js", folder, biases]
        ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        model, info = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True, dtype=torch.float32)
        optimizer = load_file(f"{folder}/optimizer.safetensors")
    assert type(model).__name__ == "GPT2LMHeadModel", type(model)
    assert not any(info[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys")), info
    assert model.lm_head.weight.data_ptr() == model.transformer.wte.weight.data_ptr()
    assert optimizer["updates"].item() == 5, optimizer["updates"]
    named = dict(model.named_parameters())
    for name, value in named.items():
        for moment in ("firstMoment", "secondMoment"):
            assert optimizer[f"{moment}.{name}"].shape == value.shape, name

    tokens = torch.tensor(ours["tokens"])
    model.eval()
    with torch.no_grad():
        logits = model(tokens).logits
    theirs = F.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
    theirs = theirs.view(len(tokens), -1).mean(1)
    difference = (theirs - torch.tensor(ours["losses"])).abs().max().item()
    assert difference <= 1e-5, difference
    with torch.no_grad():
        mean = model(tokens, labels=tokens).loss.item()
    assert abs(mean - sum(ours["losses"]) / len(tokens)) <= 1e-5, mean
    print(f"biases {biases}: losses differ by {difference:.1e} at most, {len(named)} tensors")

# The other way: what transformers writes, in any precision and naming, gives here the losses it gives there.
for precision, naming in VARIANTS:
    with tempfile.TemporaryDirectory() as folder:
        tokens, theirs = publish(folder, precision, naming)
        command = ["node", "test/interop/score-published.js", folder, str(VOCABULARY)]
        run = subprocess.run(command, check=True, capture_output=True, text=True, input=json.dumps(tokens))
    ours = json.loads(run.stdout)
    difference = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    assert difference <= 1e-5, difference
    print(f"{precision}, {naming} names: losses differ by {difference:.1e} at most")
