"""Prints TensorFlow's numbers for the cell of two units in inside_the_lstm.ipynb.

The cell is TensorFlow's BasicLSTMCell in double precision, with 3 inputs, 2 hidden units and
forget bias 1. It reads four time steps; the loss is the cross-entropy of the last hidden state,
taken as the scores of two classes, of which class 1 is the true one. To run it, with Python 3.11:

    python3 -m venv /tmp/tf
    /tmp/tf/bin/pip install --no-deps -r birnn/testdata/requirements.txt
    /tmp/tf/bin/python notebooks/testdata/cell.py
"""

import os
import warnings

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
warnings.filterwarnings("ignore", message=".*is deprecated.*")

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1
tf1.logging.set_verbosity(tf1.logging.ERROR)
tf1.disable_v2_behavior()

INPUTS, HIDDEN, STEPS = 3, 2, 4


def go(array):
    """The numbers as a Go composite literal."""
    if array.ndim == 0:
        return repr(float(array))
    return "{" + ", ".join(go(a) for a in array) + "}"


def main():
    rng = np.random.RandomState(1)
    kernel = rng.permutation(np.arange(-20, 20) / 20 + 0.025)  # No two are equal.
    kernel = kernel.reshape(INPUTS + HIDDEN, 4 * HIDDEN).round(3)
    bias = rng.permutation(np.arange(-4, 4) / 10 + 0.05).round(2)
    x = rng.permutation(np.arange(-6, 6) / 10 + 0.05).reshape(STEPS, INPUTS).round(2)
    h0, c0 = np.array([0.1, -0.2]), np.array([0.4, -0.3])

    cell = tf1.nn.rnn_cell.BasicLSTMCell(HIDDEN, forget_bias=1.0, dtype=tf.float64)
    state = tf1.nn.rnn_cell.LSTMStateTuple(tf.constant(c0[None]), tf.constant(h0[None]))
    first = None
    for row in x:
        _, state = cell(tf.constant(row[None]), state)
        first = first or state
    loss = tf1.nn.softmax_cross_entropy_with_logits(labels=[[0.0, 1.0]], logits=state.h)[0]
    gradients = tf.gradients(loss, cell.weights)

    with tf1.Session() as session:
        for variable, value in zip(cell.weights, (kernel, bias)):
            variable.load(value, session)
        first, loss, (d_kernel, d_bias) = session.run([first, loss, gradients])
    numbers = {
        "kernel": kernel, "bias": bias, "x": x, "h0": h0, "c0": c0,
        "h after the first step": first.h[0], "c after the first step": first.c[0],
        "loss": loss, "gradient of the kernel": d_kernel, "gradient of the bias": d_bias,
    }
    print("TensorFlow", tf.__version__)
    for name, value in numbers.items():
        print(name + ":", go(np.asarray(value)))


if __name__ == "__main__":
    main()
