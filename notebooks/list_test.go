package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestList verifies that the list has each notebook once, in the order to read, with the time that it takes, and that it has no other links to files:
// a reader without a clone has only the list and the notebooks.
func TestList(t *testing.T) {
	content, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, row := range regexp.MustCompile(`(?m)^\| (\d) \| \[.+\]\((.+)\) \| .+ \| (\d+|yours) \|$`).FindAllStringSubmatch(string(content), -1) {
		listed = append(listed, row[2])
	}
	if !slices.Equal(listed, order) {
		t.Errorf("%s lists %q, want %q", list, listed, order)
	}
	for _, match := range link.FindAllStringSubmatch(string(content), -1) {
		if !strings.HasPrefix(match[1], "https://") && !slices.Contains(order, match[1]) {
			t.Errorf("%s has a link to %s", list, match[1])
		}
	}
}
