package book

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
)

// notebook is the content of a notebook's file. Most of it stays as it is.
type notebook struct {
	Cells    []cell         `json:"cells"`
	Metadata map[string]any `json:"metadata"`
	Format   int            `json:"nbformat"`
	Minor    int            `json:"nbformat_minor"`
}

type cell map[string]any

func readNotebook(path string) (*notebook, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	nb := new(notebook)
	if err := json.Unmarshal(content, nb); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return nb, nil
}

func (nb *notebook) write(path string) error {
	content, err := json.Marshal(nb)
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// text returns a text of a notebook, which may be a list of lines.
func text(value any) string {
	if lines, ok := value.([]any); ok {
		var all strings.Builder
		for _, line := range lines {
			fmt.Fprint(&all, line)
		}
		return all.String()
	}
	s, _ := value.(string)
	return s
}

func (c cell) text() string { return text(c["source"]) }

func (c cell) isText() bool { return c["cell_type"] == "markdown" }

// markdown returns a cell of text.
func markdown(source string) cell {
	return cell{"cell_type": "markdown", "metadata": map[string]any{}, "source": source}
}

// outputs returns the outputs of a cell.
func (c cell) outputs() []map[string]any {
	list, _ := c["outputs"].([]any)
	var all []map[string]any
	for _, output := range list {
		if o, ok := output.(map[string]any); ok {
			all = append(all, o)
		}
	}
	return all
}

// figures writes the figures of a notebook to files of a directory, and puts pictures with their text alternatives in their place.
func (nb *notebook) figures(page, dir string) error {
	n := 0
	for k, c := range nb.Cells {
		for _, output := range c.outputs() {
			data, _ := output["data"].(map[string]any)
			encoded := text(data["image/png"])
			if encoded == "" {
				continue
			}
			n++
			name := fmt.Sprintf("%s-%d.png", page, n)
			png, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, name), png, 0o644)
			}
			if err != nil {
				return fmt.Errorf("%s.ipynb, cell %d: the figure: %w", page, k, err)
			}
			metadata, _ := output["metadata"].(map[string]any)
			about, _ := metadata["image/png"].(map[string]any)
			alt, _ := about["alt"].(string)
			if alt == "" {
				return fmt.Errorf("%s.ipynb, cell %d: a figure has no text alternative", page, k)
			}
			output["data"] = map[string]any{"text/html": fmt.Sprintf(`<img src="_static/figures/%s" alt="%s" width="%v" height="%v">`,
				name, html.EscapeString(alt), about["width"], about["height"])}
		}
	}
	return nil
}
