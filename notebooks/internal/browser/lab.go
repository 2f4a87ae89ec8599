package browser

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// Lab is a JupyterLab server that the launcher has started, and a browser for it.
type Lab struct {
	Dir string // the directory of the notebooks, a copy

	address  *url.URL // with the token
	settings string   // the directory of JupyterLab's settings
	browser  context.Context
}

// Start starts Chromium and `go run ./notebooks` on copies of the files, notebooks and others, of which JupyterLab shows the first. Server and
// browser end with the test, and the reader's own notebooks, checkpoints and settings stay as they are.
func Start(t testing.TB, files ...string) *Lab {
	t.Helper()
	chromium := Find(t)
	root := moduleRoot(t)
	lab := &Lab{Dir: Clone(t, files...), settings: t.TempDir()}
	port := freePort(t)
	cmd := exec.Command("go", "run", "./notebooks", "-no-browser", "-port", port, filepath.Join(lab.Dir, filepath.Base(files[0])))
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "EASY_GOMLX_CHECKPOINTS=", "JUPYTERLAB_SETTINGS_DIR="+lab.settings, "JUPYTERLAB_WORKSPACES_DIR="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	printed, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		w.Close()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) // Ctrl-C
		select {
		case <-ended:
		case <-time.After(30 * time.Second):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			t.Error("the launcher did not stop within 30 s of Ctrl-C")
		}
	})
	lab.address = readAddress(t, printed, port)
	lab.browser = launch(t, chromium)
	return lab
}

// readAddress returns the address that JupyterLab prints, and keeps reading what is printed.
func readAddress(t testing.TB, printed io.Reader, port string) *url.URL {
	t.Helper()
	found, all := make(chan string, 1), new(strings.Builder)
	go func() {
		defer close(found)
		address := regexp.MustCompile(`http://(?:localhost|127\.0\.0\.1):` + port + `/lab\S*token=\S+`)
		lines := bufio.NewScanner(printed)
		for lines.Scan() {
			all.WriteString(lines.Text() + "\n")
			if a := address.FindString(lines.Text()); a != "" {
				found <- a
				break
			}
		}
		if lines.Err() == nil {
			go func() { _, _ = io.Copy(io.Discard, printed) }()
		}
	}()
	const patience = 10 * time.Minute // a first start downloads JupyterLab
	select {
	case a, ok := <-found:
		if !ok {
			t.Fatalf("the launcher ended without an address:\n%s", all)
		}
		address, err := url.Parse(a)
		if err != nil {
			t.Fatal(err)
		}
		return address
	case <-time.After(patience):
		t.Fatalf("the launcher printed no address within %v", patience)
	}
	return nil
}

// Clone makes a directory for copies of the files, notebooks and others, that is to their cells what a clone of the repository is, and
// returns it.
func Clone(t testing.TB, files ...string) string {
	t.Helper()
	root, dir := moduleRoot(t), t.TempDir()
	for _, name := range []string{"go.mod", "go.sum", "birnn", "plotting"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	dir = filepath.Join(dir, "notebooks")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(file)), content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func moduleRoot(t testing.TB) string {
	t.Helper()
	root, err := setup.ModuleDir(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
