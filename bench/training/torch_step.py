"""One train step of a GPT-2 in PyTorch, the work that ours does: losses of each row, linupper weights, backward, clip, AdamW.

Called `torch_step.py eager|compiled CONFIG THREADS`; prints `ready`, then for every line on stdin the milliseconds of one step.
"""
import sys, time

import torch
from torch import nn
from torch.nn import functional as F

mode, config, threads = sys.argv[1:]
LAYERS, HEADS, WIDTH, CONTEXT, ROWS, VOCABULARY = map(int, config.split(","))
torch.set_num_threads(int(threads))
torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.mix = nn.Linear(WIDTH, WIDTH, bias=False)
        self.fc = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.back = nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x):
        heads = self.qkv(self.norm_1(x)).view(ROWS, CONTEXT, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(*heads, is_causal=True)
        x = x + self.mix(mixed.transpose(1, 2).reshape(ROWS, CONTEXT, WIDTH))
        return x + self.back(F.gelu(self.fc(self.norm_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens, targets):
        x = self.tokens(tokens) + self.positions.weight
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.norm(x), self.tokens.weight)
        losses = F.cross_entropy(logits.view(-1, VOCABULARY), targets.view(-1), reduction="none")
        losses = losses.view(ROWS, CONTEXT).mean(1)
        stopped = losses.detach()
        least, most = stopped.min(), stopped.max()
        place = 2 * (stopped - least) / (most - least).clamp_min(1e-6) - 1
        weights = F.softmax(torch.clamp_max(place + 1, 1) / 0.4, 0)
        return (weights * losses).sum(), losses


model = Gpt()
parameters = list(model.parameters())
decayed = {"params": [p for p in parameters if p.dim() > 1], "weight_decay": 0.1}
others = {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0}
optimiser = torch.optim.AdamW([decayed, others], lr=1e-3, betas=(0.9, 0.95), fused=True)
call = torch.compile(model) if mode == "compiled" else model


def step():
    tokens, targets = torch.randint(VOCABULARY, (2, ROWS, CONTEXT))
    started = time.perf_counter()
    loss, losses = call(tokens, targets)
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    losses.tolist()
    return 1000 * (time.perf_counter() - started)


for _ in range(2):
    step()
print("ready", flush=True)
for _ in sys.stdin:
    print(f"{step():.3f}", flush=True)
