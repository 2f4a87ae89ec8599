package xlacall

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// outcome says whether a function was replaced.
type outcome struct {
	function string
	err      error // nil: replaced
}

func anyReplaced(outcomes []outcome) bool {
	return slices.ContainsFunc(outcomes, func(o outcome) bool { return o.err == nil })
}

// allKept returns the outcomes of a program that XLA did not accept.
func allKept(outcomes []outcome, err error) []outcome {
	kept := slices.Clone(outcomes)
	for k := range kept {
		if kept[k].err == nil {
			kept[k].err = err
		}
	}
	return kept
}

// rewrite replaces functions in the text of a StableHLO program as go-xla
// v0.4.5 writes it: on two lines,
//
//	func.func @name_12(%plain: tensor<2xf32>, %x: tensor<2xi1>) -> tensor<2xf32> {
//	  "stablehlo.return"(%plain) : (tensor<2xf32>) -> ()
//
// and each call on one line:
//
//	%5 = "func.call"(%3, %4) { callee = @name_12 } : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
//
// It replaces the second line and keeps everything else.
func rewrite(text string, operations []installed) (rewritten string, outcomes []outcome) {
	defer func() {
		if r := recover(); r != nil { // a bug in a plan or here must not crash the program
			rewritten, outcomes = text, allKept(outcomes, fmt.Errorf("rewriting the program panicked: %v", r))
		}
	}()
	var uses map[string]int
	var b strings.Builder
	end := 0 // of the part of text that is in b
	for _, m := range functionStart.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		op := operationOf(name, operations)
		if op == nil {
			continue
		}
		if uses == nil {
			uses = countValues(text)
		}
		outcomes = append(outcomes, outcome{name, nil})
		start, stop, body, err := replacement(text, m[0], name, op, uses)
		outcomes[len(outcomes)-1].err = err
		switch err {
		case nil:
			b.WriteString(text[end:start] + body)
			end = stop
		case errUnused: // XLA removes it
			outcomes = outcomes[:len(outcomes)-1]
		}
	}
	return b.String() + text[end:], outcomes
}

var functionStart = regexp.MustCompile(`(?m)^ *func\.func @(\w+)\(`)

func operationOf(function string, operations []installed) *installed {
	for k, op := range operations {
		rest, ok := strings.CutPrefix(function, op.Name)
		if ok && (rest == "" || numbered.MatchString(rest)) {
			return &operations[k]
		}
	}
	return nil
}

var numbered = regexp.MustCompile(`^_\d+$`)

// replacement returns a function's new body, and where the old one starts and
// stops. The function's definition starts at text[at].
func replacement(text string, at int, name string, op *installed, uses map[string]int) (start, stop int, body string, err error) {
	head, rest, _ := strings.Cut(text[at:], "\n")
	old, rest, _ := strings.Cut(rest, "\n")
	last, _, _ := strings.Cut(rest, "\n")
	if strings.TrimSpace(last) != "}" {
		return 0, 0, "", fmt.Errorf("%s has more than one statement", name)
	}
	f, err := parseFunction(head, old)
	if err != nil {
		return 0, 0, "", fmt.Errorf("%s: %w", name, err)
	}
	used, err := usedResults(text, name, len(f.results), uses)
	if err != nil {
		return 0, 0, "", fmt.Errorf("%s: %w", name, err)
	}
	if !slices.Contains(used, true) {
		return 0, 0, "", errUnused
	}
	body, err = f.call(op, used)
	if err != nil {
		return 0, 0, "", fmt.Errorf("%s: %w", name, err)
	}
	start = at + len(head) + 1
	return start, start + len(old), body, nil
}

var errUnused = errors.New("nothing uses its results")

// usedResults reports which results of a function are used.
func usedResults(text, name string, results int, uses map[string]int) ([]bool, error) {
	used := make([]bool, results)
	callee := regexp.MustCompile(`@` + name + `\b`)
	call := regexp.MustCompile(`^ *(%\w+(?:, %\w+)*) = "func\.call"\([^"]*\) \{ callee = @` + name + ` \} : [^"]*$`)
	for _, m := range callee.FindAllStringIndex(text, -1) {
		line := lineAt(text, m[0])
		if strings.HasPrefix(strings.TrimLeft(line, " "), "func.func @"+name+"(") {
			continue
		}
		c := call.FindStringSubmatch(line)
		if c == nil {
			return nil, fmt.Errorf("unrecognized call: %.200s", line)
		}
		values := strings.Split(c[1], ", ")
		if len(values) != results {
			return nil, fmt.Errorf("%d results, %d in a call", results, len(values))
		}
		for k, v := range values {
			used[k] = used[k] || uses[v] > 1
		}
	}
	return used, nil
}

func lineAt(text string, at int) string {
	line, _, _ := strings.Cut(text[at:], "\n")
	return text[strings.LastIndexByte(text[:at], '\n')+1:at] + line
}

// countValues counts how often each name of a value (%5, %x) occurs. A name
// identifies a value only within a function; if another function has the same
// name, an unused value counts as used, which is harmless.
func countValues(text string) map[string]int {
	counts := map[string]int{}
	for _, v := range value.FindAllString(text, -1) {
		counts[v]++
	}
	return counts
}

var value = regexp.MustCompile(`%\w+`)
