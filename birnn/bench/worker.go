package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// worker is the process of a peer. While others have their turn it is stopped, so that no thread of it can spin.
type worker struct {
	cmd      *exec.Cmd
	requests *json.Encoder
	replies  *json.Decoder
	stdin    io.Closer
	stderr   *bytes.Buffer

	ready string  // the library and its version
	load  float64 // seconds until it was loaded
}

// startWorker starts the process and waits until its library is loaded.
func startWorker(cmd *exec.Cmd) (*worker, error) {
	w := &worker{cmd: cmd, stderr: new(bytes.Buffer)}
	cmd.Stderr = w.stderr
	cmd.WaitDelay = 5 * time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.requests, w.replies, w.stdin = json.NewEncoder(stdin), json.NewDecoder(stdout), stdin
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	first, err := w.reply()
	if err != nil {
		w.quit()
		return nil, err
	}
	w.ready, w.load = first.Ready, time.Since(start).Seconds()
	return w, nil
}

// ask has the worker do something, and waits for it.
func (w *worker) ask(r request) (reply, error) {
	if err := w.requests.Encode(r); err != nil {
		return reply{}, w.died(err)
	}
	return w.reply()
}

func (w *worker) reply() (reply, error) {
	var r reply
	if err := w.replies.Decode(&r); err != nil {
		return r, w.died(err)
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

// died is the error of a worker that does not answer. What it wrote last usually says why.
func (w *worker) died(err error) error {
	_ = w.cmd.Process.Kill() // it may be alive, with another idea of the protocol
	_ = w.cmd.Wait()         // whatever the status: stderr is complete now
	lines := strings.Split(strings.TrimSpace(w.stderr.String()), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return fmt.Errorf("the worker ended: %s", last)
	}
	return fmt.Errorf("the worker ended: %v, %w", w.cmd.ProcessState, err)
}

func (w *worker) pause() error  { return w.cmd.Process.Signal(syscall.SIGSTOP) }
func (w *worker) resume() error { return w.cmd.Process.Signal(syscall.SIGCONT) }

// quit ends the process and returns the most memory that it has used, in bytes; zero if that is not known.
func (w *worker) quit() (peak int64) {
	if w.cmd.ProcessState != nil {
		return 0 // it has ended, and its number may be another's
	}
	peak = peakOf(w.cmd.Process.Pid)
	_ = w.resume()                             // a stopped process would not read
	_ = w.requests.Encode(request{Quit: true}) // a dead one does not
	_ = w.stdin.Close()
	timer := time.AfterFunc(5*time.Second, func() { _ = w.cmd.Process.Kill() })
	defer timer.Stop()
	_ = w.cmd.Wait()
	if peak == 0 {
		peak = peakOfEnded(w.cmd.ProcessState)
	}
	return peak
}
