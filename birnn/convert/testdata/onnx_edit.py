"""Writes ONNX models that are valid and compute something else than the network in network.onnx, as refused_NAME.onnx."""

import copy

import numpy
import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic

network = onnx.load("network.onnx")  # FinalStates; 3 inputs, 5 time steps, 2 hidden units, 4 classes


def lstm_of(model):
    return next(node for node in model.graph.node if node.op_type == "LSTM")


def write(name, attributes={}, inputs={}):
    model = copy.deepcopy(network)
    node = lstm_of(model)
    node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
    node.input.extend([""] * (8 - len(node.input)))
    for position, value in inputs.items():
        model.graph.initializer.append(numpy_helper.from_array(value, f"input_{position}"))
        node.input[position] = f"input_{position}"
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, f"refused_{name}.onnx")


write("activations", {"activations": ["Sigmoid", "Relu", "Tanh"] * 2})
write("clip", {"clip": 1.0})
write("input_forget", {"input_forget": 1})
write("lengths", inputs={4: numpy.array([3, 4, 5], numpy.int32)})
write("peephole", inputs={7: numpy.ones((2, 3 * 2), numpy.float32)})
quantize_dynamic("network.onnx", "refused_quantized.onnx", op_types_to_quantize=["LSTM", "MatMul", "Gemm"])
