//go:build cgo

package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/fetch"
	"github.com/gomlx/go-xla/installer"
	"github.com/gomlx/go-xla/pjrt"
)

// releases is where go-xla's installer looks for the plugin.
const releases = "https://api.github.com/repos/" + installer.BinaryCPUReleasesRepo

// installRelease runs go-xla's installer. That has no time limit and checks neither HTTP status nor digest, so the host is tried first,
// the installation is limited in time, and its result must be a library that loads.
func installRelease(ctx context.Context, dir string, report func(format string, args ...any)) (string, error) {
	if _, err := fetch.Page(ctx, releases); err != nil {
		return "", err
	}
	limit := 30 * time.Minute
	if len(sources(runtime.GOOS, runtime.GOARCH)) > 1 { // there is another source to try
		limit = 5 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	report("installing XLA's CPU plugin %s from GitHub", pjrt.DefaultCPUVersion)
	into := filepath.Join(dir, "go-xla")
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("%v", r)
			}
		}()
		done <- installer.CPUAutoInstall(into, false, installer.Quiet)
	}()
	select {
	case err := <-done:
		if err != nil {
			return "", err
		}
	case <-ctx.Done():
		return "", fmt.Errorf("stopped, or not finished after %v: %w", limit, ctx.Err())
	}
	return loadable(into)
}

// loadable returns the plugin in dir that loads, and removes others, which would be found again.
func loadable(dir string) (string, error) {
	var errs []error
	for _, path := range pluginsIn(dir) {
		err := checkBinary(path)
		if err == nil {
			if _, err = pjrt.GetPlugin(path); err == nil {
				return path, nil
			}
		}
		errs = append(errs, err, os.Remove(path))
	}
	if errs == nil {
		return "", errors.New("it left no plugin in " + dir)
	}
	return "", errors.Join(errs...)
}
