package sequences

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Limits of what [ReadTS] reads.
const (
	maxLine   = 16 << 20 // bytes of a line
	maxValues = 64 << 20 // numbers of a padded set: 256 MiB
)

// SyntaxError is an error in a .ts file.
type SyntaxError struct {
	Line  int    // counted from 1
	Field string // such as "feature 2, time step 7", "class" or "@dimensions"; both are counted from 1
	Err   error
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("sequences: line %d, %s: %v", e.Line, e.Field, e.Err)
}

func (e *SyntaxError) Unwrap() error { return e.Err }

// ReadTS reads a data set with class labels in the .ts format of the UCR and UEA archives:
//
//	# a comment
//	@problemName Example
//	@timeStamps false
//	@univariate false
//	@dimensions 2
//	@equalLength false
//	@classLabel true no yes
//	@data
//	1,2,3:0.1,0.2,0.3:yes
//	4,5:0.4,0.5:no
//
// After @data each line is a sequence: the features, separated by colons, and then the class; the time steps of a feature are separated by
// commas. The set is as long as its longest sequence.
//
// ReadTS is strict: the data must agree with the header, and every number must be finite. Time stamps, missing values, and labels that are
// not classes are not supported. Lines of more than 16 MiB are rejected, and so are sets that would take more than 256 MiB. The error is a
// [*SyntaxError] if the content is wrong, and otherwise that of r.
func ReadTS(r io.Reader) (*Set, error) {
	p := &parser{lines: bufio.NewScanner(r)}
	p.lines.Buffer(nil, maxLine)
	set, err := p.parse()
	switch scanErr := p.lines.Err(); {
	case errors.Is(scanErr, bufio.ErrTooLong):
		return nil, &SyntaxError{p.line + 1, "the line", fmt.Errorf("it is longer than %d bytes", maxLine)}
	case scanErr != nil:
		return nil, fmt.Errorf("sequences: %w", scanErr)
	case err != nil:
		return nil, err
	}
	return set, nil
}

// parser reads a .ts file.
type parser struct {
	lines *bufio.Scanner
	line  int // the number of the current line
	header
	sequences [][]float32 // [length, features] each
	longest   int         // length of the longest sequence
	labels    []int32
}

func (p *parser) parse() (*Set, error) {
	if err := p.readHeader(); err != nil {
		return nil, err
	}
	for p.next() {
		if err := p.readSequence(); err != nil {
			return nil, err
		}
	}
	if len(p.sequences) == 0 {
		return nil, p.errorf("@data", "no sequence follows")
	}
	return p.set(), nil
}

// next reads the next line that is neither empty nor a comment.
func (p *parser) next() bool {
	for p.lines.Scan() {
		p.line++
		if text := strings.TrimSpace(p.lines.Text()); text != "" && !strings.HasPrefix(text, "#") {
			return true
		}
	}
	return false
}

func (p *parser) errorf(field, format string, args ...any) error {
	return &SyntaxError{max(p.line, 1), field, fmt.Errorf(format, args...)}
}

// readSequence reads a line of data.
func (p *parser) readSequence() error {
	text := strings.TrimSpace(p.lines.Text())
	if n := 1 + strings.Count(text, ":"); n != p.dimensions+1 {
		return p.errorf("the line", "%d fields separated by colons, want %d: the features and the class", n, p.dimensions+1)
	}
	fields := strings.Split(text, ":")
	label, ok := p.labelOf[strings.TrimSpace(fields[p.dimensions])]
	if !ok {
		return p.errorf("class", "%.40q is not among the classes of @classLabel", fields[p.dimensions])
	}
	length := 1 + strings.Count(fields[0], ",")
	if p.seriesLength > 0 && length != p.seriesLength {
		return p.errorf("feature 1", "%d time steps, want %d as @seriesLength says", length, p.seriesLength)
	}
	// Padding can take more than the file: its size is checked before anything of it is allocated.
	p.longest = max(p.longest, length)
	if p.longest > maxValues/p.dimensions/(len(p.sequences)+1) {
		return p.errorf("the line", "with it the set has more than %d numbers, with padding", maxValues)
	}
	x := make([]float32, length*p.dimensions)
	for feature, field := range fields[:p.dimensions] {
		if err := p.readFeature(x[feature:], feature, length, field); err != nil {
			return err
		}
	}
	p.sequences, p.labels = append(p.sequences, x), append(p.labels, label)
	return nil
}

// readFeature reads the time steps of a feature into x, p.dimensions apart.
func (p *parser) readFeature(x []float32, feature, length int, field string) error {
	if n := 1 + strings.Count(field, ","); n != length {
		return p.errorf(fmt.Sprintf("feature %d", feature+1), "%d time steps, but feature 1 has %d", n, length)
	}
	t := 0
	for text := range strings.SplitSeq(field, ",") {
		value, err := strconv.ParseFloat(strings.TrimSpace(text), 32)
		if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
			return p.errorf(fmt.Sprintf("feature %d, time step %d", feature+1, t+1), "%.40q is not a finite number", text)
		}
		x[t*p.dimensions] = float32(value)
		t++
	}
	return nil
}

// set pads the sequences.
func (p *parser) set() *Set {
	s := &Set{Labels: p.labels, Time: p.longest, Features: p.dimensions, Classes: p.classes}
	s.X = make([]float32, len(p.sequences)*s.Time*s.Features)
	for i, x := range p.sequences {
		copy(s.X[i*s.Time*s.Features:], x)
		s.Lengths = append(s.Lengths, int32(len(x)/s.Features))
	}
	return s
}
