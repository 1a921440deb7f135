#!/usr/bin/env python3
"""Opens a checkpoint with PyTorch `transformers` and counts which facts it states: the old or the new ones.

What emend writes has to mean the same to the library that people run. Run it by hand, where PyTorch is:

  python3 -m venv VENV && VENV/bin/pip install torch transformers tokenizers safetensors numpy
  VENV/bin/python Tests/Interop/check_transformers.py --model DIR --facts Fixtures/fictional/facts.json --first 50

Per fact: the rewrite prompt, then the object's tokens, teacher-forced. "first" counts objects whose first token is
the argmax, "all" those whose every token is; p is the product of the tokens' probabilities.
"""
import argparse
import json

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


@torch.no_grad()
def score(model, tokenizer, prompt, target):
    """Whether the target's first token and all its tokens are the argmax, and the target's probability."""
    prefix = tokenizer(prompt, add_special_tokens=False).input_ids
    suffix = tokenizer(" " + target, add_special_tokens=False).input_ids
    logits = model(torch.tensor([prefix + suffix])).logits[0, len(prefix) - 1:-1].float()
    hits = [int(row.argmax()) == token for row, token in zip(logits, suffix)]
    logs = torch.log_softmax(logits, dim=-1)[range(len(suffix)), suffix]
    return hits[0], all(hits), float(logs.sum().exp())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, help="checkpoint directory")
    parser.add_argument("--facts", required=True, help="facts in the CounterFact form (JSON array)")
    parser.add_argument("--first", type=int, help="only the first N facts")
    parser.add_argument("--show", type=int, default=5, help="facts to print one by one")
    arguments = parser.parse_args()

    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    with open(arguments.facts, encoding="utf-8") as file:
        records = json.load(file)[:arguments.first]

    count = {"new": [0, 0], "old": [0, 0]}
    mean = {"new": 0.0, "old": 0.0}
    preferred = 0
    for index, record in enumerate(records):
        rewrite = record["requested_rewrite"]
        prompt = rewrite["prompt"].format(rewrite["subject"])
        objects = {"new": rewrite["target_new"]["str"], "old": rewrite["target_true"]["str"]}
        results = {name: score(model, tokenizer, prompt, target) for name, target in objects.items()}
        for name, (first, every, probability) in results.items():
            count[name][0] += first
            count[name][1] += every
            mean[name] += probability / len(records)
        preferred += results["new"][2] > results["old"][2]
        if index < arguments.show:
            print(f"{prompt!r}: " + ", ".join(f"{n} {objects[n]!r} p {results[n][2]:.4f}" for n in ("old", "new")))
    print(f"{type(model).__name__}, {len(records)} facts")
    for name in ("old", "new"):
        first, every = count[name]
        print(f"{name}: first token {first}/{len(records)}, all tokens {every}/{len(records)}, mean p {mean[name]:.4f}")
    print(f"new more probable than old: {preferred}/{len(records)}")


if __name__ == "__main__":
    main()
