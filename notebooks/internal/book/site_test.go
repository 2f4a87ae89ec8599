package book

import (
	"html"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
	"github.com/google/go-cmp/cmp"
)

// built is a book, made once for all tests.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "book-")
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "a book ✓"), nil
})

// site returns the directory of a book of our notebooks. It installs Sphinx if necessary.
func site(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("installs Sphinx, and makes a book")
	}
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		write(t, source(t), dir)
	}
	return dir
}

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(dir))
	}
	os.Exit(code)
}

// write makes the book of a folder of notebooks.
func write(t *testing.T, notebooks, dir string) {
	t.Helper()
	s, err := setup.New(setup.NewConsole(os.Stdout))
	if err == nil {
		err = Write(t.Context(), s, notebooks, dir)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// pageNames returns the pages of the book that Sphinx has made.
func pageNames(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(site(t), "*.html"))
	if err != nil || len(files) != 8 {
		t.Fatalf("the pages are %q (%v), want 8: the first one, five notebooks, for teachers, the search", files, err)
	}
	var names []string
	for _, file := range files {
		names = append(names, filepath.Base(file))
	}
	return names
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

var (
	attribute = regexp.MustCompile(`\b(?:href|src)="([^"]*)"`)
	named     = regexp.MustCompile(`\bid="([^"]*)"`)
	picture   = regexp.MustCompile(`<img\b[^>]*>`)
	described = regexp.MustCompile(`\balt="([^"]{10,})"`)
	fetched   = regexp.MustCompile(`<(?:script|link|img|iframe|source|video|audio|object|embed|form)\b[^>]*(?:src|href|data|action)="(?:https?:)?//[^"]*"|url\(["']?(?:https?:)?//[^)]*\)|@import[^;]*//[^;]*;`)
)

// hosts are those that the book links to.
var hosts = []string{
	"arxiv.org", "doi.org", "jmlr.org", "proceedings.mlr.press", // papers
	"codespaces.new", "github.com", "mybinder.org", "nbgrader.readthedocs.io", "easy-gomlx.github.io",
}

// TestLinks: every link within the book leads to a file of it, and to a section that is there. The others lead to hosts that we know.
func TestLinks(t *testing.T) {
	dir := site(t)
	ids := map[string][]string{}
	for _, name := range pageNames(t) {
		for _, m := range named.FindAllStringSubmatch(read(t, filepath.Join(dir, name)), -1) {
			ids[name] = append(ids[name], html.UnescapeString(m[1]))
		}
	}
	foreign := map[string]int{}
	for _, name := range pageNames(t) {
		content := read(t, filepath.Join(dir, name))
		for _, m := range attribute.FindAllStringSubmatch(content, -1) {
			link, err := url.Parse(html.UnescapeString(m[1]))
			switch {
			case err != nil:
				t.Errorf("%s: %v", name, err)
			case link.Host != "":
				foreign[link.Host]++
				if !slices.Contains(hosts, link.Host) {
					t.Errorf("%s links to %s, a host that the book does not know", name, link)
				}
			case link.Scheme != "" && link.Scheme != "data":
				t.Errorf("%s: the link %s", name, link)
			case link.Scheme == "":
				to := path.Join(".", link.Path)
				if link.Path == "" {
					to = name
				}
				if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(to))); err != nil || info.IsDir() || !filepath.IsLocal(to) {
					t.Errorf("%s links to %s, which is no file", name, link)
				} else if link.Fragment != "" && strings.HasSuffix(to, ".html") && !slices.Contains(ids[to], link.Fragment) {
					t.Errorf("%s links to %s, which has no such section", name, link)
				}
			}
		}
	}
	t.Log("links to other hosts:", foreign)
}

// TestPictures: every picture has a text alternative and a size.
func TestPictures(t *testing.T) {
	for _, name := range pageNames(t) {
		pictures := picture.FindAllString(read(t, filepath.Join(site(t), name)), -1)
		for _, p := range pictures {
			if !described.MatchString(p) || !strings.Contains(p, " width=") {
				t.Errorf("%s: %s", name, p)
			}
		}
		if strings.HasPrefix(name, "inside") && len(pictures) < 10 {
			t.Errorf("%s has %d figures", name, len(pictures))
		}
	}
}

// TestNothingFetched: no page or style names a file on another host that a browser would fetch.
func TestNothingFetched(t *testing.T) {
	err := filepath.WalkDir(site(t), func(file string, entry fs.DirEntry, err error) error {
		if ext := filepath.Ext(file); err != nil || ext != ".html" && ext != ".css" {
			return err
		}
		for _, found := range fetched.FindAllString(read(t, file), -1) {
			t.Errorf("%s: %s", filepath.Base(file), found)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestAgain: the same notebooks make the same book, which replaces the earlier one.
func TestAgain(t *testing.T) {
	dir := site(t)
	before, start := digests(t, dir), time.Now()
	size := 0
	for file := range before {
		size += len(read(t, filepath.Join(dir, file)))
	}
	write(t, source(t), dir)
	t.Logf("%d files, %.1f MB, made in %v", len(before), float64(size)/1e6, time.Since(start).Round(time.Second/10))
	if diff := cmp.Diff(before, digests(t, dir)); diff != "" {
		t.Errorf("(-before +after)\n%s", diff)
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the book there are %v (%v)", left, err)
	}
}

// TestWarning: what Sphinx warns of is an error, and the earlier book stays.
func TestWarning(t *testing.T) {
	dir := site(t)
	before, notebooks := digests(t, dir), source(t)
	replace(t, filepath.Join(notebooks, teaching), "# For teachers\n", "# For teachers\n\nSee [nothing](#nothing).\n")
	s, err := setup.New(setup.NewConsole(os.Stdout))
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), s, notebooks, dir); err == nil || !strings.Contains(err.Error(), "teaching.md:3: WARNING") {
		t.Errorf("a link that leads nowhere: got %v", err)
	}
	if diff := cmp.Diff(before, digests(t, dir)); diff != "" {
		t.Errorf("the earlier book has changed (-before +after)\n%s", diff)
	}
}
