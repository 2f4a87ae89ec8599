"""Interrupts the tutorial's training cell in every way that Jupyter can, with a real kernel.

Arguments: a notebook whose last cell is the training cell, for one epoch, and the folder that it runs in. Prints a line for
each event, for the test of the training cell to read.
"""

import os
import random
import signal
import sys
import time

import nbformat
from jupyter_client import KernelManager


class Notebook:
    """A kernel that has run all cells but the training cell."""

    def __init__(self, path, folder):
        self.manager = KernelManager(kernel_name="gonb")
        self.manager.start_kernel(cwd=folder)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        *before, self.training = [cell.source for cell in nbformat.read(path, as_version=4).cells]
        for source in before:
            self.run(source)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def start(self, source):
        return self.client.execute(source)

    def outputs(self, request, until=None):
        """What the cell prints, to its end or until it has printed a text."""
        text, status = "", ""
        while True:
            message = self.client.get_iopub_msg(timeout=300)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                text += content["text"]
            elif message["msg_type"] in ("display_data", "update_display_data"):
                text += "[" + content["data"].get("text/plain", "") + "]\n"
            elif message["msg_type"] == "error":
                status = "error"
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                return text + status
            if until and until in text:
                return text

    def run(self, source):
        text = self.outputs(self.start(source))
        if text.endswith("error"):
            sys.exit(f"a cell failed:\n{source}\n{text}")
        return text

    def train(self, until=None):
        """Starts the training cell, and waits until it ends or has printed a text."""
        request = self.start(self.training)
        return request, self.outputs(request, until)

    def programs(self):
        """The programs of cells that this kernel runs: its children, except for the language server."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            name, state, parent = about(pid)
            if parent == self.manager.provisioner.pid and name != "gopls" and state != "Z":
                found.append(pid)
        return found


def about(pid):
    """Name, state and parent of a process, which has ended if the state is Z."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            name, _, rest = f.read().partition("(")[2].rpartition(")")
    except OSError:
        return "", "Z", 0
    return name, rest.split()[0], int(rest.split()[1])


def ended(pids):
    """How long it takes until the processes have ended, at most ten seconds."""
    start = time.monotonic()
    while any(about(pid)[1] != "Z" for pid in pids):
        if time.monotonic() - start > 10:
            return "never"
        time.sleep(0.02)
    return f"{time.monotonic() - start:.2f} s"


def progress(text):
    return next(line for line in text.splitlines() if line.startswith("Training: "))


def events(text):
    return progress(text) + ", " + next((line for line in text.splitlines() if line.startswith("Epoch: 1,")), "nothing to train")


def main(path, folder):
    nb = Notebook(path, folder)
    request, text = nb.train(until="iter 100")
    time.sleep(random.random() / 5)
    start = time.monotonic()
    nb.manager.interrupt_kernel()
    text += nb.outputs(request)
    print(f"stop button: {time.monotonic() - start:.2f} s, {text.splitlines()[-1]}")

    request, text = nb.train(until="iter 200")
    print(progress(text))
    programs = nb.programs()
    nb.manager.restart_kernel(now=False)
    print(f"kernel restarted: {len(programs)} program, ended after {ended(programs)}")
    nb.close()

    nb = Notebook(path, folder)
    request, text = nb.train(until="iter 300")
    print(progress(text))
    programs = nb.programs()
    os.kill(nb.manager.provisioner.pid, signal.SIGKILL)
    print(f"kernel killed: {len(programs)} program, ended after {ended(programs)}")
    nb.close()

    nb = Notebook(path, folder)
    print(events(nb.train()[1]))
    print("finished:", events(nb.train()[1]))
    nb.close()

    os.environ["EASY_GOMLX_CHECKPOINTS"] += "/uninterrupted"
    nb = Notebook(path, folder)
    print("elsewhere:", events(nb.train()[1]))
    nb.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
