package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/infer"
)

// TestSlowClients: a client that sends nothing more loses its connection.
func TestSlowClients(t *testing.T) {
	ts := newTestServer(t, func(s *http.Server) {
		for _, timeout := range []time.Duration{s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout} {
			if timeout <= 0 || timeout > time.Minute {
				t.Errorf("a time-out is %v", timeout)
			}
		}
		s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout = 50*time.Millisecond, 100*time.Millisecond, 50*time.Millisecond
	})
	for reason, text := range map[string]string{
		"nothing":           "",
		"half of a header":  "POST /predict HTTP/1.1\r\nHost: x\r\n",
		"half of a body":    "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
		"nothing after one": "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", ts.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: the connection is still open", reason)
		}
	}
}

// TestGracefulStop: a request in flight is answered, and then the server ends.
func TestGracefulStop(t *testing.T) {
	network, err := open("")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	server, begun := newServer(network), make(chan struct{}, 10)
	predict := server.Handler
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		predict.ServeHTTP(w, r)
	})
	go func() { ended <- serve(ctx, server, listener) }()

	url := "http://" + listener.Addr().String()
	body, w := io.Pipe()
	status := make(chan int, 1)
	go func() { status <- post(url, body) }()
	io.WriteString(w, "{")
	<-begun // earlier, net/http drops it
	stop()
	for range 1000 { // until it accepts no more connections
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			break
		}
		conn.Close()
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-ended:
		t.Fatalf("it has ended while a request was in flight: %v", err)
	default:
	}
	io.WriteString(w, bodyOf(1)[1:])
	w.Close()
	if got := <-status; got != http.StatusOK {
		t.Errorf("the request in flight has status %d, want 200", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if got := post(url, strings.NewReader(bodyOf(1))); got != 0 {
		t.Errorf("a request after the end has status %d", got)
	}
}

func TestOpen(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	if _, err := open(missing); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("a missing directory: %v", err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "model.safetensors")
	if err := os.WriteFile(file, []byte("a text that is no network"), 0o666); err != nil {
		t.Fatal(err)
	}
	var corrupt *infer.CheckpointError
	if _, err := open(dir); !errors.As(err, &corrupt) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a text: %v", err)
	}
	content, err := os.ReadFile("../../digit/network/model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := open(dir); err != nil {
		t.Errorf("the embedded network in a directory: %v", err)
	}
}

// TestREADME runs the curl command of the README.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`(?m)^curl .*$`).FindString(string(readme))
	if command == "" {
		t.Fatal("the README has no curl command")
	}
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	ts := newTestServer(t, nil)
	args := strings.Fields(strings.Replace(command, "localhost:8080", ts.Listener.Addr().String(), 1))[1:]
	c := exec.Command(curl, append([]string{"-sS", "--noproxy", "*"}, args...)...)
	c.Dir = filepath.Join("..", "..", "..", "..") // the repository
	out, err := c.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), `{"digits":[7],"probabilities":[[`) {
		t.Errorf("%s: %s, %v", command, out, err)
	}
	for _, limit := range []string{fmt.Sprintf("more than %d images", maxImages), fmt.Sprintf("%d requests are being", maxRequests), "more than 1 MiB"} {
		if !strings.Contains(string(readme), limit) {
			t.Errorf("the README does not say %q", limit)
		}
	}
}

func TestLoad(t *testing.T) {
	ts := newTestServer(t, nil)
	addr := ts.Listener.Addr().String()
	var out strings.Builder
	if err := load(t.Context(), &out, addr, 2, 200*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[1-9]\d* requests in .*: [1-9]\d* a second, median \S+s, 99th percentile \S+s\n$`).MatchString(out.String()) {
		t.Errorf("it prints %q", &out)
	}
	ts.Close()
	if err := load(t.Context(), &out, addr, 1, time.Second); err == nil {
		t.Error("a server that is not there was measured")
	}
	if err := load(t.Context(), &out, addr, 0, time.Second); err == nil {
		t.Error("no clients measured something")
	}
}
