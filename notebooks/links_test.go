package main

import (
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLinks verifies that each link to a file of the repository, in its Markdown files, leads to a file, and to a heading if it names one.
// The book's own page has a test there.
func TestLinks(t *testing.T) {
	out, err := exec.Command("git", "ls-files", "--full-name", ":/*.md", ":!/notebooks/internal").Output()
	if err != nil {
		t.Skipf("not checked: these files are not in a clone (%v)", err)
	}
	links := 0
	for _, file := range strings.Fields(string(out)) {
		for _, match := range link.FindAllStringSubmatch(withoutCode(readMarkdown(t, file)), -1) {
			target, err := url.Parse(match[1])
			if err != nil {
				t.Errorf("%s: %v", file, err)
			} else if target.Host == "" {
				links++
				checkLink(t, file, target)
			}
		}
	}
	if links < 30 {
		t.Errorf("there are %d links to files, want 30 or more", links)
	}
}

// checkLink verifies a link in a file, whose path is that in the repository.
func checkLink(t *testing.T, file string, link *url.URL) {
	t.Helper()
	target := file
	if link.Path != "" {
		target = path.Join(path.Dir(file), link.Path)
	}
	info, err := os.Stat(filepath.Join("..", target))
	if err != nil {
		t.Errorf("%s links to %s, which is not there", file, target)
		return
	}
	if link.Fragment == "" || info.IsDir() && link.Fragment == "readme" { // GitHub shows a directory's README
		return
	}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(withoutCode(readMarkdown(t, target)), -1) {
		if anchorOnGitHub(heading[1]) == link.Fragment {
			return
		}
	}
	t.Errorf("%s links to #%s, a heading that %s does not have", file, link.Fragment, target)
}

// withoutCode removes blocks of code.
func withoutCode(markdown string) string {
	return regexp.MustCompile("(?sm)^```.*?^```").ReplaceAllString(markdown, "")
}

// anchorOnGitHub returns the name that GitHub gives to a heading.
func anchorOnGitHub(heading string) string {
	lower := strings.ToLower(strings.TrimSpace(heading))
	return strings.ReplaceAll(regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(lower, ""), " ", "-")
}
