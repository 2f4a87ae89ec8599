package main

import (
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCourse verifies what all notebooks have in common, so that a reader finds their way in each of them.
func TestCourse(t *testing.T) {
	for _, name := range notebooks(t) {
		t.Run(name, func(t *testing.T) {
			nb := readNotebook(t, name)
			checkHeadings(t, nb)
			checkIntroduction(t, nb)
			checkSetUp(t, nb)
			checkIntroduced(t, nb)
			checkLinks(t, nb)
			checkEnd(t, nb)
			if name != "exercises.ipynb" && name != "solutions.ipynb" { // they consist of questions
				checkQuestions(t, nb)
			}
		})
	}
}

// checkHeadings: one first-level heading, and no skipped level, as a screen reader needs.
func checkHeadings(t *testing.T, nb notebookFile) {
	level := 0
	for k, s := range nb.sections() {
		l := strings.IndexByte(s.heading, ' ')
		if (l == 1) != (k == 0) {
			t.Errorf("heading %d is %q; only the first heading has the first level", k, s.heading)
		}
		if l > level+1 {
			t.Errorf("heading %q skips a level", s.heading)
		}
		level = l
	}
}

// checkIntroduction: the first cell says what the reader will learn, in which time and with what knowledge, and links to each part.
func checkIntroduction(t *testing.T, nb notebookFile) {
	first := nb.Cells[0]
	if first.Type != "markdown" || !strings.HasPrefix(first.text(), "# ") {
		t.Error("the first cell does not begin with the title")
	}
	paragraph := regexp.MustCompile(`(?m)^\*\*(What you will learn|Time|Before you start|Contents)\b[.:]?\*\*`)
	var found []string
	for _, match := range paragraph.FindAllStringSubmatch(first.text(), -1) {
		found = append(found, match[1])
	}
	if want := []string{"What you will learn", "Time", "Before you start", "Contents"}; !slices.Equal(found, want) {
		t.Errorf("the first cell has the paragraphs %q, want %q", found, want)
	}
	before, contents, _ := strings.Cut(first.text(), "**Contents")
	if n := len(regexp.MustCompile(`(?m)^- `).FindAllString(before, -1)); n < 3 || n > 5 {
		t.Errorf("the first cell has a list of %d items to learn, want 3 to 5", n)
	}
	for _, s := range nb.sections() {
		if title, ok := strings.CutPrefix(s.heading, "## "); ok && s.code != "" && !strings.Contains(contents, "](#"+anchor(title)+")") {
			t.Errorf("the contents have no link to %q", s.heading)
		}
	}
}

// checkSetUp: the first code cell begins like the tutorial's, which copies for readers without a clone depend on, and shortens errors.
func checkSetUp(t *testing.T, nb notebookFile) {
	first := func(nb notebookFile) cell {
		return nb.Cells[slices.IndexFunc(nb.Cells, func(c cell) bool { return c.Type == "code" })]
	}
	got, want := first(nb), first(readTutorial(t))
	if !slices.Equal(got.Source[:4], want.Source[:4]) {
		t.Errorf("the set-up cell begins with\n%s, want\n%s", got.Source[:4], want.Source[:4])
	}
	if line := "func init_check() { must.M = inline.Check }"; !strings.Contains(got.text(), line) {
		t.Errorf("the set-up cell lacks %q", line)
	}
}

// checkIntroduced: text about each code cell stands before it.
func checkIntroduced(t *testing.T, nb notebookFile) {
	for k, cell := range nb.Cells {
		if cell.Type != "code" {
			continue
		}
		if k == 0 || nb.Cells[k-1].Type != "markdown" || threeQuestions.MatchString(nb.Cells[k-1].text()) {
			t.Errorf("no text introduces the code cell %d: %.80q", k, cell.text())
		}
	}
}

// anchor returns what links to a heading.
func anchor(title string) string {
	return strings.NewReplacer(" ", "-", "`", "", "*", "").Replace(title)
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// checkLinks: those within the notebook lead to a heading, those to files to what readers without a clone have too, and images have a text alternative.
func checkLinks(t *testing.T, nb notebookFile) {
	anchors := nb.anchors()
	for _, cell := range nb.Cells {
		if cell.Type != "markdown" {
			continue
		}
		if strings.Contains(cell.text(), "![](") {
			t.Error("an image has no text alternative")
		}
		for _, match := range link.FindAllStringSubmatch(cell.text(), -1) {
			target, err := url.Parse(match[1])
			switch {
			case err != nil:
				t.Error(err)
			case target.Scheme != "":
			case target.Path == "":
				if !slices.Contains(anchors, target.Fragment) {
					t.Errorf("the link %s leads to none of the headings %q", match[1], anchors)
				}
			case target.Path != list && !slices.Contains(order, target.Path):
				t.Errorf("the link %s does not lead to a notebook", match[1])
			case target.Fragment != "" && !slices.Contains(readNotebook(t, target.Path).anchors(), target.Fragment):
				t.Errorf("the link %s does not lead to a heading of %s", match[1], target.Path)
			}
		}
	}
}

// anchors returns what links to the notebook's headings.
func (nb notebookFile) anchors() (all []string) {
	for _, s := range nb.sections() {
		_, title, _ := strings.Cut(s.heading, " ")
		all = append(all, anchor(title))
	}
	return all
}

var threeQuestions = regexp.MustCompile(`(?m)^\*\*Three questions\*\*`)

var question = regexp.MustCompile(`(?s)<details>\s*<summary>.{10,}?</summary>\n\n.{20,}?\n\n</details>`)

// checkQuestions: each part that has code ends with three questions, whose answers unfold. The part with the set-up cell need not.
func checkQuestions(t *testing.T, nb notebookFile) {
	const shared = "## 2. Hyperparameters" // the original's sections 2 and 3 are one cell each
	part, code, asked, parts := "", false, false, 0
	check := func() {
		if code {
			parts++
		}
		if code && !asked && parts > 1 && part != shared {
			t.Errorf("the part %q does not end with three questions", part)
		}
	}
	for _, cell := range nb.Cells {
		source := cell.text()
		switch {
		case cell.Type == "code":
			code, asked = true, false
		case strings.HasPrefix(source, "## "):
			check()
			part, _, _ = strings.Cut(source, "\n")
			code, asked = false, false
		case threeQuestions.MatchString(source):
			asked = true
			if n := len(question.FindAllString(source, -1)); n != 3 || strings.Count(source, "<details>") != 3 {
				t.Errorf("%q: %d questions with an answer that is Markdown, want 3", part, n)
			}
		}
	}
	check()
}

// checkEnd: the last two parts say what the reader has learned, and name papers with their year.
func checkEnd(t *testing.T, nb notebookFile) {
	var parts []string
	text := map[string]string{}
	for _, cell := range nb.Cells {
		if cell.Type != "markdown" {
			continue
		}
		for _, part := range strings.Split("\n"+cell.text(), "\n## ")[1:] {
			title, rest, _ := strings.Cut(part, "\n")
			parts = append(parts, title)
			text[title] = rest
		}
	}
	if len(parts) > 0 && parts[len(parts)-1] == "For teachers" { // after the solutions
		parts = parts[:len(parts)-1]
	}
	want := []string{"What you learned", "Where to read on"}
	if len(parts) < 2 || !slices.Equal(parts[len(parts)-2:], want) {
		t.Errorf("the parts are %q, want %q at the end", parts, want)
		return
	}
	paper := regexp.MustCompile(`^- .*\b(19|20)\d\d\b.*\(http|^- .*\]\(http.*\).*\b(19|20)\d\d\b`)
	learned, papers := 0, 0
	for line := range strings.Lines(text[want[0]]) {
		if strings.HasPrefix(line, "- ") {
			learned++
		}
	}
	for line := range strings.Lines(text[want[1]]) {
		if paper.MatchString(line) {
			papers++
		}
	}
	if learned < 2 || papers < 2 {
		t.Errorf("%q has %d items and %q %d papers with year and link, want more", want[0], learned, want[1], papers)
	}
}

// TestSize verifies that the notebooks are small enough for GitHub to show.
func TestSize(t *testing.T) {
	for _, name := range notebooks(t) {
		if info, err := os.Stat(name); err != nil || info.Size() > 1.5e6 {
			t.Errorf("%s is larger than 1.5 MB (%v)", name, err)
		}
	}
}
