// Package convert reads and writes networks of package birnn in the file
// formats of other frameworks.
//
//	format    file          written                          read
//	ONNX      .onnx         a graph of LSTM nodes            graphs of the same network, as torch.onnx.export makes them
//	PyTorch   .safetensors  a state_dict                     state_dicts of an nn.LSTM and an nn.Linear
//	Keras     .keras        a model for keras.models         models of a Bidirectional(LSTM) and a Dense
//
// A file has the network's dimensions, its readout and its weights: it predicts
// the same probabilities, up to rounding. It does not contain the state of the
// training: the optimizer's moments, the history, the step and the random
// numbers. The configuration of a network that was read has the training
// settings of [birnn.DefaultConfig].
//
// Other frameworks have no separate forget bias. Writing adds it to the bias; after
// reading, Config.ForgetBias is zero.
//
// The command birnn-convert converts files and checkpoint directories:
//
//	go run github.com/easy-gomlx/tutorials/birnn/convert/birnn-convert digits digits.keras
//
// To predict with a network that was read, give its weights to a model:
//
//	cfg, weights, err := convert.ReadKeras(file)
//	...
//	m, err := birnn.New(backend, cfg)
//	...
//	err = m.SetWeights(weights)
//
// # ONNX
//
// [WriteONNX] writes a graph of the standard operators, which ONNX Runtime and
// others compute for a batch of any size:
//
//	import onnxruntime
//
//	session = onnxruntime.InferenceSession("digits.onnx")
//	(probabilities,) = session.run(None, {"x": x})  # x is [n, 28, 28], float32
//	classes = probabilities.argmax(axis=1)
//
// [ReadONNX] reads what torch.onnx.export makes of the network in the section
// on PyTorch, with either exporter, with and without the softmax:
//
//	torch.onnx.export(network, (x,), "trained.onnx", input_names=["x"],
//	                  dynamic_shapes={"x": {0: torch.export.Dim("batch")}}, external_data=False)
//
// It finds out what each value of the graph is computed from, so the output
// layer may select the hidden states in any way. A graph that computes anything
// else is refused.
//
// # PyTorch
//
// [WritePyTorch] writes a state_dict in the safetensors format. In PyTorch, the
// network is:
//
//	import torch
//	from safetensors.torch import load_file, save_file
//
//	class Network(torch.nn.Module):
//	    def __init__(self):
//	        super().__init__()
//	        self.lstm = torch.nn.LSTM(28, 128, batch_first=True, bidirectional=True)
//	        self.out = torch.nn.Linear(2 * 128, 10)
//
//	    def forward(self, x):
//	        outputs, (h, c) = self.lstm(x)
//	        return self.out(outputs[:, -1])  # FinalStates: torch.cat([h[0], h[1]], 1)
//
//	network = Network()
//	network.load_state_dict(load_file("digits.safetensors"))
//	probabilities = torch.softmax(network(x), 1)  # x is [n, 28, 28]
//
// PyTorch has two biases, which it adds. bias_ih holds the whole bias, bias_hh is
// zero; reading adds them.
//
// A state_dict does not say how long sequences are, nor which outputs the
// output layer reads. Both are in the metadata of the file, as "timesteps" and
// "readout", and [ReadPyTorch] needs them:
//
//	metadata = {"timesteps": "28", "readout": "LastOutput"}  # or "FinalStates"
//	save_file(network.state_dict(), "trained.safetensors", metadata=metadata)
//
// The modules may have other names. Their tensors must be float32.
//
// # Keras
//
// [WriteKeras] writes a model of Keras 3 with its configuration, whatever its
// backend:
//
//	import keras
//
//	model = keras.models.load_model("digits.keras")
//	probabilities = model.predict(x)  # x is [n, 28, 28]
//
// [ReadKeras] reads what the save method of such a model writes, here one with
// FinalStates:
//
//	model = keras.Sequential([
//	    keras.Input((28, 28)),
//	    keras.layers.Bidirectional(keras.layers.LSTM(128)),
//	    keras.layers.Dense(10, activation="softmax"),
//	])
//	model.save("trained.keras")
//
// LastOutput is that with the last of all outputs:
//
//	model = keras.Sequential([
//	    keras.Input((28, 28)),
//	    keras.layers.Bidirectional(keras.layers.LSTM(128, return_sequences=True)),
//	    keras.layers.Cropping1D((27, 0)),
//	    keras.layers.Flatten(),
//	    keras.layers.Dense(10, activation="softmax"),
//	])
//	model.save("trained.keras")
//
// A functional model of the same layers is read too, also with [:, -1] for the last
// output. The Dense layer may be linear, with or without a softmax layer after
// it. Dropout layers are ignored, because they do nothing in prediction. Files
// with weights only (.weights.h5) do not say what the layers are, and are not
// read.
//
// # Untrusted files
//
// No code in a file is ever run, and nothing is unpickled. If a file cannot be
// converted, the error is an [*Error] that names the tensor, layer or node.
// Reading allocates no more than a small multiple of the file's size, whatever
// the file claims. Files larger than the largest network of package birnn, whose
// weights take 1 GiB, are not read.
package convert
