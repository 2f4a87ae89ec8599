"""The HTML of text, formulas and code."""

import html
import math
import re

import latex2mathml.converter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

REPOSITORY = "https://github.com/easy-gomlx/tutorials/blob/HEAD/notebooks/"

WIDTH, HEIGHT = 1160, 546  # of the room for code on a slide, in pixels
TITLE = 50  # characters of a title in one line; each further line takes 44 pixels of the room
SMALLEST, LARGEST = 18, 28  # font sizes of code, in pixels
SPACING, ADVANCE = 1.3, 0.61  # the height of a line and the width of a character, in font sizes


class Renderer(IPythonRenderer):
    """Markdown as HTML, with formulas as MathML and links that lead somewhere from a slide."""

    def block_math(self, body):
        return mathml(body, "block")

    def inline_math(self, body):
        return mathml(body, "inline")

    def link(self, text, url, title=None):
        if url.startswith("#"):  # a heading of the notebook
            return text
        return super().link(text, url if ":" in url else REPOSITORY + url, title)


def mathml(latex, display):
    latex = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{align*}", latex.strip())  # the one of the two that latex2mathml knows
    converted = latex2mathml.converter.convert(latex, display=display)
    return re.sub(r"<mi>([A-Za-z]|&#x003\w\w;)</mi>", r'<mi class="letter">\1</mi>', converted)


def markdown(source):
    return MarkdownWithMath(renderer=Renderer(escape=False)).render(source)


def text(source):
    """The text of Markdown, without markup."""
    return html.unescape(re.sub(r"<[^>]*>", "", markdown(source))).strip()


def inline(source):
    """One line of Markdown as HTML, without a paragraph around it."""
    source = re.sub(r"^(\d+)\.", r"\1\.", source)  # not the number of a list's item
    return re.sub(r"^<p>|</p>$", "", markdown(source).strip())


def rows(source, size=SMALLEST):
    """How many rows of a slide the lines of code take, long ones being wrapped."""
    fit = int(WIDTH / (ADVANCE * size))
    return sum(max(1, math.ceil(len(line) / fit)) for line in source.split("\n"))


def most_rows(title, size=SMALLEST):
    """How many rows of code a slide with that title has room for."""
    return int((HEIGHT - 44 * (len(title) // TITLE)) / (SPACING * size))


def font_size(title, *sources):
    """The largest font size with which all the sources fit on a slide below one another: 20 or more without wrapped lines, or up to 22."""
    source = "\n\n".join(sources)
    lines = source.count("\n") + 1
    for largest, smallest, most in (LARGEST, 20, lines), (22, SMALLEST, math.inf):
        for size in range(largest, smallest - 1, -1):
            if rows(source, size) <= min(most, most_rows(title, size)):
                return size
    return SMALLEST


def code(source, lexer):
    return highlight(source, get_lexer_by_name(lexer), HtmlFormatter(nowrap=True)).rstrip()


def code_css():
    return HtmlFormatter(style="default").get_style_defs(".source")
