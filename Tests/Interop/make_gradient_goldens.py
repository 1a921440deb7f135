#!/usr/bin/env python3
"""Writes Fixtures/families/*/gradients.safetensors: PyTorch's gradients of every tensor of one block of each family.

The loss is that of `reference.safetensors`, summed over its prompts: sum of logits * r. Beside the gradients, for each matrix of
the MLP, each token's input and the gradient at its output, prompt after prompt.

  python3 -m venv VENV && VENV/bin/pip install torch transformers==5.24.0 safetensors numpy
  VENV/bin/python Tests/Interop/make_gradient_goldens.py
"""
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

FAMILIES = Path(__file__).resolve().parents[2] / "Fixtures" / "families"
BLOCK = 1


def blocks_of(model):
    base = model.base_model
    return base.h if hasattr(base, "h") else base.layers


def matrices_of(block):
    """The MLP's matrices by their names in it."""
    return {name: module for name, module in block.mlp.named_modules() if getattr(module, "weight", None) is not None}


def gradients(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    reference = load_file(folder / "reference.safetensors")
    block = blocks_of(model)[BLOCK]
    rows = {name: ([], []) for name in matrices_of(block)}

    def keep(name):
        def hook(module, arguments, output):
            output.retain_grad()
            rows[name][0].append(arguments[0])
            rows[name][1].append(output)
        return hook

    for name, module in matrices_of(block).items():
        module.register_forward_hook(keep(name))
    loss = 0
    for index in range(3):
        logits = model(reference[f"prompt{index}.input_ids"][None], use_cache=False).logits[0]
        assert torch.allclose(logits, reference[f"prompt{index}.logits"], atol=1e-4), f"{folder.name}: another model"
        loss = loss + (logits * reference[f"prompt{index}.loss_weights"]).sum()
    loss.backward()
    prefix = next(name for name, module in model.named_modules() if module is block) + "."
    tensors = {prefix + name: value.grad.contiguous() for name, value in block.named_parameters()}
    for name, (inputs, outputs) in rows.items():
        weight = f"{prefix}mlp.{name}.weight"
        tensors[f"{weight}.inputs"] = torch.cat([x.reshape(-1, x.shape[-1]) for x in inputs]).detach().contiguous()
        tensors[f"{weight}.deltas"] = torch.cat([y.grad.reshape(-1, y.shape[-1]) for y in outputs]).contiguous()
    save_file(tensors, folder / "gradients.safetensors",
              metadata={"block": str(BLOCK), "transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]})


def main():
    for folder in sorted(FAMILIES.iterdir()):
        # gpt2-bare holds the weights of gpt2 under other names.
        if folder.is_dir() and (folder / "reference.safetensors").exists():
            gradients(folder)
            print(folder.name)


if __name__ == "__main__":
    main()
