// Package exercises tests the notebooks exercises.ipynb and solutions.ipynb, and makes the first of the second.
package exercises

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the exercises")

// TestMain runs the tests in the directory of the notebooks.
func TestMain(m *testing.M) {
	if err := os.Chdir(filepath.Join("..", "..")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// cell is what the tests need of a notebook's cell.
type cell struct {
	Type   string   `json:"cell_type"`
	Source []string `json:"source"`

	Outputs []struct {
		Type string `json:"output_type"`
	} `json:"outputs"`
}

func readCells(t *testing.T, path string) []cell {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var notebook struct{ Cells []cell }
	if err := json.Unmarshal(content, &notebook); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return notebook.Cells
}
