package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// initializeID is the ID of our own initialize request, whose answer is not for
// the kernel.
const initializeID = `"initialize, from the kernel's starter"`

// session is a kernel's connection.
type session struct {
	kernel  *lockedWriter
	command func() *exec.Cmd
	idle    time.Duration

	mu         sync.Mutex
	initialize []byte           // the kernel's initialize request, with our ID
	files      map[string]*file // the kernel's open files
	pending    map[string]bool  // IDs of requests without an answer
	real       *server          // nil while it does not run
	idleTimer  *time.Timer      // stops it when there are no requests
}

// lockedWriter writes one message at a time.
type lockedWriter struct {
	mu sync.Mutex
	io.Writer
}

func (w *lockedWriter) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Writer.Write(text)
}

type file struct {
	text    string
	version int
}

type server struct {
	command *exec.Cmd
	in      io.WriteCloser
}

// serve handles the kernel's messages until it closes the connection.
func serve(kernel io.ReadWriteCloser, command func() *exec.Cmd, idle time.Duration) error {
	defer kernel.Close()
	s := &session{kernel: &lockedWriter{Writer: kernel}, command: command, idle: idle, files: map[string]*file{}, pending: map[string]bool{}}
	s.idleTimer = time.AfterFunc(idle, s.stopIfIdle)
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.idleTimer.Stop()
		s.stop()
	}()
	in := bufio.NewReader(kernel)
	for {
		m, err := read(in)
		if err == io.EOF || errors.Is(err, syscall.ECONNRESET) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.fromKernel(m); err != nil {
			return err
		}
	}
}

// fromKernel handles a message from the kernel.
func (s *session) fromKernel(m *message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	document := m.Params.TextDocument
	switch m.Method {
	case "initialize":
		var whole map[string]json.RawMessage
		if err := json.Unmarshal(m.text, &whole); err != nil {
			return err
		}
		whole["id"] = json.RawMessage(initializeID)
		var err error
		if s.initialize, err = json.Marshal(whole); err != nil {
			return err
		}
		return write(s.kernel, []byte(`{"jsonrpc":"2.0","id":`+string(m.ID)+`,"result":{"capabilities":{}}}`))
	case "initialized":
		return nil
	case "textDocument/didOpen":
		s.files[document.URI] = &file{document.Text, document.Version}
	case "textDocument/didChange":
		if f := s.files[document.URI]; f != nil && len(m.Params.ContentChanges) > 0 {
			f.version = document.Version
			f.text = m.Params.ContentChanges[len(m.Params.ContentChanges)-1].Text // the kernel sends the whole text
		}
	case "textDocument/didClose":
		delete(s.files, document.URI)
	default:
		if request := m.Method != "" && m.ID != nil; request {
			if s.real == nil {
				if err := s.start(); err != nil {
					fmt.Fprintln(os.Stderr, "gopls:", err)
					return s.fail(string(m.ID))
				}
			}
			s.pending[string(m.ID)] = true
			s.idleTimer.Reset(s.idle)
		}
	}
	if s.real != nil {
		write(s.real.in, m.text) // if it has ended, toKernel notices
	}
	return nil
}

// start starts the real gopls and opens the kernel's files in it.
func (s *session) start() error {
	command := s.command()
	in, err := command.StdinPipe()
	if err != nil {
		return err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	s.real = &server{command, in}
	go s.toKernel(s.real, bufio.NewReader(out))
	write(in, s.initialize)
	write(in, []byte(`{"jsonrpc":"2.0","method":"initialized","params":{}}`))
	for uri, f := range s.files {
		opened, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": map[string]any{
			"textDocument": map[string]any{"uri": uri, "languageId": "go", "version": f.version, "text": f.text}}})
		if err != nil {
			return err
		}
		write(in, opened)
	}
	return nil
}

// toKernel passes on the messages of the real gopls until it ends.
func (s *session) toKernel(from *server, out *bufio.Reader) {
	for {
		m, err := read(out)
		if err != nil {
			break
		}
		if string(m.ID) == initializeID {
			continue
		}
		s.mu.Lock()
		if m.Method == "" {
			delete(s.pending, string(m.ID))
		}
		current := s.real == from
		s.mu.Unlock()
		if current {
			write(s.kernel, m.text) // if it is gone, serve notices
		}
	}
	from.in.Close()
	from.command.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.real == from { // it was not stopped
		s.stop()
	}
}

// stopIfIdle stops the real gopls, unless a request is pending.
func (s *session) stopIfIdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pending) > 0 {
		s.idleTimer.Reset(s.idle)
		return
	}
	s.stop()
}

// stop stops the real gopls. Pending requests fail.
func (s *session) stop() {
	if s.real != nil {
		s.real.command.Process.Kill()
		s.real = nil
	}
	for id := range s.pending {
		s.fail(id)
	}
	clear(s.pending)
}

func (s *session) fail(id string) error {
	return write(s.kernel, []byte(`{"jsonrpc":"2.0","id":`+id+`,"error":{"code":-32603,"message":"gopls has ended"}}`))
}
