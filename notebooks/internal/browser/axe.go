package browser

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/runtime"

	"github.com/easy-gomlx/tutorials/birnn/backend"
)

// axe-core checks pages for the rules of accessibility that a program can check.
const (
	axeArchive = "axe-core-4.14.1.tgz"
	axeSHA256  = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
)

// Axe returns in words what axe-core finds wrong with the page.
func (p *Page) Axe() []string {
	p.t.Helper()
	script, err := axe()
	if err != nil {
		p.fail("%v", err)
	}
	var found []string
	p.do("load axe-core", command(runtime.Evaluate, runtime.EvaluateParams{Expression: script}))
	p.Eval(`axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => violations.flatMap(v => v.nodes.map(n =>
		v.id + " (" + v.impact + "): " + n.target.join(" ") + ": " + n.failureSummary.replace(/\s+/g, " "))))`, &found)
	return found
}

// axe returns axe-core's program, which is downloaded from npm's registry once.
var axe = sync.OnceValues(func() (string, error) {
	cache, err := backend.CacheDir()
	if err != nil {
		return "", err
	}
	file := filepath.Join(cache, "tools", axeArchive)
	archive, err := os.ReadFile(file)
	if err != nil || fmt.Sprintf("%x", sha256.Sum256(archive)) != axeSHA256 {
		if archive, err = downloadAxe(); err != nil {
			return "", fmt.Errorf("download %s: %w", axeArchive, err)
		}
		if err := store(file, archive); err != nil {
			return "", err
		}
	}
	return unpackAxe(archive)
})

// downloadAxe returns the archive from npm's registry, which NPM_CONFIG_REGISTRY may name.
func downloadAxe() ([]byte, error) {
	registry := strings.TrimSuffix(cmp.Or(os.Getenv("NPM_CONFIG_REGISTRY"), "https://registry.npmjs.org"), "/")
	client := http.Client{Timeout: time.Minute}
	response, err := client.Get(registry + "/axe-core/-/" + axeArchive)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	archive, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(archive)); got != axeSHA256 {
		return nil, fmt.Errorf("%s: %s: the SHA-256 is %s, not %s", response.Request.URL, response.Status, got, axeSHA256)
	}
	return archive, nil
}

// store writes a file completely or not at all.
func store(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // unless it was renamed
	_, err = f.Write(content)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

func unpackAxe(archive []byte) (string, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return "", err
	}
	for files := tar.NewReader(unzipped); ; {
		header, err := files.Next()
		if err != nil {
			return "", fmt.Errorf("%s: axe.min.js: %w", axeArchive, err)
		}
		if header.Name == "package/axe.min.js" {
			script, err := io.ReadAll(files)
			return string(script), err
		}
	}
}
