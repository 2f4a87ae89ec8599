package backend

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gomlx/go-xla/installer"
	"github.com/gomlx/go-xla/pjrt"
)

// releases is where go-xla's installer asks for its plugin.
const releases = "https://api.github.com/repos/" + installer.BinaryCPUReleasesRepo

// installFromGitHub runs go-xla's own installer. That has no time limit and looks at no digest, so the host is asked first whether
// it answers, the whole is bounded in time, and what arrives must be a library that loads.
func installFromGitHub(ctx context.Context, dir string, report func(format string, args ...any)) (string, error) {
	if err := answers(ctx, releases, 5*time.Second); err != nil {
		return "", err
	}
	limit := 5 * time.Minute
	if !pinned.fits(goos, goarch) { // no other source to go on to
		limit = 30 * time.Minute
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
		return "", fmt.Errorf("not finished after %v: %w", limit, ctx.Err())
	}
	return loadable(into)
}

// loadable returns the plugin in dir if it loads, and otherwise removes it, so that it is not found again.
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

// answers reports whether a host answers a request within the limit.
func answers(ctx context.Context, url string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	return nil
}
