"""The configuration of the book: Sphinx with MyST-NB. Package book writes the sources and runs it."""

import re

from docutils import nodes
from latex2mathml.converter import convert
from pygments.lexer import inherit
from pygments.lexers import GoLexer
from pygments.token import Comment

project = "Bidirectional RNNs in Go"
language = "en"
extensions = ["myst_nb", "sphinx_copybutton"]
exclude_patterns = ["_static"]
suppress_warnings = ["misc.highlighting_failure"]  # a part of a program need not be one

nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4

html_theme = "sphinx_book_theme"
html_title = project
html_short_title = project
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_favicon = "favicon.svg"
html_sidebars = {"**": ["search-button-field.html", "sbt-sidebar-nav.html"]}
html_context = {"default_mode": "auto"}
html_js_files = ["book.js"]
html_math_renderer = "mathml"
html_copy_source = html_show_sourcelink = html_show_sphinx = html_show_copyright = False
html_permalinks_icon = "#"
html_domain_indices = html_use_index = False
html_theme_options = {
    "home_page_in_toc": True,
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "navbar_persistent": [],
    "footer_content_items": [],
}


class Cell(GoLexer):
    """Go, with the commands of GoNB: lines that begin with % or !."""

    tokens = {"root": [(r"^[%!].*\n?", Comment.Preproc), inherit]}


def mathml(latex, display):
    # The package calls aligned by another name, and leaves out the thin space between a function and its argument.
    latex = latex.replace("{aligned}", "{align*}")
    latex = re.sub(r"\\(ln|tanh)\b\s*(?=[\w\\])", r"\\\1\\,", latex)
    return convert(latex, display=display)


def visit_math(self, node):
    self.body.append(mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_math_block(self, node):
    self.body.append(f'<div class="math" tabindex="0">{mathml(node.astext(), "block")}</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_lexer("go", Cell)
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
