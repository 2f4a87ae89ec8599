"""PyTorch. The peer "pytorch" is nn.LSTM in both directions, as it is usually written. "pytorch-pruned" computes only what outputs[-1]
needs: an LSTM forward, and one step of a cell backward.

PyTorch has two biases, which add up. The second is zero and not trained, or the sum would be updated twice.
"""

import torch
import torch._dynamo  # or the optimizer would import it in its first step
from torch import nn
from worker import batches, cycle, regated, with_forget_bias

NAME = f"PyTorch {torch.__version__}"


class Network(nn.Module):
    def __init__(self, peer, work, data):
        super().__init__()
        self.pruned, self.final, self.hidden = peer == "pytorch-pruned", work.final, work.hidden
        self.lstm = nn.LSTM(work.input, work.hidden, batch_first=True, bidirectional=not self.pruned)
        set_cell(self.lstm, "_l0", work, data.forward)
        if self.pruned:
            self.cell = nn.LSTMCell(work.input, work.hidden)
            set_cell(self.cell, "", work, data.backward)
        else:
            set_cell(self.lstm, "_l0_reverse", work, data.backward)
        self.out = nn.Linear(2 * work.hidden, work.classes)
        with torch.no_grad():
            self.out.weight.copy_(torch.from_numpy(data.w.T))
            self.out.bias.copy_(torch.from_numpy(data.b))

    def forward(self, x):
        outputs, (h, _) = self.lstm(x)
        if self.pruned:
            read = torch.cat([h[0], self.cell(x[:, -1])[0]], 1)
        elif self.final:
            read = torch.cat([h[0], h[1]], 1)
        else:
            read = outputs[:, -1]
        return self.out(read)


def set_cell(module, suffix, work, weights):
    kernel, bias = regated(weights[0], "ifjo"), regated(with_forget_bias(weights[1]), "ifjo")
    with torch.no_grad():
        getattr(module, "weight_ih" + suffix).copy_(torch.from_numpy(kernel[: work.input].T.copy()))
        getattr(module, "weight_hh" + suffix).copy_(torch.from_numpy(kernel[work.input :].T.copy()))
        getattr(module, "bias_ih" + suffix).copy_(torch.from_numpy(bias))
        getattr(module, "bias_hh" + suffix).zero_()
    getattr(module, "bias_hh" + suffix).requires_grad_(False)


def build(peer, work, data):
    network = Network(peer, work, data)
    cross_entropy = nn.functional.cross_entropy
    parts = [(torch.from_numpy(x), torch.from_numpy(y).long()) for x, y in batches(work, data)]
    if work.kind == "train":
        # fused: PyTorch's fastest
        adam = torch.optim.Adam([p for p in network.parameters() if p.requires_grad], lr=work.rate, fused=True)
        x, y = parts[0]

        def train():
            adam.zero_grad()
            loss = cross_entropy(network(x), y)
            loss.backward()
            adam.step()
            return loss.item()

        return train

    network.eval()

    @torch.inference_mode()
    def evaluate():
        return sum(cross_entropy(network(x), y).item() for x, y in parts) / len(parts)

    following = cycle(parts)

    @torch.inference_mode()
    def predict():
        x, y = following()
        return -torch.softmax(network(x), 1)[0, y[0]].log().item()

    return evaluate if work.kind == "eval" else predict
