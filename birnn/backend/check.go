package backend

import (
	"crypto/sha256"
	"debug/elf"
	"debug/macho"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/google/renameio/v2"
)

// Verify reports whether the file can be an XLA plugin for this machine, without loading it: that it is a whole shared
// library for this operating system and processor, and, for the one that this package installs, that every byte is right.
func Verify(path string) error {
	if err := checkBinary(path); err != nil {
		return err
	}
	if !pinned.installed(path) {
		return nil
	}
	return checkDigest(path, pinned.librarySHA256)
}

// checkBinary refuses what the dynamic loader would refuse, or would crash on: an error page, a truncated file, a library for
// another machine.
func checkBinary(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", path)
	}
	switch runtime.GOOS {
	case "linux":
		err = checkELF(path)
	case "darwin":
		err = checkMachO(path)
	}
	if err != nil {
		return fmt.Errorf("%s is no XLA plugin for %s/%s: %w", path, runtime.GOOS, runtime.GOARCH, err)
	}
	return nil
}

var elfMachines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

func checkELF(path string) error {
	f, err := elf.Open(path) // reads the section headers, which lie at the end: a truncated file fails
	if err != nil {
		return plainReason(path, err)
	}
	defer f.Close()
	if want, known := elfMachines[runtime.GOARCH]; known && f.Machine != want {
		return fmt.Errorf("it is built for %s", strings.TrimPrefix(f.Machine.String(), "EM_"))
	}
	if f.Type != elf.ET_DYN {
		return errors.New("it is not a shared library")
	}
	return nil
}

var machoCPUs = map[string]macho.Cpu{"amd64": macho.CpuAmd64, "arm64": macho.CpuArm64}

func checkMachO(path string) error {
	f, err := macho.Open(path)
	if err != nil {
		return plainReason(path, err)
	}
	defer f.Close()
	if want, known := machoCPUs[runtime.GOARCH]; known && f.Cpu != want {
		return fmt.Errorf("it is built for %v", f.Cpu)
	}
	return nil
}

// plainReason says what a file that is no library looks like, rather than which bytes are wrong.
func plainReason(path string, err error) error {
	f, openErr := os.Open(path)
	if openErr != nil {
		return openErr
	}
	defer f.Close()
	head := make([]byte, 512)
	n, _ := io.ReadFull(f, head)
	text := strings.ToLower(strings.TrimSpace(string(head[:n])))
	switch {
	case n == 0:
		return errors.New("it is empty")
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"):
		return errors.New("it is a web page")
	}
	return fmt.Errorf("damaged or of another kind (%w)", err)
}

// checkDigest compares the file's SHA-256, given in hexadecimal.
func checkDigest(path, want string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("%s is damaged: its SHA-256 is %s, not %s", path, got, want)
	}
	return nil
}

// checkOnce is checkDigest for a file that is opened by every cell of a notebook: reading its 200 MB takes 0.15 s, so
// that a note beside it remembers that they were right when the file had its present size and time.
func checkOnce(path, want string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // reading a pipe would wait for its other end
		return fmt.Errorf("%s is not a file", path)
	}
	note := fmt.Sprintf("%s %d %d\n", want, info.Size(), info.ModTime().UnixNano())
	if got, err := os.ReadFile(path + ".verified"); err == nil && string(got) == note {
		return nil
	}
	if err := checkDigest(path, want); err != nil {
		return err
	}
	_ = renameio.WriteFile(path+".verified", []byte(note), 0o644) // in a read-only directory it is read again next time
	return nil
}
