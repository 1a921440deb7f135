#!/usr/bin/env python3
"""Writes Fixtures/reference/alphaedit/golden.safetensors: AlphaEdit's layer update as its authors compute it.

Their program solves (P (K Kt + A) + L2 I) X = P K Rt with a general solver, P = U0 U0t over the singular vectors of C
below the threshold. Here with NumPy in float64, for R = I, so that X is what our solver calls the adjusted keys.

    python3 Tests/Interop/make_alphaedit_golden.py
"""
import json
import pathlib
import struct

import numpy as np

ORDER, OWN, EARLIER, RIDGE = 48, 5, 9, 0.7


def main():
    rng = np.random.default_rng(7)
    scales = np.logspace(0, -4, ORDER)
    rotation, _ = np.linalg.qr(rng.normal(size=(ORDER, ORDER)))
    text = rotation @ (np.sqrt(scales)[:, None] * rng.normal(size=(ORDER, 4000)))
    moment = text @ text.T / text.shape[1]
    keys = rng.normal(size=(ORDER, OWN))
    earlier = rng.normal(size=(ORDER, EARLIER))
    tensors = {"moment": moment, "keys": keys, "earlier": earlier}
    # Two thresholds: the null space is the smaller half, and the larger one.
    for name, threshold in [("few", 5e-4), ("many", 5e-2)]:
        u, s, _ = np.linalg.svd(moment)
        null = u[:, s < threshold]
        assert 0 < null.shape[1] < ORDER
        assert (null.shape[1] < ORDER / 2) == (name == "few")
        p = null @ null.T
        for kind, cache in [("alone", np.zeros((ORDER, ORDER))), ("after", earlier @ earlier.T)]:
            system = p @ (keys @ keys.T + cache) + RIDGE * np.eye(ORDER)
            tensors[f"{name}.{kind}"] = np.linalg.solve(system, p @ keys)
    write(pathlib.Path(__file__).parents[2] / "Fixtures/reference/alphaedit/golden.safetensors", tensors)


def write(path, tensors):
    header, blobs, start = {}, [], 0
    for name, value in sorted(tensors.items()):
        data = np.ascontiguousarray(value, dtype="<f8").tobytes()
        header[name] = {"dtype": "F64", "shape": list(value.shape), "data_offsets": [start, start + len(data)]}
        blobs.append(data)
        start += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


if __name__ == "__main__":
    main()
