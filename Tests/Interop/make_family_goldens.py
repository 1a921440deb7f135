#!/usr/bin/env python3
"""Writes Fixtures/families: a tiny random checkpoint of each architecture, and what PyTorch computes on it.

The reference is the PyPI package `transformers` (eager attention, float32, CPU). Every parameter is drawn at random,
biases and gains included: a freshly initialised model would hide a forgotten bias.

  python3 -m venv VENV && VENV/bin/pip install torch transformers==5.23.0 safetensors numpy
  VENV/bin/python Tests/Interop/make_family_goldens.py
"""
import json
import shutil
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import (AutoModelForCausalLM, GPT2Config, GPTJConfig, GPTNeoXConfig, LlamaConfig, MistralConfig,
                          Qwen2Config)

OUT = Path(__file__).resolve().parents[2] / "Fixtures" / "families"
LENGTHS = (5, 12, 20)
GRADIENT_BLOCK = 1

SMALL = dict(vocab_size=211, bos_token_id=0, eos_token_id=0)
LLAMA = dict(**SMALL, hidden_size=32, intermediate_size=88, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=64, rms_norm_eps=1e-5)
NEOX = dict(**SMALL, hidden_size=32, intermediate_size=128, num_hidden_layers=4, num_attention_heads=2, max_position_embeddings=64,
            hidden_act="gelu", tie_word_embeddings=False)
# With theta 10000 and heads of 16 the wavelengths are 6.3, 20, 63 …: one below, one between and the others above the limits.
LLAMA3_SCALING = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32)


def rope(theta, **more):
    return {"rope_type": "default", "rope_theta": theta, **more}


# name: (config, dtype of the file, shard size, whether config.json is written as before transformers 5)
FAMILIES = {
    "gpt2": (GPT2Config(**SMALL, n_embd=32, n_layer=4, n_head=4, n_positions=64), torch.float32, None, True),
    "gptj": (GPTJConfig(**SMALL, n_embd=48, n_layer=4, n_head=3, n_positions=64, rotary_dim=8, tie_word_embeddings=False),
             torch.float32, None, True),
    "gpt-neox": (GPTNeoXConfig(**NEOX, rope_parameters=rope(10000.0, partial_rotary_factor=0.25)), torch.float32, None, True),
    "gpt-neox-sequential": (GPTNeoXConfig(**NEOX, use_parallel_residual=False, rope_parameters=rope(10000.0, partial_rotary_factor=0.5)),
                            torch.float32, None, False),
    "llama": (LlamaConfig(**LLAMA, tie_word_embeddings=False, rope_parameters=rope(10000.0)), torch.float32, None, False),
    "llama3-scaled": (LlamaConfig(**{**LLAMA, "max_position_embeddings": 256}, head_dim=16, tie_word_embeddings=False,
                                  rope_parameters={"rope_theta": 10000.0, **LLAMA3_SCALING}), torch.float32, None, True),
    "qwen2": (Qwen2Config(**LLAMA, tie_word_embeddings=True, rope_parameters=rope(1000000.0), use_sliding_window=False),
              torch.bfloat16, None, True),
    "mistral": (MistralConfig(**LLAMA, head_dim=16, sliding_window=4096, tie_word_embeddings=False, rope_parameters=rope(10000.0)),
                torch.float32, "80KB", True),
}


def randomise(model, dtype):
    """Draws every parameter; values are those that the file's dtype can hold."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() >= 2:
                value = torch.randn(parameter.shape) * (1.5 / parameter.shape[-1] ** 0.5)
            elif name.endswith("bias"):
                value = torch.randn(parameter.shape) * 0.2
            else:
                value = 1 + torch.randn(parameter.shape) * 0.2
            parameter.copy_(value.to(dtype).float())


def blocks_of(model):
    base = model.base_model
    return base.h if hasattr(base, "h") else base.layers


def projection_of(block):
    """The linear layer whose input is MEMIT's key."""
    mlp = block.mlp
    return next(getattr(mlp, name) for name in ("c_proj", "fc_out", "dense_4h_to_h", "down_proj") if hasattr(mlp, name))


def run(model, input_ids, weights):
    """Residual stream before, between and after the blocks, keys, logits, and a gradient at an inner block's output."""
    states, keys, handles = [], [], []

    def keep_input(module, arguments):
        states.append(arguments[0])

    def keep_output(module, arguments, output):
        hidden = output[0] if isinstance(output, tuple) else output
        hidden.retain_grad()
        states.append(hidden)

    blocks = blocks_of(model)
    handles.append(blocks[0].register_forward_pre_hook(keep_input))
    for block in blocks:
        handles.append(block.register_forward_hook(keep_output))
        handles.append(projection_of(block).register_forward_pre_hook(lambda module, arguments: keys.append(arguments[0])))
    logits = model(input_ids[None], use_cache=False).logits[0]
    (logits * weights).sum().backward()
    for handle in handles:
        handle.remove()
    return {"input_ids": input_ids, "hidden": torch.stack([s[0] for s in states]).detach(),
            "keys": torch.stack([k.reshape(len(input_ids), -1) for k in keys]).detach(), "logits": logits.detach(),
            "loss_weights": weights, "gradient": states[GRADIENT_BLOCK + 1].grad[0]}


def reference(model, folder, generator):
    tensors = {}
    for index, length in enumerate(LENGTHS):
        input_ids = torch.randint(0, model.config.vocab_size, (length,), generator=generator)
        weights = torch.randn(length, model.config.vocab_size, generator=generator) / length
        for name, value in run(model, input_ids, weights).items():
            tensors[f"prompt{index}.{name}"] = value.contiguous()
    save_file(tensors, folder / "reference.safetensors", metadata={"gradient_block": str(GRADIENT_BLOCK)})
    return tensors


def older_config(folder, dtype):
    """Rewrites config.json as checkpoints on the Hub have it, from before rope_parameters and dtype."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["torch_dtype"] = config.pop("dtype", str(dtype).removeprefix("torch."))
    parameters = config.pop("rope_parameters", None)
    if parameters:
        theta, fraction = parameters.pop("rope_theta"), parameters.pop("partial_rotary_factor", None)
        if config["model_type"] == "gpt_neox":
            config.update(rotary_emb_base=int(theta), rotary_pct=fraction)
        else:
            config["rope_theta"] = theta
        config["rope_scaling"] = None if parameters.get("rope_type") == "default" else parameters
    path.write_text(json.dumps(dict(sorted(config.items())), indent=2) + "\n")


def bare_gpt2():
    """The same model as `gpt2`, named as the first GPT-2 files are: no `transformer.`, and the causal mask as a buffer."""
    source, folder = OUT / "gpt2", OUT / "gpt2-bare"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(source / "config.json", folder)
    tensors = {name.removeprefix("transformer."): value for name, value in load_file(source / "model.safetensors").items()}
    positions = tensors["wpe.weight"].shape[0]
    for index in range(4):
        tensors[f"h.{index}.attn.bias"] = torch.tril(torch.ones(positions, positions))[None, None].clone()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "VERSION").write_text(f"transformers {transformers.__version__}\ntorch {torch.__version__.split('+')[0]}\n")
    for seed, (name, (config, dtype, shard, older)) in enumerate(FAMILIES.items()):
        torch.manual_seed(seed)
        generator = torch.Generator().manual_seed(1000 + seed)
        folder = OUT / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
        randomise(model, dtype)
        tensors = reference(model, folder, generator)
        model.to(dtype).save_pretrained(folder, **({"max_shard_size": shard} if shard else {}))
        (folder / "generation_config.json").unlink(missing_ok=True)
        if older:
            older_config(folder, dtype)
        again = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
        for index in range(len(LENGTHS)):
            with torch.no_grad():
                logits = again(tensors[f"prompt{index}.input_ids"][None]).logits[0]
            assert torch.equal(logits, tensors[f"prompt{index}.logits"]), f"{name}: what was written is another model"
        print(name, sorted(p.name for p in folder.iterdir()), f"largest logit {tensors['prompt2.logits'].abs().max():.2f}")
    bare_gpt2()


if __name__ == "__main__":
    main()
