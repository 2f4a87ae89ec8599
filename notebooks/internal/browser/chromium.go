// Package browser drives JupyterLab in a headless Chromium, for tests of what a reader of the notebooks sees and does.
//
// [Start] starts the launcher, as a reader does, on a copy of the notebooks; [Lab.Open] opens one of them in a tab:
//
//	lab := browser.Start(t, notebooks...)
//	page := lab.Open(t, "bidirectional_rnn.ipynb", browser.Light)
//	page.RunAll(5 * time.Minute)
//	for _, cell := range page.Cells() { ... }
//
// A step that does not succeed ends the test.
package browser

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/chromedp/chromedp"
)

// names are the programs that [Find] looks for.
var names = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// Find returns the program to start: that of the environment variable CHROME or an installed Chromium or Chrome. Where there is none, it
// skips the test, and fails it in CI.
func Find(t testing.TB) string {
	t.Helper()
	if chrome := os.Getenv("CHROME"); chrome != "" {
		path, err := exec.LookPath(chrome)
		if err != nil {
			t.Fatalf("CHROME=%s: %v", chrome, err)
		}
		return path
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	install := "apt-get install chromium (Debian), dnf install chromium (Fedora)"
	if runtime.GOOS == "darwin" {
		install = "brew install --cask chromium"
	}
	const missing = "not tested in a browser: there is no Chromium; install it with %s, or set CHROME to the program of a Chromium or Chrome"
	if os.Getenv("CI") != "" {
		t.Fatalf(missing, install)
	}
	t.Skipf(missing, install)
	return ""
}

// launch starts Chromium with a profile of its own. The context that it returns is for new tabs.
func launch(t testing.TB, path string, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(Width, Height))
	options = append(options, more...)
	if os.Geteuid() == 0 { // usual in a container; Chromium's sandbox refuses root
		options = append(options, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}
