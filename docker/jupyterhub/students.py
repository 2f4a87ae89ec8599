"""Simulates a class: students log in to a JupyterHub at the same time, and each runs all cells of the tutorial, with the image's trained network.

Run it as root on the machine (or in the container) of the hub, with the hub's password in CLASS_PASSWORD. Prints the memory and
processor time that each student took, and how many students fit on 16 GiB.
"""

import argparse
import collections
import html
import json
import os
import re
import sys
import threading
import time
import uuid

import requests
import websocket

HUB = "http://127.0.0.1:8000"
NOTEBOOK = "work/tutorials/notebooks/bidirectional_rnn.ipynb"
MEMORY = 16 * 1024  # MB
options = argparse.ArgumentParser(description=__doc__)
options.add_argument("number", type=int, help="how many students")
options.add_argument("--name", default="student", help="followed by a number, the name of each student")
options.add_argument("--stagger", type=float, default=0, help="seconds from one login to the next")
options.add_argument("--train", action="store_true", help="each trains a network of their own for one epoch")
options.add_argument("--complete", action="store_true", help="each completes a name at the end")
options = options.parse_args()
NAMES = [f"{options.name}{n + 1}" for n in range(options.number)]


class Student(threading.Thread):
    def __init__(self, name):
        super().__init__(name=name, daemon=True)
        self.web = requests.Session()
        self.error, self.cells, self.figures, self.waited, self.first, self.seconds = None, 0, 0, 0.0, 0.0, 0.0

    def run(self):
        try:
            self.log_in()
            self.work()
        except Exception as error:  # reported at the end
            self.error = f"{type(error).__name__}: {error}"

    def call(self, method, path, **more):
        """Makes a request, with the path's token for protection against cross-site request forgery."""
        headers = {"X-XSRFToken": c.value for c in self.web.cookies if c.name == "_xsrf" and path.startswith(c.path)}
        answer = self.web.request(method, HUB + path, headers=headers, timeout=120, **more)
        answer.raise_for_status()
        return answer

    def log_in(self):
        form = {"username": self.name, "password": os.environ["CLASS_PASSWORD"]}
        self.call("GET", "/hub/login")
        form["_xsrf"] = next(c.value for c in self.web.cookies if c.name == "_xsrf")
        self.call("POST", "/hub/login", data=form)
        self.call("POST", f"/hub/api/users/{self.name}/server")
        began = time.monotonic()
        while not self.call("GET", f"/hub/api/users/{self.name}").json()["servers"].get("", {}).get("ready"):
            if time.monotonic() > began + 600:
                raise TimeoutError("no server within ten minutes")
            time.sleep(0.5)
        self.waited = time.monotonic() - began
        self.call("GET", f"/user/{self.name}/lab")  # authorized by the hub

    def work(self):
        base = f"/user/{self.name}/api/"
        notebook = self.call("GET", base + "contents/" + NOTEBOOK).json()["content"]
        session = self.call("POST", base + "sessions", json={
            "path": NOTEBOOK, "name": "", "type": "notebook", "kernel": {"name": "gonb"}}).json()
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.web.cookies if base.startswith(c.path))
        self.kernel = websocket.create_connection(
            HUB.replace("http", "ws") + base + f"kernels/{session['kernel']['id']}/channels", cookie=cookies, timeout=600)
        began = time.monotonic()
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            if options.train:
                source = re.sub(r"(?m)^(\s*epochs\s*=\s*)\d+", r"\g<1>1", source).replace('"checkpoints")', '"mine")')
            if cell["cell_type"] == "code":
                self.execute(source)
                self.cells += 1
                self.first = self.first or time.monotonic() - began
        self.seconds = time.monotonic() - began
        if options.complete:
            self.complete()

    def ask(self, question, **content):
        """Sends a request to the kernel and returns its ID."""
        number = uuid.uuid4().hex
        self.kernel.send(json.dumps({
            "header": {"msg_id": number, "msg_type": question, "username": self.name, "session": self.name, "version": "5.3"},
            "parent_header": {}, "metadata": {}, "channel": "shell", "buffers": [], "content": content}))
        return number

    def complete(self):
        code, limit = "%%\nfmt.Printl", time.monotonic() + 600
        while time.monotonic() < limit:
            request = self.ask("complete_request", code=code, cursor_pos=len(code))
            while True:
                message = json.loads(self.kernel.recv())
                if message["parent_header"].get("msg_id") == request and message["msg_type"] == "complete_reply":
                    break
            if any("Println" in match for match in message["content"].get("matches") or []):
                return
            time.sleep(1)  # it is still loading
        raise TimeoutError("Println was not completed within ten minutes")

    def execute(self, source):
        replied, idle, printed = None, False, ""
        request = self.ask("execute_request", code=source, silent=False, store_history=True, user_expressions={}, allow_stdin=False)
        while not (replied and idle):
            message = json.loads(self.kernel.recv())
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "execute_reply":
                replied = content["status"]
            elif message["msg_type"] == "status":
                idle = content["execution_state"] == "idle"
            elif message["msg_type"] in ("stream", "error"):
                printed += content.get("text") or content.get("evalue", "")
            elif message["msg_type"] in ("display_data", "update_display_data"):
                self.figures += "image/png" in content["data"]
                if "image/png" not in content["data"]:
                    printed += re.sub("<[^>]*>", "", html.unescape(content["data"].get("text/html", "")))
        if replied != "ok":
            raise RuntimeError(f"the cell {source[:40]!r} failed: {printed[-500:]}")


class Usage:
    """The current memory (PSS, MB) and processor time (s) of all processes, by student and program."""

    def __init__(self):
        self.memory, self.programs, self.time = collections.Counter(), collections.Counter(), collections.Counter()
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                user = self.student(process)
                if user is None and not self.is_hub(process):
                    continue
                with open(f"/proc/{process}/smaps_rollup") as file:
                    memory = next(int(line.split()[1]) / 1024 for line in file if line.startswith("Pss:"))
                with open(f"/proc/{process}/stat") as file:
                    name, _, rest = file.read().partition("(")[2].rpartition(")")
            except (OSError, StopIteration):
                continue  # it has ended
            ticks = sum(int(n) for n in rest.split()[11:15])  # its own, and those of children that have ended
            self.memory[user or "hub"] += memory
            self.time[user or "hub"] += ticks / os.sysconf("SC_CLK_TCK")
            if user:
                self.programs[name] += memory
        self.students = sum(self.memory[name] for name in NAMES)

    @staticmethod
    def student(process):
        """The owner of a process: JupyterHub sets a variable for the server, which all its processes inherit, in containers too."""
        with open(f"/proc/{process}/environ", errors="replace") as file:
            for variable in file.read().split("\0"):
                if variable.startswith("JUPYTERHUB_USER="):
                    return variable.partition("=")[2]
        return None

    @staticmethod
    def is_hub(process):
        with open(f"/proc/{process}/cmdline", errors="replace") as file:
            line = file.read()
        return any(word in line for word in ("configurable-http-proxy", "jupyterhub_config.py", "idle_culler", "containerd-shim"))


def most(programs):
    return ", ".join(f"{name} {memory / len(NAMES):.0f}" for name, memory in programs.most_common(6) if memory / len(NAMES) >= 1)


def main():
    students = [Student(name) for name in NAMES]
    for student in students:
        student.start()
        time.sleep(options.stagger)
    peak, peaks, busy = None, collections.Counter(), []
    while any(student.is_alive() for student in students):
        began = time.monotonic()
        usage = Usage()
        looking = time.monotonic() - began
        busy.append(usage.students)
        if peak is None or usage.students > peak.students:
            peak = usage
        peaks |= usage.memory
        time.sleep(max(0.5, 9 * looking))  # to avoid slowing them down
    time.sleep(5)
    rest = Usage()

    print("student      at rest       peak   processor     server   first cell   all cells   cells   figures")
    for s in students:
        print(f"{s.name:10} {rest.memory[s.name]:6.0f} MB  {peaks[s.name]:6.0f} MB   {rest.time[s.name]:6.1f} s   {s.waited:6.1f} s     {s.first:6.1f} s    {s.seconds:6.1f} s"
              f"   {s.cells:5} {s.figures:7}   {s.error or ''}")
    if not rest.students:
        return 1
    count, room = len(students), MEMORY - rest.memory["hub"]
    print(f"hub and proxy: {rest.memory['hub']:.0f} MB")
    print(f"at rest, for each: {rest.students / count:.0f} MB ({most(rest.programs)}): {room // (rest.students / count):.0f} students on 16 GiB")
    print(f"while all run, for each: {peak.students / count:.0f} MB at most ({most(peak.programs)}): {room // (peak.students / count):.0f} students on 16 GiB;"
          f" {sum(busy) / len(busy) / count:.0f} MB on average")
    return any(s.error or s.figures < 8 for s in students)


if __name__ == "__main__":
    sys.exit(main())
