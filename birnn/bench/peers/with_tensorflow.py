"""TensorFlow's static graph, in version 1 mode, as the original tutorial builds it. It computes only what is needed."""

import os
import warnings

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # BasicLSTMCell is in tf_keras
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
warnings.filterwarnings("ignore")

import numpy as np
import tensorflow as tf
from worker import batches, cycle

tf1 = tf.compat.v1
tf1.logging.set_verbosity(tf1.logging.ERROR)
tf1.disable_v2_behavior()

NAME = f"TensorFlow {tf.__version__}"


def build(peer, work, data):
    x = tf1.placeholder(tf.float32, [None, work.timesteps, work.input])
    y = tf1.placeholder(tf.float32, [None, work.classes])
    w = tf1.get_variable("W", [2 * work.hidden, work.classes])
    b = tf1.get_variable("b", [work.classes])
    forward = tf1.nn.rnn_cell.BasicLSTMCell(work.hidden, forget_bias=1.0)
    backward = tf1.nn.rnn_cell.BasicLSTMCell(work.hidden, forget_bias=1.0)
    outputs, _, _ = tf1.nn.static_bidirectional_rnn(forward, backward, tf.unstack(x, work.timesteps, 1), dtype=tf.float32)
    read = outputs[-1]
    if work.final:
        read = tf.concat([outputs[-1][:, : work.hidden], outputs[0][:, work.hidden :]], 1)
    logits = tf.matmul(read, w) + b
    probabilities = tf.nn.softmax(logits)
    loss = tf.reduce_mean(tf1.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))
    update = tf1.train.AdamOptimizer(learning_rate=work.rate).minimize(loss) if work.kind == "train" else None

    session = tf1.Session()
    session.run(tf1.global_variables_initializer())
    for variable, value in zip([*forward.weights, *backward.weights, w, b], [*data.forward, *data.backward, data.w, data.b]):
        variable.load(value, session)
    parts = [(images, np.eye(work.classes, dtype=np.float32)[labels]) for images, labels in batches(work, data)]
    following = cycle(parts)

    def train():
        images, one_hot = parts[0]
        return session.run([loss, update], {x: images, y: one_hot})[0]

    def evaluate():
        return sum(session.run(loss, {x: images, y: one_hot}) for images, one_hot in parts) / len(parts)

    def predict():
        images, one_hot = following()
        return -np.log(session.run(probabilities, {x: images})[0] @ one_hot[0])

    return {"train": train, "eval": evaluate, "single": predict}[work.kind]
