// Command gopls stands before the real gopls, which is the next of that name on PATH, and starts it only while somebody completes or looks up a name.
//
// The Go kernel starts gopls with each notebook, for as long as it is open. There gopls reads all that the notebook imports, and holds some 800 MB even
// when nobody asks it anything; when the kernel is killed it stays. This program takes its place: it answers the kernel's greeting itself, remembers the
// open files, and begins the real one when the first question comes, and again after it has ended it for want of questions. It ends with the kernel's
// connection. Called in any other way than by the kernel, it is the real gopls.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Without a question for this long the real gopls ends; GOPLS_IDLE, such as 30s, is another.
const defaultIdle = 5 * time.Minute

// The kernel connects within half a minute, or never.
const patience = time.Minute

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gopls:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	program, err := next()
	if err != nil {
		return err
	}
	socket := ""
	if len(args) == 2 && args[0] == "-listen" {
		socket, _ = strings.CutPrefix(args[1], "unix;")
	}
	if !filepath.IsAbs(socket) {
		return syscall.Exec(program, append([]string{program}, args...), os.Environ())
	}
	idle := defaultIdle
	if text := os.Getenv("GOPLS_IDLE"); text != "" {
		if idle, err = time.ParseDuration(text); err != nil {
			return fmt.Errorf("GOPLS_IDLE: %w", err)
		}
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return err
	}
	if err := listener.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	kernel, err := listener.Accept()
	listener.Close()
	if err != nil {
		return err
	}
	return serve(kernel, func() *exec.Cmd {
		command := exec.Command(program)
		command.Env = append(os.Environ(), "GOMEMLIMIT=") // a limit that is right for a cell makes gopls very slow
		return command
	}, idle)
}

// next is the first gopls on PATH that is not this program.
func next() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	own, err := os.Stat(self)
	if err != nil {
		return "", err
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		file := filepath.Join(dir, "gopls")
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 && !os.SameFile(info, own) {
			return file, nil
		}
	}
	return "", errors.New("there is no other gopls on PATH")
}

// message is what of JSON-RPC this program looks at; text is all of it.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		TextDocument struct {
			URI     string `json:"uri"`
			Version int    `json:"version"`
			Text    string `json:"text"`
		} `json:"textDocument"`
		ContentChanges []struct {
			Text string `json:"text"`
		} `json:"contentChanges"`
	} `json:"params"`
	text []byte
}

// The answer to this question is not the kernel's: it greets the real gopls again.
const greeting = `"greeting of a gopls that was started late"`

// session is a kernel's connection.
type session struct {
	kernel  *lockedWriter
	command func() *exec.Cmd
	idle    time.Duration

	mu         sync.Mutex
	initialize []byte           // the kernel's greeting, with our ID
	files      map[string]*file // those that the kernel has open
	asked      map[string]bool  // the IDs of questions without an answer
	real       *server          // nil while it does not run
	end        *time.Timer      // ends it for want of questions
}

// lockedWriter lets one message through at a time.
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

// serve talks with the kernel until it closes the connection.
func serve(kernel io.ReadWriteCloser, command func() *exec.Cmd, idle time.Duration) error {
	defer kernel.Close()
	s := &session{kernel: &lockedWriter{Writer: kernel}, command: command, idle: idle, files: map[string]*file{}, asked: map[string]bool{}}
	s.end = time.AfterFunc(idle, s.rest)
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.end.Stop()
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

// fromKernel deals with a message of the kernel.
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
		whole["id"] = json.RawMessage(greeting)
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
			f.text = m.Params.ContentChanges[len(m.Params.ContentChanges)-1].Text // the kernel sends all of it
		}
	case "textDocument/didClose":
		delete(s.files, document.URI)
	default:
		if question := m.Method != "" && m.ID != nil; question {
			if s.real == nil {
				if err := s.start(); err != nil {
					fmt.Fprintln(os.Stderr, "gopls:", err)
					return s.fail(string(m.ID))
				}
			}
			s.asked[string(m.ID)] = true
			s.end.Reset(s.idle)
		}
	}
	if s.real != nil {
		write(s.real.in, m.text) // if it has ended, the reader of its output tells
	}
	return nil
}

// start begins the real gopls, with the files that are open now.
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

// toKernel passes on what the real gopls says, until it ends.
func (s *session) toKernel(from *server, out *bufio.Reader) {
	for {
		m, err := read(out)
		if err != nil {
			break
		}
		if string(m.ID) == greeting {
			continue
		}
		s.mu.Lock()
		if m.Method == "" {
			delete(s.asked, string(m.ID))
		}
		current := s.real == from
		s.mu.Unlock()
		if current {
			write(s.kernel, m.text) // if it has gone, serve sees it
		}
	}
	from.in.Close()
	from.command.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.real == from { // by itself
		s.stop()
	}
}

// rest ends the real gopls, unless it is still busy with a question.
func (s *session) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) > 0 {
		s.end.Reset(s.idle)
		return
	}
	s.stop()
}

// stop ends the real gopls. What it has not answered fails.
func (s *session) stop() {
	if s.real != nil {
		s.real.command.Process.Kill()
		s.real = nil
	}
	for id := range s.asked {
		s.fail(id)
	}
	clear(s.asked)
}

func (s *session) fail(id string) error {
	return write(s.kernel, []byte(`{"jsonrpc":"2.0","id":`+id+`,"error":{"code":-32603,"message":"gopls has ended"}}`))
}

// read reads a message: lines of a header, an empty line, and as many bytes as the header says.
func read(in *bufio.Reader) (*message, error) {
	length := -1
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return nil, err
			}
		}
	}
	if length < 0 || length > 1<<28 {
		return nil, fmt.Errorf("a message of %d bytes", length)
	}
	m := &message{text: make([]byte, length)}
	if _, err := io.ReadFull(in, m.text); err != nil {
		return nil, err
	}
	json.Unmarshal(m.text, m) // what has other fields than these is passed on as it is
	return m, nil
}

func write(out io.Writer, text []byte) error {
	_, err := out.Write(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n%s", len(text), text))
	return err
}
