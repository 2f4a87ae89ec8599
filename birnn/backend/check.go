//go:build cgo

package backend

import (
	"crypto/sha256"
	"debug/elf"
	"debug/macho"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// Verify checks, without loading it, that a file can be an XLA plugin for this machine: a complete shared library for this operating
// system and processor and, if this package installed it, with the right SHA-256.
func Verify(path string) error {
	if err := checkBinary(path); err != nil {
		return err
	}
	if !pinned.installed(path) {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != pinned.library().SHA256 {
		return fmt.Errorf("%s is corrupt: its SHA-256 is %s, want %s", path, got, pinned.library().SHA256)
	}
	return nil
}

// checkBinary rejects files that the dynamic loader can't load, or would crash on: an error page, a truncated file, a library for
// another machine.
func checkBinary(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", path)
	case info.Size() == 0:
		return fmt.Errorf("%s is empty", path)
	case pinned.installed(path) && info.Size() != pinned.library().Size:
		return fmt.Errorf("%s is corrupt or of another version: it has %d bytes, want %d", path, info.Size(), pinned.library().Size)
	case runtime.GOOS == "linux":
		err = checkELF(path)
	case runtime.GOOS == "darwin":
		err = checkMachO(path)
	}
	if err != nil {
		return fmt.Errorf("%s is not a plugin for %s/%s: %w", path, runtime.GOOS, runtime.GOARCH, err)
	}
	return nil
}

var elfMachines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

func checkELF(path string) error {
	f, err := elf.Open(path) // reads the section headers at the end, so a truncated file fails
	if err != nil {
		return err
	}
	defer f.Close()
	if want, known := elfMachines[runtime.GOARCH]; known && f.Machine != want {
		return fmt.Errorf("it is built for %s", strings.TrimPrefix(f.Machine.String(), "EM_"))
	}
	if f.Type != elf.ET_DYN {
		return fmt.Errorf("it is not a shared library")
	}
	return nil
}

var machoCPUs = map[string]macho.Cpu{"amd64": macho.CpuAmd64, "arm64": macho.CpuArm64}

func checkMachO(path string) error {
	f, err := macho.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if want, known := machoCPUs[runtime.GOARCH]; known && f.Cpu != want {
		return fmt.Errorf("it is built for %v", f.Cpu)
	}
	return nil
}
