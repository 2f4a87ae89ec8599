//go:build cgo

package backend

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const libraryName = "pjrt_c_api_cpu_plugin.so"

// library is the smallest file with the header of a shared library for a machine.
func library(t *testing.T, machine elf.Machine, kind elf.Type) []byte {
	t.Helper()
	h := elf.Header64{Type: uint16(kind), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT), Ehsize: 64}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA], h.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, h); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// libraries returns a library for this machine and one for another.
func libraries(t *testing.T) (good, foreign []byte) {
	t.Helper()
	machine, ok := elfMachines[runtime.GOARCH]
	if runtime.GOOS != "linux" || !ok {
		t.Skipf("plugins for %s/%s are not ELF files that this test can make", runtime.GOOS, runtime.GOARCH)
	}
	other := elf.EM_AARCH64
	if machine == other {
		other = elf.EM_X86_64
	}
	return library(t, machine, elf.ET_DYN), library(t, other, elf.ET_DYN)
}

func write(t *testing.T, path string, content []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestVerify(t *testing.T) {
	cache := nothingInstalled(t)
	good, foreign := libraries(t)
	for _, test := range []struct {
		name    string
		content []byte
		want    string // part of the error; "" for none
	}{
		{"library", good, ""},
		{"empty", nil, "is empty"},
		{"captive portal", []byte("<!DOCTYPE html><html><body>Sign in</body></html>"), "bad magic"},
		{"other processor", foreign, "built for"},
		{"program", library(t, elfMachines[runtime.GOARCH], elf.ET_EXEC), "not a shared library"},
		{"cut off in the header", good[:40], "EOF"},
	} {
		path := write(t, filepath.Join(t.TempDir(), libraryName), test.content)
		err := Verify(path)
		if (err == nil) != (test.want == "") || err != nil && (!strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path)) {
			t.Errorf("%s: got %v, want an error with %q and the path", test.name, err, test.want)
		}
	}
	if err := Verify(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a directory: got %v", err)
	}
	path := write(t, pinned.path(filepath.Join(cache, "xla")), good)
	if err := Verify(path); err == nil || !strings.Contains(err.Error(), "SHA-256") || !strings.Contains(err.Error(), path) {
		t.Errorf("in place of the pinned one: got %v, want that its SHA-256 is wrong", err)
	}
}

// TestLoadable: go-xla's installer keeps whatever a server sends. What doesn't load is removed, or it would be found again.
func TestLoadable(t *testing.T) {
	good, foreign := libraries(t)
	for name, content := range map[string][]byte{
		"error page": []byte("<html>rate limit"), "empty": nil, "other processor": foreign, "not a plugin": good, "cut off": good[:50],
	} {
		path := write(t, filepath.Join(t.TempDir(), libraryName), content)
		if got, err := loadable(filepath.Dir(path)); got != "" || err == nil {
			t.Errorf("%s: got %q, %v; want an error", name, got, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the file is still there", name)
		}
	}
	if _, err := loadable(t.TempDir()); err == nil {
		t.Error("no error for an empty directory")
	}
}
