"""Writes pytorch.json, the numbers that rnn's tests compare with.

It runs PyTorch's LSTM and GRU layers in float64 on the CPU, in one direction and in
both, with and without sequence lengths, and records the outputs, the final states, a
loss and its gradients. The inputs, the weights and the initial states are random.

To make the file again, from the repository's root with Python 3.11 (the packages take
about 5 GB of disk):

    python3 -m venv /tmp/torch
    /tmp/torch/bin/pip install --require-hashes -r birnn/rnn/testdata/requirements-pytorch.txt
    /tmp/torch/bin/python birnn/rnn/testdata/pytorch.py

In the file, arrays are flat and row-major, and every number is the shortest decimal
that reads back as the same float64. Lists that have one entry per direction start with
the forward direction. The rows of the weights are grouped by gate in PyTorch's order:
input, forget, cell, output for the LSTM; reset, update, new for the GRU.
"""

import json
import pathlib

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
LAYERS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

# Bidirectional, (batch, time, input, hidden), lengths. In the third, the last time step
# is padding in every sequence.
CASES = [
    (False, (2, 5, 3, 4), None),
    (True, (3, 4, 2, 3), None),
    (True, (4, 6, 3, 2), [5, 1, 3, 5]),
    (False, (3, 4, 2, 5), [2, 4, 1]),
]


def flat(tensor):
    return tensor.detach().flatten().tolist()


def per_direction(tensors):
    """One flat list per direction; None, which JSON writes as null, if there is no tensor."""
    return None if tensors is None else [flat(tensor) for tensor in tensors]


def run_case(seed, cell, bidirectional, sizes, lengths):
    batch, time, num_input, hidden = sizes
    directions = 2 if bidirectional else 1
    rng = np.random.RandomState(seed)

    def uniform(limit, *shape):
        return torch.tensor(rng.uniform(-limit, limit, shape))

    layer = LAYERS[cell](
        num_input, hidden, batch_first=True, bidirectional=bidirectional, dtype=torch.float64)
    for parameter in layer.parameters():
        parameter.data = uniform(0.5, *parameter.shape)
    x = uniform(1, batch, time, num_input)
    padding = torch.arange(time) >= torch.tensor(lengths or [time] * batch)[:, None]
    x[padding] = 0
    x.requires_grad_()
    # The LSTM has two states, h and c; the GRU has h alone.
    names = ("h", "c") if cell == "lstm" else ("h",)
    initial = {name: uniform(1, directions, batch, hidden).requires_grad_() for name in names}

    sequences = x
    if lengths:
        sequences = torch.nn.utils.rnn.pack_padded_sequence(
            x, lengths, batch_first=True, enforce_sorted=False)
    states = tuple(initial.values())
    outputs, final = layer(sequences, states if cell == "lstm" else states[0])
    if lengths:
        outputs, _ = torch.nn.utils.rnn.pad_packed_sequence(
            outputs, batch_first=True, padding_value=0, total_length=time)
    final = dict(zip(names, final if cell == "lstm" else (final,)))

    coefficients = uniform(1, *outputs.shape)
    final_coefficients = {name: uniform(1, *final[name].shape) for name in names}
    loss = (outputs * coefficients).sum()
    for name in names:
        loss = loss + (final[name] * final_coefficients[name]).sum()
    loss.backward()
    # Padding does not affect the result, and everything else does.
    assert (outputs[padding] == 0).all()
    assert ((x.grad == 0).all(dim=2) == padding).all()

    def weights(read):
        return [{name: flat(read(getattr(layer, name + "_l0" + suffix))) for name in WEIGHTS}
                for suffix in ("", "_reverse")[:directions]]

    return {
        "name": "_".join([cell, "bidirectional" if bidirectional else "unidirectional"]
                         + ["lengths"] * bool(lengths)),
        "cell": cell, "bidirectional": bidirectional,
        "batch": batch, "time": time, "input": num_input, "hidden": hidden, "lengths": lengths,
        "x": flat(x), "weights": weights(lambda parameter: parameter),
        "h0": per_direction(initial["h"]), "c0": per_direction(initial.get("c")),
        "outputs": flat(outputs),
        "h_n": per_direction(final["h"]), "c_n": per_direction(final.get("c")),
        "coefficients": {
            "outputs": flat(coefficients),
            "h_n": per_direction(final_coefficients["h"]),
            "c_n": per_direction(final_coefficients.get("c")),
        },
        "loss": loss.item(),
        "gradients": {
            "x": flat(x.grad),
            "h0": per_direction(initial["h"].grad),
            "c0": per_direction(initial["c"].grad if "c" in initial else None),
            "weights": weights(lambda parameter: parameter.grad),
        },
    }


def main():
    torch.set_num_threads(1)  # The same numbers on every run.
    cases = [run_case(seed, cell, *case)
             for cell in LAYERS for seed, case in enumerate(CASES, start=1)]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    versions = f"PyTorch {torch.__version__}, NumPy {np.__version__}"
    (HERE / "pytorch.json").write_text(f'{{"generated_by":"{versions}","cases":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
