"""The saved PyTorch fixtures are what this PyTorch computes."""

import json
import pathlib

from torch_fixtures import CONFIGS, fixture

for config in CONFIGS:
    path = pathlib.Path(__file__).parent.parent / "fixtures" / f"torch-gpt-{config[0]}x{config[2]}.json"
    saved, made = json.loads(path.read_text()), fixture(config)
    assert saved["gradients"].keys() == made["gradients"].keys()
    worst = max(abs(a - b) for a, b in zip(saved["losses"], made["losses"], strict=True))
    for name, gradient in made["gradients"].items():
        old = saved["gradients"][name]["values"]
        largest = max(gradient["largest"], 1e-9)  # a key bias has gradients of rounding alone
        worst = max(worst, *(abs(a - b) / largest for a, b in zip(old, gradient["values"], strict=True)))
    assert worst <= 1e-6, worst
    print(f"{path.name}: {worst:.1e}")
