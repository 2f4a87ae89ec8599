"""A worker of the benchmark: python worker.py MODULE PEER

It answers requests as described in serve.go, with a module such as with_torch.py. A module has NAME, its library with the version,
and build(peer, work, data), which returns a function that does the work once and returns the loss: of the training batch, of all
examples, or of the next one.
"""

import importlib
import json
import os
import sys
import time
from types import SimpleNamespace


def read(work):
    """Reads the file of writeData in data.go. All arrays are float32, except y."""
    import numpy as np

    numbers = np.fromfile(work.data, "<f4")

    def take(*shape):
        nonlocal numbers
        n = int(np.prod(shape))
        taken, numbers = numbers[:n].reshape(shape).copy(), numbers[n:]
        return taken

    x = take(work.examples, work.timesteps, work.input)
    y = take(work.examples).astype(np.int32)
    cell = lambda: (take(work.input + work.hidden, 4 * work.hidden), take(4 * work.hidden))
    data = SimpleNamespace(x=x, y=y, forward=cell(), backward=cell(), w=take(2 * work.hidden, work.classes), b=take(work.classes))
    assert numbers.size == 0, "the file does not have the data of this work"
    return data


def regated(array, order):
    """Returns the array with its gates, which are in the order i, j, f, o, in another order."""
    import numpy as np

    gates = dict(zip("ijfo", np.split(array, 4, axis=-1)))
    return np.concatenate([gates[g] for g in order], axis=-1)


def with_forget_bias(bias):
    """Returns the bias with the forget bias of 1, for libraries that do not add it."""
    bias = bias.copy()
    n = len(bias) // 4
    bias[2 * n : 3 * n] += 1
    return bias


def batches(work, data):
    """Returns the examples in batches."""
    return [(data.x[k : k + work.batch], data.y[k : k + work.batch]) for k in range(0, work.examples, work.batch)]


def cycle(items):
    """Returns a function that returns the next item, in a cycle."""
    k = -1

    def following():
        nonlocal k
        k = (k + 1) % len(items)
        return items[k]

    return following


def steps(step, request):
    milliseconds, losses, begin = [], [], time.perf_counter()
    limit = request.get("seconds") or float("inf")
    while len(losses) < request["steps"] and (not losses or time.perf_counter() - begin < limit):
        start = time.perf_counter()
        losses.append(float(step()))
        milliseconds.append((time.perf_counter() - start) * 1e3)
    return {"ms": milliseconds, "losses": losses}


def main():
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print goes to stderr

    def answer(reply):
        answers.write(json.dumps(reply) + "\n")

    try:
        module = importlib.import_module(sys.argv[1])
    except Exception as e:
        return answer({"error": f"loading: {type(e).__name__}: {e}"})
    answer({"ready": module.NAME})
    step = None
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("quit"):
            return
        try:
            if "setup" in request:
                work = SimpleNamespace(**request["setup"])
                data = read(work)
                start = time.perf_counter()
                step = module.build(sys.argv[2], work, data)
                loss = float(step())
                answer({"seconds": time.perf_counter() - start, "losses": [loss]})
            else:
                answer(steps(step, request))
        except Exception as e:
            answer({"error": f"{type(e).__name__}: {e}"})


if __name__ == "__main__":
    # The modules import the above from "worker", but this file runs as "__main__".
    sys.modules["worker"] = sys.modules["__main__"]
    main()
