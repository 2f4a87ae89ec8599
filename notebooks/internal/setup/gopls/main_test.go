package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if os.Getenv("FAKE_GOPLS") != "" {
		fakeGopls()
		return
	}
	os.Exit(m.Run())
}

// fakeGopls answers each request with all messages so far. The request "die"
// ends it.
func fakeGopls() {
	in := bufio.NewReader(os.Stdin)
	var log []string
	for {
		m, err := read(in)
		if err != nil {
			return
		}
		text := m.Params.TextDocument.Text
		for _, c := range m.Params.ContentChanges {
			text += c.Text
		}
		log = append(log, strings.TrimSpace(m.Method+" "+text))
		if m.Method == "die" {
			os.Exit(1)
		}
		if m.ID != nil {
			result, _ := json.Marshal(strings.Join(log, ", "))
			write(os.Stdout, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, result))
		}
	}
}

// kernel talks with serve as GoNB does.
type kernel struct {
	*testing.T
	conn    net.Conn
	in      *bufio.Reader
	asked   int
	started []*exec.Cmd
	ended   chan error
}

func newKernel(t *testing.T, idle time.Duration) *kernel {
	ours, theirs := net.Pipe()
	k := &kernel{T: t, conn: ours, in: bufio.NewReader(ours), ended: make(chan error, 1)}
	t.Cleanup(func() { ours.Close() })
	ours.SetDeadline(time.Now().Add(time.Minute))
	go func() {
		k.ended <- serve(theirs, func() *exec.Cmd {
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), "FAKE_GOPLS=1")
			k.started = append(k.started, c)
			return c
		}, idle)
	}()
	if got, want := k.ask("initialize", ""), `{"capabilities":{}}`; got != want {
		t.Fatalf("the answer to initialize is %s, want %s", got, want)
	}
	k.tell("initialized", "{}")
	return k
}

func (k *kernel) tell(method, params string) {
	k.Helper()
	if err := write(k.conn, fmt.Appendf(nil, `{"jsonrpc":"2.0","method":%q,"params":%s}`, method, params)); err != nil {
		k.Fatal(err)
	}
}

// ask returns the result, or the error's message.
func (k *kernel) ask(method, uri string) string {
	k.Helper()
	k.asked++
	if err := write(k.conn, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":%q,"params":{"textDocument":{"uri":%q}}}`, k.asked, method, uri)); err != nil {
		k.Fatal(err)
	}
	m, err := read(k.in)
	if err != nil {
		k.Fatal(err)
	}
	var answer struct {
		Result json.RawMessage
		Error  *struct{ Message string }
	}
	if err := json.Unmarshal(m.text, &answer); err != nil || string(m.ID) != fmt.Sprint(k.asked) {
		k.Fatalf("request %d has the answer %s (%v)", k.asked, m.text, err)
	}
	if answer.Error != nil {
		return "error: " + answer.Error.Message
	}
	return string(answer.Result)
}

func (k *kernel) want(method, want string) {
	k.Helper()
	if got := k.ask(method, "file:///a"); got != want {
		k.Errorf("%s: %s, want %s", method, got, want)
	}
}

func (k *kernel) open(text string) {
	k.tell("textDocument/didOpen", `{"textDocument":{"uri":"file:///a","version":1,"text":"`+text+`"}}`)
}

func (k *kernel) change(text string) {
	k.tell("textDocument/didChange", `{"textDocument":{"uri":"file:///a","version":2},"contentChanges":[{"text":"`+text+`"}]}`)
}

func TestStartsWithTheFirstRequest(t *testing.T) {
	k := newKernel(t, time.Hour)
	k.open("one")
	k.change("two")
	k.tell("textDocument/didOpen", `{"textDocument":{"uri":"file:///b","text":"closed"}}`)
	k.tell("textDocument/didClose", `{"textDocument":{"uri":"file:///b"}}`)
	if len(k.started) != 0 {
		t.Error("gopls is running before the first request")
	}
	k.want("hover", `"initialize, initialized, textDocument/didOpen two, hover"`)
	k.change("three")
	k.want("hover", `"initialize, initialized, textDocument/didOpen two, hover, textDocument/didChange three, hover"`)
	k.conn.Close()
	if err := <-k.ended; err != nil {
		t.Error(err)
	}
	if len(k.started) != 1 {
		t.Errorf("gopls was started %d times", len(k.started))
	}
}

func TestStopsWhenIdle(t *testing.T) {
	k := newKernel(t, 10*time.Millisecond)
	k.open("one")
	k.want("hover", `"initialize, initialized, textDocument/didOpen one, hover"`)
	time.Sleep(500 * time.Millisecond)
	k.change("two")
	k.want("hover", `"initialize, initialized, textDocument/didOpen two, hover"`)
}

func TestRequestsFailWhenGoplsDies(t *testing.T) {
	k := newKernel(t, time.Hour)
	k.want("die", "error: gopls has ended")
	k.want("hover", `"initialize, initialized, hover"`)
}
