package book

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

const (
	repository = "https://github.com/easy-gomlx/tutorials"
	siteURL    = "https://easy-gomlx.github.io/tutorials/" // where the book is published; see finish
)

// target matches the target of a link or picture in Markdown, with the ]( before it.
var target = regexp.MustCompile(`\]\(([^()\s]+)\)`)

// relink makes the links of a text in the folder of the notebooks those of a page: to other pages, to sections under the names that Sphinx
// gives them, and to the files of the repository on GitHub.
func relink(markdown string) string {
	return target.ReplaceAllStringFunc(markdown, func(link string) string {
		file, section, _ := strings.Cut(target.FindStringSubmatch(link)[1], "#")
		if strings.Contains(file, ":") {
			return link
		}
		page, ok := pages[file]
		if !ok && file != "" {
			link = repository + "/blob/HEAD/" + path.Join("notebooks", file)
			if section != "" {
				link += "#" + section
			}
			return "](" + link + ")"
		}
		if section != "" {
			page += "#" + anchor(section)
		}
		return "](" + page + ")"
	})
}

// anchor returns the name by which GitHub and MyST link to a section, given that of JupyterLab, which keeps capitals and punctuation, or
// that of GitHub.
func anchor(section string) string {
	if plain, err := url.PathUnescape(section); err == nil {
		section = plain
	}
	section = strings.ReplaceAll(section, " ", "-")
	return strings.ToLower(punctuation.ReplaceAllString(section, ""))
}

var punctuation = regexp.MustCompile(`[^\p{L}\p{N}_-]`)
