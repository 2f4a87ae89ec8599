"""Runs a notebook without a browser, and writes it with its outputs, and as a web page.

Arguments: the notebook, the directory to run it in, and the two files to write.
Exits with 0 if every cell succeeded, otherwise with 1. Both files are written in any case.
"""

import html
import re
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert import HTMLExporter


def plain(text):
    """The text without terminal escape codes."""
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)


def headings(nb):
    """For each cell, the last heading in or before it."""
    last, result = "", []
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            found = re.findall(r"^#+\s+(.+?)\s*#*$", cell.source, re.MULTILINE)
            last = found[-1] if found else last
        result.append(last)
    return result


def readable(page):
    """The text of the HTML in which GoNB shows a compiler's errors, without the code that it shows on hover."""
    page = re.sub(r"<style>.*?</style>|<div class=\"gonb-err-context\">.*?</div></div>", "", page, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]*>", "", page))
    return [line.strip() for line in text.split("\n") if line.strip() and not line.startswith((" # gonb_", "# gonb_"))]


def what_failed(cell, error):
    """The error as the cell shows it, cut to 40 lines."""
    written, shown, raised = [], [], []
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and output.name == "stderr":
            written += plain(output.text).rstrip().split("\n")
        elif output.output_type == "display_data" and "gonb-err" in output.data.get("text/html", ""):
            shown += readable(output.data["text/html"])
        elif output.output_type == "error":
            raised += plain("\n".join(output.traceback) or f"{output.ename}: {output.evalue}").rstrip().split("\n")
    lines = written or shown or raised or plain(str(error)).rstrip().split("\n")
    if len(lines) > 40:
        lines = lines[:20] + [f"... {len(lines) - 40} lines omitted ..."] + lines[-20:]
    return lines


class Progress:
    """Prints a line for each code cell that has run."""

    def __init__(self, nb):
        self.names = headings(nb)
        self.code = [i for i, c in enumerate(nb.cells) if c.cell_type == "code" and c.source.strip()]
        self.last = None
        self.started = time.monotonic()

    def begin(self, cell, cell_index):
        self.last, self.started = cell_index, time.monotonic()

    def end(self, cell, cell_index, execute_reply):
        self.show("✓" if execute_reply["content"]["status"] == "ok" else "✗")

    def show(self, mark):
        if self.last not in self.code:
            return
        number = f"{self.code.index(self.last) + 1}/{len(self.code)}"
        name = self.names[self.last] or "cell"
        print(f"{mark} {number:>7}  {name:<56.56} {time.monotonic() - self.started:7.1f} s", flush=True)


def write(nb, notebook, page):
    nb.metadata.language_info["pygments_lexer"] = "go"  # GoNB sets none, and the web page would use Python's
    nbformat.write(nb, notebook)
    exporter = HTMLExporter(embed_images=True)
    body, _ = exporter.from_notebook_node(nb)
    with open(page, "w", encoding="utf-8") as f:
        f.write(body)


def main(source, folder, notebook, page):
    nb = nbformat.read(source, as_version=4)
    progress = Progress(nb)
    client = NotebookClient(
        nb, timeout=None, kernel_name="gonb", record_timing=False, coalesce_streams=True, resources={"metadata": {"path": folder}},
        on_cell_execute=progress.begin, on_cell_executed=progress.end,
    )
    status = 0
    try:
        client.execute()
    except CellExecutionError as error:
        failed = nb.cells[progress.last]
        print(f"\nA cell under {progress.names[progress.last]!r} failed:", *what_failed(failed, error), sep="\n", file=sys.stderr)
        status = 1
    except (KeyboardInterrupt, DeadKernelError, AssertionError):  # nbclient asserts when it is interrupted in a cell
        print("The Go kernel ended while a cell ran: it was interrupted, or ran out of memory.", file=sys.stderr)
        status = 1
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        status = 1
    write(nb, notebook, page)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
