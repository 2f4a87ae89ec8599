"""What is on each slide: from the cells of a notebook to a list of slides."""

import re
from dataclasses import dataclass, field

import markup

LONGEST = 14  # lines of output; of longer ones, the first and the last are shown

SHOWN = re.compile(r"\$\$|[-*] |\d+\. |\||!\[|<img ")  # how a block begins that is on the slide: formula, list, table, picture
LABEL = re.compile(r"\*\*([^*]+)\*\*(?: \(.*\))?")  # a paragraph that is a heading for what follows
ABOVE = "**What to look for.**"  # text about the figure above it
QUESTION = re.compile(r"<summary>(.*?)</summary>\s*(.*?)\s*</details>", re.DOTALL)


@dataclass
class Slide:
    kind: str  # "title", "text", "code" or "figures"
    part: str  # the second-level heading that it is under, or ""; as all text here, in Markdown
    title: str
    text: list = field(default_factory=list)
    code: str = ""
    printed: str = ""
    figures: list = field(default_factory=list)  # (image in base64, text alternative)
    notes: list = field(default_factory=list)

    @property
    def size(self):
        return markup.font_size(self.title, *(s for s in (self.code, self.printed) if s))


class Deck:
    """The slides so far, and where in the notebook we are."""

    def __init__(self, language):
        self.language = language
        self.slides = []
        self.part = self.title = self.label = ""
        self.waiting = []  # text for the notes of the next slide
        self.fresh = False  # no slide has followed the heading yet

    def add(self, kind, more="", **content):
        """Adds a slide. more follows the heading in its title."""
        slide = Slide(kind, self.part, (self.label or self.title) + more, notes=self.waiting, **content)
        self.waiting, self.label, self.fresh = [], "", False
        self.slides.append(slide)
        return slide

    def heading(self, level, title):
        self.end()
        self.title, self.label, self.fresh = title, "", True
        if level == 1:
            self.add("title")
        elif level == 2:
            self.part = title

    def end(self):
        """Gives text that no slide follows under its heading to the last slide."""
        if not self.fresh and self.slides:
            self.slides[-1].notes += self.waiting
            self.waiting = []

    def markdown(self, source, shown):
        if questions := QUESTION.findall(source):
            self.questions(questions)
            return
        slide = None  # of the cell, if all of it is shown
        for block in re.split(r"\n\s*\n", source):
            last = self.slides[-1] if self.slides else None
            if m := re.fullmatch(r"(#+)\s+(.*?)\s*#*", block):
                self.heading(len(m[1]), m[2])
            elif m := LABEL.fullmatch(block):
                self.label = m[1]
            elif shown and slide and not self.fresh and not self.label:
                slide.text.append(block)
            elif SHOWN.match(block) or shown:
                slide = self.add("text", text=[block])
            elif last and last.kind == "title" and not last.text:
                last.text.append(block)
            elif last and block.startswith(ABOVE):
                last.notes.append(block)
            else:
                self.waiting.append(block)

    def questions(self, questions):
        self.end()
        self.label = "Questions"
        self.waiting = [f"**{n}. {question}**\n\n{answer}" for n, (question, answer) in enumerate(questions, 1)]
        self.add("text", text=["\n".join(f"{n}. {question}" for n, (question, _) in enumerate(questions, 1))])

    def code(self, source, outputs):
        printed, figures = results(outputs)
        if figures and not printed:  # the cell only draws
            self.waiting.append(f"```{self.language}\n{source}\n```")
            self.add("figures", figures=figures)
            return
        title = self.label or self.title
        pieces = split(source.expandtabs(4), title)
        for n, piece in enumerate(pieces, 1):
            self.label = title
            slide = self.add("code", f" ({n} of {len(pieces)})" if len(pieces) > 1 else "", code=piece)
        if printed:
            if markup.rows(f"{slide.code}\n\n{printed}") > markup.most_rows(title):
                self.label = title
                slide = self.add("code", ": the output")
            slide.printed = printed
        if figures:
            self.label = title
            self.add("figures", figures=figures)


def results(outputs):
    """The text that a cell has printed, and its figures."""
    printed, figures = "", []
    for output in outputs:
        if output.output_type == "stream":
            printed += output.text
        elif image := output.get("data", {}).get("image/png"):
            figures.append((image.replace("\n", ""), output.metadata.get("image/png", {}).get("alt", "")))
    lines = printed.expandtabs(8).rstrip().split("\n")
    if len(lines) > LONGEST:
        lines = lines[: LONGEST - 5] + ["..."] + lines[-4:]
    return "\n".join(lines), figures


def split(source, title):
    """The code in pieces that fit on a slide each, cut near the middle and at little indentation."""
    lines, most = source.split("\n"), markup.most_rows(title)

    def cost(n):
        indentation = len(lines[n]) - len(lines[n].lstrip())
        return abs(n - len(lines) / pieces) + indentation

    cut = 0
    pieces = -(-markup.rows(source) // most)
    if pieces > 1:
        fits = [n for n in range(1, len(lines)) if markup.rows("\n".join(lines[:n])) <= most]
        cut = min((n for n in fits if lines[n].strip(" }")), key=cost, default=max(fits, default=0))
    if not cut:
        return [source]
    return ["\n".join(lines[:cut]).rstrip(), *split("\n".join(lines[cut:]), title)]


def slides(nb):
    deck = Deck(nb.metadata.get("kernelspec", {}).get("language", "text"))
    for cell in nb.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        if kind == "skip" or not cell.source.strip():
            continue
        if kind == "notes":
            deck.waiting.append(cell.source if cell.cell_type == "markdown" else f"```\n{cell.source}\n```")
        elif cell.cell_type == "markdown":
            deck.markdown(cell.source, shown=kind in ("slide", "subslide", "fragment"))
        elif cell.cell_type == "code":
            deck.code(cell.source, cell.outputs)
    deck.fresh = False
    deck.end()
    return deck.slides
