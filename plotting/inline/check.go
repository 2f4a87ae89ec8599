package inline

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	pkgerrors "github.com/pkg/errors"
)

// Check does nothing if err is nil. Otherwise it ends the cell's program with exit status 1, after printing a few lines instead of Go's
// stack trace: the error, and the lines of the cells that it came from. A notebook that uses package must declares
//
//	func init_check() { must.M = inline.Check }
//
// since GoNB runs the functions whose names start with init_ in every cell.
func Check(err error) {
	if err == nil {
		return
	}
	callers := make([]uintptr, 100)
	report(os.Stderr, err, callers[:runtime.Callers(2, callers)])
	os.Exit(1)
}

const (
	reportedLines  = 4 // of the error's text
	reportedPlaces = 2
)

// compiling is what GoMLX puts before the error of a graph-building function.
var compiling = regexp.MustCompile(`failed during graph construction/compilation: compilation failed for Exec "[^"]*": (graphFn for "[^"]*" panicked: )?`)

func report(w io.Writer, err error, callers []uintptr) {
	text := compiling.ReplaceAllLiteralString(err.Error(), "building the graph: ")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > reportedLines {
		lines = append(lines[:reportedLines-1], "…")
	}
	fmt.Fprintf(w, "✗ %s\n", strings.Join(lines, "\n"))
	places := cellLines(callers)
	var traced interface{ StackTrace() pkgerrors.StackTrace }
	if errors.As(err, &traced) { // GoMLX's errors carry the stack of the graph function that failed
		var stack []uintptr
		for _, frame := range traced.StackTrace() {
			stack = append(stack, uintptr(frame))
		}
		places = append(cellLines(stack), places...)
	}
	places = slices.Compact(places)
	for _, place := range places[:min(len(places), reportedPlaces)] {
		fmt.Fprintln(w, "  at", place)
	}
}

// cellLines returns the lines of the program that GoNB generates from the cells (main.go, or main_test.go for a cell with %test) that are in
// a stack, innermost first. After a panic these are the lines that led to it. GoNB puts cell and line before a path that it knows, which with
// -trimpath is not the one in the stack.
func cellLines(stack []uintptr) (lines []string) {
	frames := runtime.CallersFrames(stack)
	for {
		frame, more := frames.Next()
		file := filepath.Base(frame.File)
		switch {
		case frame.Function == "runtime.gopanic":
			lines = nil // of the function that recovered
		case file == "main.go" && strings.HasPrefix(frame.Function, "main."), file == "main_test.go" && !strings.Contains(frame.Function, "/"):
			lines = append(lines, fmt.Sprintf("%s:%d", filepath.Join(os.Getenv("GONB_TMP_DIR"), file), frame.Line))
		}
		if !more {
			return lines
		}
	}
}
