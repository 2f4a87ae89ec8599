package backend

import (
	"fmt"
	"os"
	"path/filepath"
)

const cacheVariable = "EASY_GOMLX_CACHE"

// CacheDir is the directory under which everything that this module installs or downloads is kept: EASY_GOMLX_CACHE if
// set, otherwise easy-gomlx in the user's cache directory. It need not exist yet.
func CacheDir() (string, error) {
	if dir := os.Getenv(cacheVariable); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache directory: %w; set HOME, or %s to a directory that can be written to", err, cacheVariable)
	}
	return filepath.Join(dir, "easy-gomlx"), nil
}
