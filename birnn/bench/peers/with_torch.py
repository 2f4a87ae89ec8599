"""PyTorch. The peer "pytorch" is nn.LSTM in both directions, as it is usually written. "pytorch-pruned" computes only what outputs[-1]
needs: an LSTM forward, and one step of a cell backward. On a processor with oneDNN, nn.LSTM is oneDNN's layer (aten::mkldnn_rnn_layer) for
float32, in training and in inference, for any batch. Two more peers take the other paths, both pruned:

"pytorch-aten" is without oneDNN: ATen's operations, a product with MKL in each time step. With FinalStates it computes both directions.
"pytorch-packed" is oneDNN's layer with weights packed beforehand, as torch.compile with freezing makes it, where nn.LSTM packs them in each
call. It is for inference only.

Not measured, because they make no difference: oneDNN's layer for the single step backward (as fast within the noise for a batch, slower for one
sequence), and calling aten::mkldnn_rnn_layer directly (what nn.LSTM does). torch.compile needs a C++ compiler, and leaves LSTM layers to oneDNN.

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
        self.pruned, self.final = peer != "pytorch" and not work.final, work.final
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


class Packed(nn.Module):
    """In place of an nn.LSTM of one direction: the same layer of oneDNN, with its weights packed for batches of one size."""

    def __init__(self, lstm, work):
        super().__init__()
        self.hidden = work.hidden
        w, r, self.b, self.c = (p.detach() for p in lstm.parameters())
        shape = [work.timesteps, work.batch, work.input]
        self.w, self.r = torch.ops.mkldnn._reorder_mkldnn_rnn_layer_weight(w, r, work.hidden, False, True, False, shape)

    def forward(self, x):
        zero = x.new_zeros(len(x), self.hidden)
        x = x.transpose(0, 1).contiguous()
        weights = (self.w, self.r, self.b, self.c, zero, zero)
        lstm = 2  # the mode; before it: not reversed, no batch sizes; after it: one layer, with biases, one direction, time first, no training
        outputs, h, c, _ = torch.ops.aten.mkldnn_rnn_layer(x, *weights, False, [], lstm, self.hidden, 1, True, False, False, False)
        return outputs, (h.reshape(1, len(zero), self.hidden), c)


def set_cell(module, suffix, work, weights):
    kernel, bias = regated(weights[0], "ifjo"), regated(with_forget_bias(weights[1]), "ifjo")
    with torch.no_grad():
        getattr(module, "weight_ih" + suffix).copy_(torch.from_numpy(kernel[: work.input].T.copy()))
        getattr(module, "weight_hh" + suffix).copy_(torch.from_numpy(kernel[work.input :].T.copy()))
        getattr(module, "bias_ih" + suffix).copy_(torch.from_numpy(bias))
        getattr(module, "bias_hh" + suffix).zero_()
    getattr(module, "bias_hh" + suffix).requires_grad_(False)


def build(peer, work, data):
    torch.backends.mkldnn.set_flags(_enabled=peer != "pytorch-aten")
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
    if peer == "pytorch-packed":
        network.lstm = Packed(network.lstm, work)

    @torch.inference_mode()
    def evaluate():
        return sum(cross_entropy(network(x), y).item() for x, y in parts) / len(parts)

    following = cycle(parts)

    @torch.inference_mode()
    def predict():
        x, y = following()
        return -torch.softmax(network(x), 1)[0, y[0]].log().item()

    return evaluate if work.kind == "eval" else predict
