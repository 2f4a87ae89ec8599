package book

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// files are the configuration of the site, its icon, its first page, and its style.
//
//go:embed conf.py favicon.svg index.md book.css book.js
var files embed.FS

const (
	list      = "README.md"   // of the notebooks
	teaching  = "TEACHING.md" // for teachers
	exercises = "exercises.ipynb"
	solutions = "solutions.ipynb" // folded into the exercises
)

// chapters are the notebooks of the book, in the order to read them.
var chapters = []string{"bidirectional_rnn.ipynb", "inside_the_lstm.ipynb", "sequences_of_your_own.ipynb", "draw_a_digit.ipynb", exercises}

// pages are the sources of the pages that the files of the notebooks' folder become.
var pages = func() map[string]string {
	all := map[string]string{list: "index.md", teaching: "teaching.md"}
	for _, name := range chapters {
		all[name] = name
	}
	return all
}()

// writeSources writes what Sphinx makes the site of, from the files in the folder of the notebooks.
func writeSources(notebooks, dir string) error {
	static := filepath.Join(dir, "_static")
	if err := os.MkdirAll(filepath.Join(static, "figures"), 0o755); err != nil {
		return err
	}
	for _, name := range chapters {
		nb, err := readChapter(notebooks, name)
		if err != nil {
			return err
		}
		page := strings.TrimSuffix(name, ".ipynb")
		if err := nb.figures(page, filepath.Join(static, "figures")); err != nil {
			return err
		}
		nb.addLinks(name)
		if err := nb.write(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(filepath.Join(notebooks, teaching))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, pages[teaching]), []byte(relink(string(text))), 0o644)
	}
	return errors.Join(err, writeIndex(notebooks, dir), copyFile("conf.py", dir), copyFile("favicon.svg", dir), copyFile("book.css", static), copyFile("book.js", static))
}

func copyFile(name, dir string) error {
	content, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), content, 0o644)
}

// readChapter returns a notebook with links that work in the book, and without what only JupyterLab needs.
func readChapter(notebooks, name string) (*notebook, error) {
	nb, err := readNotebook(filepath.Join(notebooks, name))
	if err != nil {
		return nil, err
	}
	if name == exercises {
		solved, err := readNotebook(filepath.Join(notebooks, solutions))
		if err == nil {
			err = fold(nb, solved)
		}
		if err != nil {
			return nil, fmt.Errorf("fold %s into %s: %w", solutions, exercises, err)
		}
	}
	for _, c := range nb.Cells {
		if c.isText() {
			c["source"] = relink(c.text())
		}
	}
	return nb, nil
}

// addLinks puts, below the title, links to run the notebook elsewhere and to get it.
func (nb *notebook) addLinks(name string) {
	links := [][2]string{
		{"https://mybinder.org/v2/gh/easy-gomlx/tutorials/HEAD?urlpath=lab/tree/work/tutorials/notebooks/" + name, "Open in Binder"},
		{"https://codespaces.new/easy-gomlx/tutorials", "Open in Codespaces"},
		{"notebooks/" + name, "Download"},
		{repository + "/blob/HEAD/notebooks/" + name, "View on GitHub"},
	}
	if name == "draw_a_digit.ipynb" {
		links = append([][2]string{{siteURL + "draw/", "Draw without running it"}}, links...)
	}
	row := new(strings.Builder)
	row.WriteString("<nav class=\"launch\" aria-label=\"This notebook\">\n")
	for _, link := range links {
		download := ""
		if strings.HasPrefix(link[0], "notebooks/") {
			download = " download"
		}
		fmt.Fprintf(row, "<a href=\"%s\"%s>%s</a>\n", link[0], download, link[1])
	}
	row.WriteString("</nav>\n")
	title, rest, _ := strings.Cut(nb.Cells[0].text(), "\n")
	nb.Cells[0]["source"] = title + "\n\n" + row.String() + "\n" + rest
}

// row matches a notebook in the table of the list: its number, title, file, subject and minutes.
var row = regexp.MustCompile(`(?m)^\| (\d+) \| \[([^]]+)\]\(([^)]+)\) \| (.+) \| (.+) \|$`)

// writeIndex writes the first page, with the list of the notebooks.
func writeIndex(notebooks, dir string) error {
	table, err := os.ReadFile(filepath.Join(notebooks, list))
	if err != nil {
		return err
	}
	var entries, names []string
	for _, m := range row.FindAllStringSubmatch(string(table), -1) {
		if m[3] == solutions {
			continue
		}
		entries = append(entries, fmt.Sprintf("%s. [%s](%s): %s", m[1], m[2], m[3], m[4]))
		names = append(names, m[3])
	}
	if got, want := strings.Join(names, " "), strings.Join(chapters, " "); got != want {
		return fmt.Errorf("%s lists the notebooks %s, want %s", filepath.Join(notebooks, list), got, want)
	}
	page, err := files.ReadFile("index.md")
	if err != nil {
		return err
	}
	fill := strings.NewReplacer("SITE", siteURL, "REPOSITORY", repository, "NOTEBOOKS", strings.Join(entries, "\n"), "CHAPTERS", strings.Join(names, "\n"))
	return os.WriteFile(filepath.Join(dir, "index.md"), []byte(fill.Replace(string(page))), 0o644)
}

// copyNotebooks copies the notebooks to a folder of the site, for readers to download.
func copyNotebooks(notebooks, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	for _, name := range chapters {
		content, err := os.ReadFile(filepath.Join(notebooks, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), content, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
