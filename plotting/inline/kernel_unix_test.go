//go:build unix

package inline

import (
	"encoding/gob"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/easy-gomlx/tutorials/plotting"
)

// kernel is a fake of GoNB's kernel: it receives what the cell's program sends, and confirms on request.
type kernel struct {
	messages chan *protocol.DisplayData
	confirms atomic.Int32 // that were requested
	failed   chan error
}

func startKernel(t *testing.T) *kernel {
	t.Helper()
	k := &kernel{messages: make(chan *protocol.DisplayData, 100), failed: make(chan error, 1)}
	dir := t.TempDir()
	for _, variable := range []string{protocol.GONB_PIPE_ENV, protocol.GONB_PIPE_BACK_ENV} {
		path := filepath.Join(dir, variable)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Skipf("no named pipes here: %v", err)
		}
		t.Setenv(variable, path)
	}
	gonbui.IsNotebook = true
	t.Cleanup(func() { gonbui.IsNotebook = false })
	go func() { k.failed <- k.serve(os.Getenv(protocol.GONB_PIPE_ENV), os.Getenv(protocol.GONB_PIPE_BACK_ENV)) }()
	return k
}

func (k *kernel) serve(from, to string) error {
	reader, err := os.Open(from)
	if err != nil {
		return err
	}
	writer, err := os.OpenFile(to, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	decoder, encoder := gob.NewDecoder(reader), gob.NewEncoder(writer)
	for {
		message := &protocol.DisplayData{}
		if err := decoder.Decode(message); err != nil {
			return err
		}
		if request, ok := message.Data[protocol.MIMECommValue].(protocol.CommValue); ok {
			k.confirms.Add(1)
			reply := &protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: request.Value}
			if err := encoder.Encode(reply); err != nil {
				return err
			}
			continue
		}
		k.messages <- message
	}
}

// received returns the messages so far. Call it after a flush.
func (k *kernel) received(t *testing.T) []*protocol.DisplayData {
	t.Helper()
	var all []*protocol.DisplayData
	for {
		select {
		case message := <-k.messages:
			all = append(all, message)
		case err := <-k.failed:
			t.Fatalf("the kernel stopped: %v", err)
		default:
			return all
		}
	}
}

// TestInNotebook tests everything that needs a kernel: gonbui opens its pipes once per process.
func TestInNotebook(t *testing.T) {
	k := startKernel(t)
	if err := Show(smallFigure()); err != nil {
		t.Fatal(err)
	}
	shown := k.received(t)
	if len(shown) != 1 || shown[0].DisplayID != "" || shown[0].Data[protocol.MIMETextPlain] != "Nothing but black." {
		t.Fatalf("the kernel got %d messages, first %+v; want the figure", len(shown), shown)
	}
	if n := k.confirms.Load(); n != 1 {
		t.Errorf("Show requested %d confirmations, want 1", n)
	}
	if err := Show(&plotting.Figure{}); err == nil {
		t.Error("no error for a figure without an image")
	}

	live := NewLive(1, 2)
	live.Step(1, 2.3, 0.1)
	live.Step(2, 1.3, 0.5)
	live.Validation(2, 1.2, 0.6)
	if err := live.Done(); err != nil {
		t.Fatal(err)
	}
	updates := k.received(t)
	if len(updates) != 6 { // a line and a figure when it starts, at the first step, and at the end
		t.Fatalf("the kernel got %d messages from Live, want 6", len(updates))
	}
	for k, update := range updates {
		if update.DisplayID != updates[k%2].DisplayID {
			t.Errorf("message %d has display id %q; want two that alternate", k, update.DisplayID)
		}
	}
	if updates[0].DisplayID == updates[1].DisplayID {
		t.Error("line and figure have the same display id")
	}
}
