"""Writes tensorflow.json, the numbers that birnn's tests compare with.

It builds the original tutorial's graph in TensorFlow's version 1 mode, with
TensorFlow's own BasicLSTMCell, static_bidirectional_rnn and AdamOptimizer, and
records the predictions, the loss, the gradients and five training steps for
several small networks. The data and the weights are random, not MNIST.

TensorFlow 2.21 keeps BasicLSTMCell in the package tf_keras, which it uses when
TF_USE_LEGACY_KERAS is set. To make the file again, from the repository's root
with Python 3.11:

    python3 -m venv /tmp/tf
    /tmp/tf/bin/pip install --no-deps -r birnn/testdata/requirements.txt
    /tmp/tf/bin/python birnn/testdata/tensorflow.py

In the file, arrays are flat and row-major, and every number is the shortest
decimal that reads back as the same float32.
"""

import json
import os
import pathlib
import sys
import warnings

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # The same numbers on every run.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
warnings.filterwarnings("ignore", message=".*is deprecated.*")

# This file is called tensorflow too: keep Python from importing it instead.
HERE = pathlib.Path(__file__).resolve().parent
sys.path = [entry for entry in sys.path if pathlib.Path(entry).resolve() != HERE]

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1
tf1.logging.set_verbosity(tf1.logging.ERROR)
tf1.disable_v2_behavior()

STEPS = 5
BOTH = ("last_output", "final_states")

# Seed, (num_input, timesteps, num_hidden, num_classes, batch), forget bias, learning rate,
# readouts. With these seeds no prediction is nearly a tie, so that rounding cannot change an
# accuracy. MNIST's shape takes most of the file's size, hence one readout for each of those.
CASES = [
    (4, (5, 7, 3, 4, 6), 1.0, 0.001, BOTH),
    (1, (1, 1, 1, 2, 1), 1.0, 0.001, BOTH),
    (3, (3, 11, 5, 3, 9), 0.5, 0.01, BOTH),
    (36, (4, 2, 8, 10, 13), 1.0, 0.001, BOTH),
    (50, (28, 28, 16, 10, 10), 1.0, 0.001, BOTH[:1]),
    (6, (28, 28, 5, 10, 5), 1.0, 0.001, BOTH[1:]),
]


def flat(array):
    """The array's float32 numbers as a list that JSON writes in their shortest form."""
    return [float(str(v)) for v in np.asarray(array, np.float32).ravel()]


def random_case(seed, sizes):
    """A batch and initial weights, large enough to take the gates off their middle."""
    num_input, timesteps, hidden, classes, batch = sizes
    rng = np.random.RandomState(seed)
    x = rng.uniform(0, 1, (batch, timesteps, num_input))
    x[rng.uniform(0, 1, x.shape) < 0.3] = 0  # Blank pixels, as in an image,
    x.flat[0] = 0.75  # but never all of them.
    y = rng.randint(0, classes, batch)
    kernel = (num_input + hidden, 4 * hidden)
    weights = {
        "forward_kernel": rng.uniform(-0.5, 0.5, kernel),
        "forward_bias": rng.normal(0, 0.2, 4 * hidden),
        "backward_kernel": rng.uniform(-0.5, 0.5, kernel),
        "backward_bias": rng.normal(0, 0.2, 4 * hidden),
        "W": rng.normal(0, 0.5, (2 * hidden, classes)),
        "b": rng.normal(0, 0.2, classes),
    }
    # A few decimals are enough, and keep the file small.
    return x.round(2), y, {name: value.round(3) for name, value in weights.items()}


def run_case(seed, sizes, forget_bias, learning_rate, readout):
    num_input, timesteps, hidden, classes, batch = sizes
    x_batch, y_batch, initial = random_case(seed, sizes)

    tf1.reset_default_graph()
    x = tf1.placeholder(tf.float32, [None, timesteps, num_input])
    y = tf1.placeholder(tf.float32, [None, classes])
    w = tf1.get_variable("W", [2 * hidden, classes])
    b = tf1.get_variable("b", [classes])
    fw_cell = tf1.nn.rnn_cell.BasicLSTMCell(hidden, forget_bias=forget_bias)
    bw_cell = tf1.nn.rnn_cell.BasicLSTMCell(hidden, forget_bias=forget_bias)
    outputs, _, _ = tf1.nn.static_bidirectional_rnn(
        fw_cell, bw_cell, tf.unstack(x, timesteps, 1), dtype=tf.float32)
    # The backward outputs are back in the input's order: at the last row that
    # direction has read one row, at the first row it has read them all.
    read = outputs[-1]
    if readout == "final_states":
        read = tf.concat([outputs[-1][:, :hidden], outputs[0][:, hidden:]], 1)
    logits = tf.matmul(read, w) + b
    probabilities = tf.nn.softmax(logits)
    loss = tf.reduce_mean(tf1.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))
    correct = tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1))
    accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    train = tf1.train.AdamOptimizer(learning_rate=learning_rate).minimize(loss)

    # In the order of initial's names.
    variables = dict(zip(initial, [*fw_cell.weights, *bw_cell.weights, w, b]))
    gradients = dict(zip(initial, tf.gradients(loss, list(variables.values()))))
    feed = {x: x_batch, y: np.eye(classes)[y_batch]}
    config = tf1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    with tf1.Session(config=config) as session:
        session.run(tf1.global_variables_initializer())
        for name, value in initial.items():
            variables[name].load(value, session)
        before = session.run([probabilities, loss, accuracy, gradients], feed)
        steps = []
        for _ in range(STEPS):
            steps.append(session.run([loss, accuracy], feed))
            session.run(train, feed)
        final, final_probabilities = session.run([variables, probabilities], feed)

    def named(arrays):
        return {name: flat(arrays[name]) for name in initial}

    return {
        "name": "in%d_steps%d_hidden%d_classes%d_batch%d_" % sizes + readout,
        "num_input": num_input, "timesteps": timesteps, "num_hidden": hidden, "num_classes": classes,
        "batch": batch, "learning_rate": learning_rate, "forget_bias": forget_bias, "readout": readout,
        "x": flat(x_batch), "y": y_batch.tolist(), "initial": named(initial),
        "probabilities": flat(before[0]), "loss": flat(before[1])[0],
        "accuracy": flat(before[2])[0], "gradients": named(before[3]),
        "losses": flat([step[0] for step in steps]), "accuracies": flat([step[1] for step in steps]),
        "final": named(final), "final_probabilities": flat(final_probabilities),
    }


def main():
    cases = [json.dumps(run_case(*case, readout), separators=(",", ":"))
             for *case, readouts in CASES for readout in readouts]
    text = '{"tensorflow":"%s","cases":[\n%s\n]}\n' % (tf.__version__, ",\n".join(cases))
    (HERE / "tensorflow.json").write_text(text)


if __name__ == "__main__":
    main()
