// Package cachedir locates the directory for what this module downloads and installs.
package cachedir

import (
	"fmt"
	"os"
	"path/filepath"
)

// Variable is the environment variable that names another directory.
const Variable = "EASY_GOMLX_CACHE"

// Get returns the directory: EASY_GOMLX_CACHE if set, otherwise easy-gomlx in the user's cache directory. It need not exist yet.
func Get() (string, error) {
	if dir := os.Getenv(Variable); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache directory: %w; set HOME, or %s to a directory that can be written to", err, Variable)
	}
	return filepath.Join(dir, "easy-gomlx"), nil
}
