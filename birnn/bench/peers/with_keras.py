"""Keras on TensorFlow: Bidirectional(LSTM), as it is usually written. It computes the whole backward direction."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from worker import batches, cycle, regated, with_forget_bias

NAME = f"Keras {keras.__version__} on TensorFlow {tf.__version__}"


def build(peer, work, data):
    inputs = keras.Input((work.timesteps, work.input))
    lstm = layers.Bidirectional(layers.LSTM(work.hidden, return_sequences=not work.final))
    outputs = lstm(inputs)
    if not work.final:
        outputs = outputs[:, -1]
    out = layers.Dense(work.classes)
    model = keras.Model(inputs, out(outputs))
    weights = []
    for kernel, bias in (data.forward, data.backward):
        kernel, bias = regated(kernel, "ifjo"), regated(with_forget_bias(bias), "ifjo")
        weights += [kernel[: work.input], kernel[work.input :], bias]
    lstm.set_weights(weights)
    out.set_weights([data.w, data.b])
    model.compile(
        optimizer=keras.optimizers.Adam(work.rate, epsilon=1e-8),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    parts = batches(work, data)
    following = cycle(parts)

    def train():
        model.reset_metrics()  # or the loss would be the mean so far
        loss = model.train_on_batch(*parts[0])
        return loss[0] if isinstance(loss, (list, tuple)) else loss

    def evaluate():
        model.reset_metrics()
        return model.evaluate(data.x, data.y, batch_size=work.batch, verbose=0)

    @tf.function
    def probabilities(x):
        return tf.nn.softmax(model(x, training=False))

    def predict():
        x, y = following()
        return -np.log(probabilities(tf.constant(x)).numpy()[0, y[0]])

    return {"train": train, "eval": evaluate, "single": predict}[work.kind]
