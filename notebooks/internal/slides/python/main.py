"""Writes the slides of a notebook as one web page.

Arguments: the directory of the packages that the slides need, the notebook, and the file to write.
"""

import os
import sys
from itertools import groupby
from pathlib import Path

sys.path.append(sys.argv[1])

import jinja2  # noqa: E402
import nbformat  # noqa: E402

import deck  # noqa: E402
import markup  # noqa: E402


def read(*parts):
    """The text of a file, to be put into the page."""
    return Path(*parts).read_text(encoding="utf-8").replace("</script", "<\\/script")


def page(nb, packages):
    here = Path(__file__).parent
    reveal = Path(packages, "sphinx_revealjs", "_static", "revealjs")
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(here), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    slides = deck.slides(nb)
    if not slides or slides[0].kind != "title":
        sys.exit("it does not begin with a first-level heading, which is the title of the slides")
    language = nb.metadata.get("kernelspec", {}).get("language", "text")
    return env.get_template("page.html").render(
        parts=[list(part) for _, part in groupby(slides, lambda slide: slide.part)], language=language, markup=markup, title=markup.text(slides[0].title),
        css=[read(reveal, "dist", "reveal.css"), read(here, "slides.css"), markup.code_css()],
        js=[read(reveal, "dist", "reveal.js"), read(reveal, "plugin", "notes", "notes.js")],
        license=read(reveal, "LICENSE"),
    )


def main(packages, notebook, out):
    html = page(nbformat.read(notebook, as_version=4), packages)
    Path(out + ".new").write_text(html, encoding="utf-8")
    os.replace(out + ".new", out)


if __name__ == "__main__":
    main(*sys.argv[1:])
