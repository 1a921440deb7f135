#!/usr/bin/env python3
"""Adapters, against PEFT itself. Run it by hand, where PyTorch is:

  python3 -m venv VENV && VENV/bin/pip install torch transformers peft safetensors numpy
  VENV/bin/python Tests/Interop/check_adapters.py make --model DIR --modules mlp.c_proj --output ADAPTER --merged DIR2
  VENV/bin/python Tests/Interop/check_adapters.py compare --model DIR --adapter ADAPTER --edited DIR2

`make` writes a LoRA of random numbers, with ranks and alphas that differ from module to module, and the model that
PEFT merges it into. `compare` lets PEFT load and merge an adapter, and says how far each tensor is from a checkpoint,
relative to how far the base is.
"""
import argparse

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM


def load(path):
    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)


def make(arguments):
    torch.manual_seed(arguments.seed)
    model = load(arguments.model)
    config = LoraConfig(
        r=4, lora_alpha=6, target_modules=arguments.modules, task_type="CAUSAL_LM",
        rank_pattern={arguments.modules[0]: 3}, alpha_pattern={"1." + arguments.modules[0]: 10},
        fan_in_fan_out=model.config.model_type == "gpt2")
    adapted = get_peft_model(model, config)
    for name, parameter in adapted.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    adapted.save_pretrained(arguments.output)
    adapted.merge_and_unload().save_pretrained(arguments.merged)


def compare(arguments):
    base = load(arguments.model).state_dict()
    edited = load(arguments.edited).state_dict()
    adapted = PeftModel.from_pretrained(load(arguments.model), arguments.adapter)
    merged = adapted.merge_and_unload().state_dict()
    assert merged.keys() == edited.keys() == base.keys()
    worst = 0.0
    for name, tensor in base.items():
        change = (edited[name].double() - tensor.double()).norm().item()
        error = (merged[name].double() - edited[name].double()).norm().item()
        if change or error:
            worst = max(worst, error / max(change, 1e-30))
            print(f"{name}: change {change:.4g}, off by {error:.3g} ({error / max(change, 1e-30):.2e})")
    print(f"worst {worst:.2e}")
    raise SystemExit(worst > arguments.limit)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True)
    maker = commands.add_parser("make")
    maker.add_argument("--model", required=True)
    maker.add_argument("--modules", nargs="+", required=True)
    maker.add_argument("--output", required=True)
    maker.add_argument("--merged", required=True)
    maker.add_argument("--seed", type=int, default=0)
    maker.set_defaults(run=make)
    comparer = commands.add_parser("compare")
    comparer.add_argument("--model", required=True)
    comparer.add_argument("--adapter", required=True)
    comparer.add_argument("--edited", required=True)
    comparer.add_argument("--limit", type=float, default=2e-3)
    comparer.set_defaults(run=compare)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
