"""ONNX Runtime: the standard LSTM operator, with only what outputs[-1] needs: one node forwards, and one that reads the last row. It predicts; it
cannot train. The peer "onnxruntime-1" has one thread.

ONNX Runtime's matrix products choose their instruction set from the processor alone; there is no switch for -isa.
"""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from worker import batches, cycle, regated, with_forget_bias

NAME = f"ONNX Runtime {onnxruntime.__version__}"


def lstm(name, x, work, cell):
    """Returns a node that reads x, [time, batch, input], and its weights, [directions, 4*hidden, input or hidden]."""
    kernel, bias = regated(cell[0], "iofj"), regated(with_forget_bias(cell[1]), "iofj")
    weights = {
        name + "_w": kernel[: work.input].T[None],
        name + "_r": kernel[work.input :].T[None],
        name + "_b": np.concatenate([bias, np.zeros_like(bias)])[None],  # the second bias is the recurrence's
    }
    return helper.make_node("LSTM", [x, *weights], ["", name], hidden_size=work.hidden), weights


def model(work, data):
    """Returns the serialized graph from x, [batch, time, input], to the probabilities."""
    forward, forward_weights = lstm("forward", "rows", work, data.forward)
    backward, backward_weights = lstm("backward", "last", work, data.backward)
    constants = forward_weights | backward_weights | {"minus_1": np.array([-1]), "end": np.array([work.timesteps]), "zero": np.array([0])}
    constants |= {"w": data.w, "b": data.b}
    nodes = [
        helper.make_node("Transpose", ["x"], ["rows"], perm=[1, 0, 2]),
        helper.make_node("Slice", ["rows", "minus_1", "end"], ["last"]),
        forward,
        backward,
        helper.make_node("Concat", ["forward", "backward"], ["states"], axis=2),  # [1, batch, 2*hidden]
        helper.make_node("Squeeze", ["states", "zero"], ["read"]),
        helper.make_node("Gemm", ["read", "w", "b"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"]),
    ]
    graph = helper.make_graph(
        nodes,
        "bench",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", work.timesteps, work.input])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", work.classes])],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def build(peer, work, data):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1 if peer == "onnxruntime-1" else work.threads  # 0: one for each core
    session = onnxruntime.InferenceSession(model(work, data), options, providers=["CPUExecutionProvider"])
    parts = batches(work, data)
    following = cycle(parts)

    def loss_of(x, y):
        probabilities = session.run(None, {"x": x})[0]
        return -np.log(probabilities[np.arange(len(y)), y]).mean()

    def evaluate():
        return sum(loss_of(x, y) for x, y in parts) / len(parts)

    def predict():
        return loss_of(*following())

    return {"eval": evaluate, "single": predict}[work.kind]
