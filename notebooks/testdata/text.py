"""Prints the text of notebooks in Jupytext's percent format, as a JSON object: text by name. Fails if a text does not have the notebook's cells.

Arguments: the notebooks.
"""

import json
import sys

import jupytext


def cells(nb):
    return [(cell.cell_type, cell.source) for cell in nb.cells]


texts = {}
for name in sys.argv[1:]:
    notebook = jupytext.read(name)
    texts[name] = jupytext.writes(notebook, "go:percent")
    for want, got in zip(cells(notebook), cells(jupytext.reads(texts[name], "go:percent")), strict=True):
        if got != want:
            sys.exit(f"{name}: the cell\n{want[1]}\nwould become\n{got[1]}")
print(json.dumps(texts))
