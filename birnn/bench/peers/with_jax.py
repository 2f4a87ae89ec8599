"""JAX: lax.scan over the time steps, after one matrix product for all inputs; jit, and donated buffers."""

import os

os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np
from worker import batches, cycle

NAME = f"JAX {jax.__version__}"


def run(cell, x):
    """Returns the hidden state after x, [time, batch, input]."""
    kernel, bias = cell
    inputs, hidden = x.shape[2], bias.shape[0] // 4
    zx = x @ kernel[:inputs] + bias

    def step(state, z):
        c, h = state
        i, j, f, o = jnp.split(z + h @ kernel[inputs:], 4, axis=-1)
        c = jax.nn.sigmoid(f + 1) * c + jax.nn.sigmoid(i) * jnp.tanh(j)
        return (c, jax.nn.sigmoid(o) * jnp.tanh(c)), None

    zero = jnp.zeros((x.shape[1], hidden), x.dtype)
    return jax.lax.scan(step, (zero, zero), zx)[0][1]


def logits(params, x, final):
    x = jnp.swapaxes(x, 0, 1)
    backwards = x[::-1] if final else x[-1:]
    read = jnp.concatenate([run(params["forward"], x), run(params["backward"], backwards)], 1)
    return read @ params["w"] + params["b"]


def build(peer, work, data):
    params = {"forward": data.forward, "backward": data.backward, "w": data.w, "b": data.b}
    params = jax.tree.map(jnp.asarray, params)
    parts = batches(work, data)
    following = cycle(parts)

    def loss_of(params, x, y):
        log_p = jax.nn.log_softmax(logits(params, x, work.final))
        return -jnp.mean(log_p[jnp.arange(x.shape[0]), y])

    def update(state, x, y):
        params, m, v, t = state
        loss, gradients = jax.value_and_grad(loss_of)(params, x, y)
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
        rate = work.rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        params = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), params, m, v)
        return (params, m, v, t), loss

    if work.kind == "train":
        compiled = jax.jit(update, donate_argnums=0)
        state = (params, jax.tree.map(jnp.zeros_like, params), jax.tree.map(jnp.zeros_like, params), jnp.float32(0))

        def train():
            nonlocal state
            state, loss = jax.block_until_ready(compiled(state, *parts[0]))
            return loss

        return train

    compiled_loss = jax.jit(loss_of)
    probabilities = jax.jit(lambda params, x: jax.nn.softmax(logits(params, x, work.final)))

    def evaluate():
        return sum(float(compiled_loss(params, x, y)) for x, y in parts) / len(parts)

    def predict():
        x, y = following()
        return -np.log(np.asarray(probabilities(params, x))[0, y[0]])

    return evaluate if work.kind == "eval" else predict
