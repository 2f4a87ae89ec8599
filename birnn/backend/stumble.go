package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/go-xla/pjrt"
)

// stumbled explains a panic of go-xla: while it searches for a plugin it panics on one that can't be loaded, whichever is wanted.
func stumbled(panicked any) error {
	dirs := append(filepath.SplitList(os.Getenv(pjrt.PJRTPluginPathsEnv)), searchDirs("")...)
	var bad []string
	for _, dir := range dirs {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), "pjrt") {
				continue
			}
			if err := checkBinary(filepath.Join(dir, e.Name())); err != nil {
				bad = append(bad, err.Error())
			}
		}
	}
	if bad == nil {
		return fmt.Errorf("go-xla failed while it looked for a plugin: %v; name one by its path (GOMLX_BACKEND=xla:/path/to/plugin.so)", panicked)
	}
	return fmt.Errorf("go-xla stumbles over a bad plugin: %s; remove it, or name a good one by its path (GOMLX_BACKEND=xla:/path/to/plugin.so)", strings.Join(bad, "; "))
}
