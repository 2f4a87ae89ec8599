package lab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var epochsConstant = regexp.MustCompile(`(?m)^(\s*(?:const\s+)?epochs\s*=\s*)\d+`)

// SetEpochs changes the constant epochs in the code of a notebook, which may define it once. It reports whether the notebook does.
func SetEpochs(notebook []byte, epochs int) (changed []byte, found bool, err error) {
	var nb map[string]any
	decoder := json.NewDecoder(bytes.NewReader(notebook))
	decoder.UseNumber()
	if err := decoder.Decode(&nb); err != nil {
		return nil, false, fmt.Errorf("not a notebook: %w", err)
	}
	cells, _ := nb["cells"].([]any)
	lines := 0
	for _, c := range cells {
		cell, _ := c.(map[string]any)
		if cell["cell_type"] != "code" {
			continue
		}
		source := text(cell["source"])
		if n := len(epochsConstant.FindAllString(source, -1)); n > 0 {
			lines += n
			cell["source"] = epochsConstant.ReplaceAllString(source, "${1}"+strconv.Itoa(epochs))
		}
	}
	if lines > 1 {
		return nil, true, fmt.Errorf("its code has %d lines like \"epochs = 10\", but -epochs needs exactly one", lines)
	}
	changed, err = json.Marshal(nb)
	return changed, lines == 1, err
}

// text returns the source of a cell: a string, or a list of lines.
func text(source any) string {
	if s, ok := source.(string); ok {
		return s
	}
	var b strings.Builder
	lines, _ := source.([]any)
	for _, line := range lines {
		s, _ := line.(string)
		b.WriteString(s)
	}
	return b.String()
}
