package backend

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

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

// ours is a library for this machine, and its counterpart for another one.
func ours(t *testing.T) (good, foreign []byte) {
	t.Helper()
	machine, ok := elfMachines[runtime.GOARCH]
	if runtime.GOOS != "linux" || !ok {
		t.Skipf("plugins of %s/%s are not ELF files known here", runtime.GOOS, runtime.GOARCH)
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

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	good, foreign := ours(t)
	for _, test := range []struct {
		name    string
		content []byte
		want    string // part of the error; "" for none
	}{
		{"library", good, ""},
		{"empty", nil, "it is empty"},
		{"captive portal", []byte("\n<!DOCTYPE html><html><body>Sign in</body></html>"), "it is a web page"},
		{"other processor", foreign, "it is built for"},
		{"program", library(t, elfMachines[runtime.GOARCH], elf.ET_EXEC), "not a shared library"},
		{"cut off in the header", good[:40], "damaged"},
		{"noise", bytes.Repeat([]byte{7, 9}, 4096), "damaged"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, filepath.Join(t.TempDir(), "pjrt_c_api_cpu_plugin.so"), test.content)
			err := Verify(path)
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want an error with %q and the path", err, test.want)
			}
		})
	}
}

func TestVerifyChecksTheDigestOfTheInstalledLibrary(t *testing.T) {
	good, _ := ours(t)
	cache := t.TempDir()
	t.Setenv(cacheVariable, cache)
	path := write(t, pinned.path(filepath.Join(cache, "xla")), good)
	if err := Verify(path); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("got %v, want a digest error", err)
	}
}

func TestCheckOnceSeesAChangedFile(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "f"), []byte("abc"))
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	for range 2 {
		if err := checkOnce(path, abc); err != nil {
			t.Fatal(err)
		}
	}
	write(t, path, []byte("abd"))
	if err := checkOnce(path, abc); err == nil {
		t.Error("a changed file passed")
	}
}
