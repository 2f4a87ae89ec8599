package backend

import "github.com/easy-gomlx/tutorials/birnn/internal/cachedir"

const cacheVariable = cachedir.Variable

// CacheDir is the directory under which everything that this module installs or downloads is kept: EASY_GOMLX_CACHE if
// set, otherwise easy-gomlx in the user's cache directory. It need not exist yet.
func CacheDir() (string, error) { return cachedir.Get() }
