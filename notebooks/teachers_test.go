package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestTeaching verifies that the page for teachers names the exercises with their level and points, and sections that the tutorial has.
func TestTeaching(t *testing.T) {
	content, err := os.ReadFile("TEACHING.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)

	exercise := regexp.MustCompile(`(?m)^## (\d+)\. (.+)\n\n\*(\w+), (\d+) points\.\*`)
	exercises := exercise.FindAllStringSubmatch(markdownOf(t, "exercises.ipynb"), -1)
	if len(exercises) != 10 {
		t.Errorf("found %d exercises, want 10", len(exercises))
	}
	for _, e := range exercises {
		if row := fmt.Sprintf("| %s | %s | %s | %s |", e[1], e[2], strings.ToLower(e[3]), e[4]); !strings.Contains(page, row) {
			t.Errorf("there is no row that begins with %q", row)
		}
	}

	_, plan, _ := strings.Cut(page, "## A lesson of 90 minutes")
	plan, _, _ = strings.Cut(plan, "\n## ")
	headings := "\n" + markdownOf(t, tutorial)
	sections := regexp.MustCompile(`\b[1-8]\. [A-Z][^:,|]*[^:,| ]|\b[1-8]\.\d\b`).FindAllString(plan, -1)
	if len(sections) < 10 {
		t.Errorf("the plan names the sections %q, want 10 or more", sections)
	}
	for _, section := range sections {
		if !regexp.MustCompile(`\n##+ ` + regexp.QuoteMeta(section) + `(\n|\. )`).MatchString(headings) {
			t.Errorf("the plan names %q, a section that the tutorial does not have", section)
		}
	}
}

// markdownOf returns the text of a notebook.
func markdownOf(t *testing.T, name string) string {
	t.Helper()
	var text strings.Builder
	for _, cell := range readNotebook(t, name).Cells {
		if cell.Type == "markdown" {
			text.WriteString(cell.text() + "\n\n")
		}
	}
	return text.String()
}
