package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readMarkdown returns the content of a file, given its path in the repository.
func readMarkdown(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestReadmeCode compiles the Go code in the README and in the packages' guide.
func TestReadmeCode(t *testing.T) {
	text := readMarkdown(t, "README.md") + readMarkdown(t, "birnn/README.md")
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(text, -1)
	if len(blocks) != 3 {
		t.Errorf("there are %d blocks of Go code, want a layer and two programs", len(blocks))
	}
	for _, block := range blocks {
		program := block[1]
		if !strings.HasPrefix(program, "package main") {
			program = "package main\n" + program + "func main() {}\n"
		}
		runGo(t, program, "build", "-o", os.DevNull)
	}
}

// TestReadmeResults verifies that the README's results and picture are those of
// the committed notebook.
func TestReadmeResults(t *testing.T) {
	readme, printed, curves := readMarkdown(t, "README.md"), "", ""
	for _, cell := range readTutorial(t).Cells {
		source := strings.Join(cell.Source, "")
		for _, output := range cell.Outputs {
			printed += strings.Join(output.Text, "")
			if png, ok := output.Data["image/png"].(string); ok && strings.Contains(source, "plotting.Curves(") {
				curves = strings.ReplaceAll(png, "\n", "")
			}
		}
	}
	results := regexp.MustCompile(`(validation|test) +(\d+) images: loss ([\d.]+), accuracy ([\d.]+)%`).FindAllStringSubmatch(printed, -1)
	if len(results) != 4 {
		t.Fatalf("the notebook prints %d results, want 4", len(results))
	}
	for _, r := range results {
		row := fmt.Sprintf("| %s, %s images | %s / %s%% |", r[1], r[2], r[3], r[4])
		if !strings.Contains(readme, row) {
			t.Errorf("the README does not have the notebook's result %q", row)
		}
	}
	picture, err := os.ReadFile("training.png")
	if err != nil {
		t.Fatal(err)
	}
	if base64.StdEncoding.EncodeToString(picture) != curves {
		t.Error("training.png, which the README shows, is not the notebook's figure of the curves")
	}
}
