"""Writes what torch.onnx.export makes of networks, and of others that package birnn cannot compute, into the working directory.

NAME.onnx is a network, x.bin has sequences [4, 5, 3] and NAME.bin the probabilities [4, 6] that PyTorch computes for them. refused_NAME.onnx
is something else.
"""

import logging
import warnings

import torch
from torch import nn

warnings.filterwarnings("ignore")
torch.manual_seed(0)
logging.disable()
INPUT, TIME, HIDDEN, CLASSES = 3, 5, 4, 6

# What the output layer reads, of the outputs [batch, time, 2*hidden] and the final hidden states [2, batch, hidden].
READOUTS = {
    "last": lambda y, h: y[:, -1],
    "last_slice": lambda y, h: y[:, -1:, :].squeeze(1),
    "joined": lambda y, h: torch.cat([h[0], h[1]], 1),
    "joined_from_end": lambda y, h: torch.cat((h[-2, :, :], h[-1, :, :]), dim=-1),
    "transposed": lambda y, h: h.transpose(0, 1).reshape(h.shape[1], -1),
    "permuted": lambda y, h: h.permute(1, 0, 2).flatten(1),
    "view": lambda y, h: h.permute(1, 0, 2).contiguous().view(-1, 2 * HIDDEN),
    "from_outputs": lambda y, h: torch.cat([y[:, -1, :HIDDEN], y[:, 0, HIDDEN:]], 1),
    "chunks": lambda y, h: torch.cat([part[0] for part in h.chunk(2)], 1),
    "backward_first": lambda y, h: torch.cat([h[1], h[0]], 1),
}


class Network(nn.Module):
    def __init__(self, readout, softmax=True, **options):
        super().__init__()
        self.readout, self.softmax = readout, softmax
        self.lstm = nn.LSTM(INPUT, HIDDEN, **{"bidirectional": True, "batch_first": True} | options)
        self.fc = nn.Linear((2 if self.lstm.bidirectional else 1) * HIDDEN, CLASSES)

    def state(self, x):
        return None

    def forward(self, x):
        outputs, (h, _) = self.lstm(x, self.state(x))
        scores = self.fc(self.readout(outputs, h))
        return scores.softmax(1) if self.softmax else scores


class Zeros(Network):
    def state(self, x):
        zeros = torch.zeros(2, x.shape[0], HIDDEN)
        return zeros, zeros


class Ones(Network):
    def state(self, x):
        ones = torch.ones(2, x.shape[0], HIDDEN)
        return ones, ones


class EachStep(Network):
    """The scores of each time step, of which the last are the result."""

    def forward(self, x):
        return self.fc(self.lstm(x)[0])[:, -1]


class Pruned(nn.Module):
    def __init__(self):
        super().__init__()
        self.fw = nn.LSTM(INPUT, HIDDEN, batch_first=True)
        self.bw = nn.LSTM(INPUT, HIDDEN, batch_first=True)
        self.fc = nn.Linear(2 * HIDDEN, CLASSES)

    def forward(self, x):
        (_, (fw, _)), (_, (bw, _)) = self.fw(x), self.bw(x[:, -1:])
        return self.fc(torch.cat([fw[0], bw[0]], 1)).softmax(-1)


class Flipped(Pruned):
    def forward(self, x):
        (_, (fw, _)), (_, (bw, _)) = self.fw(x), self.bw(x.flip(1))
        return self.fc(torch.cat([fw[-1], bw[-1]], 1)).softmax(-1)


class GRU(Network):
    def __init__(self):
        super().__init__(READOUTS["last"])
        self.lstm = nn.GRU(INPUT, HIDDEN, bidirectional=True, batch_first=True)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


def export(name, network, dynamo, axes={0: "batch"}, **options):
    network.eval()
    shape = {0: torch.export.Dim("batch")} | {axis: torch.export.Dim(n) for axis, n in axes.items()} if axes else {}
    options |= {"dynamic_shapes": {"x": shape}} if dynamo else {"dynamic_axes": {"x": axes}}
    x = sequences.to(next(network.parameters()).dtype)
    torch.onnx.export(network, (x,), f"{name}.onnx", input_names=["x"], dynamo=dynamo, verbose=False, **{"external_data": False} | options)
    if not name.startswith("refused"):
        scores = network(x) if getattr(network, "softmax", True) else network(x).softmax(1)
        scores.detach().numpy().tofile(f"{name}.bin")


sequences = torch.randn(4, TIME, INPUT)
sequences.numpy().tofile("x.bin")
for dynamo in True, False:
    by = "dynamo" if dynamo else "torchscript"
    for readout, read in READOUTS.items():
        export(f"{by}_{readout}", Network(read), dynamo)
    export(f"{by}_scores_of_4_opset_17", Network(READOUTS["last"], softmax=False), dynamo, {}, opset_version=17)
    export(f"{by}_final_of_4_opset_17", Network(READOUTS["joined"]), dynamo, {}, opset_version=17)
    export(f"{by}_zeros", Zeros(READOUTS["joined"]), dynamo)
    export(f"{by}_each_step", EachStep(READOUTS["last"], softmax=False), dynamo)
    export(f"{by}_pruned", Pruned(), dynamo)
    export(f"{by}_flipped", Flipped(), dynamo)
    export(f"{by}_without_bias", Network(READOUTS["last"], bias=False), dynamo)

# The exporter with dynamo=True takes a second for each; what matters is whether ReadONNX knows the operators.
last = READOUTS["last"]
for name, network in {
    "forward_only": Network(last, bidirectional=False),
    "GRU": GRU(),
    "ReduceMean": Network(lambda y, h: y.mean(1)),
    "ReduceMax": Network(lambda y, h: y.amax(1)),
    "Relu": Network(lambda y, h: y[:, -1].relu()),
    "initial_state": Ones(last),
    "float64": Network(last).double(),
    "float16": Network(last).half(),
    "time_step": Network(lambda y, h: y[:, -2]),
}.items():
    export(f"refused_{name}", network, dynamo=False)
for dynamo in True, False:
    export(f"refused_{dynamo}_two_layers", Network(last, num_layers=2), dynamo)
    export(f"refused_{dynamo}_time_first", Network(last, batch_first=False), dynamo, {})
export("refused_any_time", Network(READOUTS["joined"]), False, {0: "batch", 1: "time"})
export("refused_external", Network(last), True, external_data=True)
