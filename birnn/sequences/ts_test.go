package sequences

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/easy-gomlx/tutorials/birnn/internal/memtest"
)

func TestReadTS(t *testing.T) {
	s, err := ReadTS(strings.NewReader(syntheticHeader + "\n# padding follows\n 1, 2 :0.5,-4e-1: yes\r\n3:0.3:no"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{1, 0.5, 2, -0.4, 3, 0.3, 0, 0}; !slices.Equal(s.X, want) {
		t.Errorf("X is %v, want %v", s.X, want)
	}
	if !slices.Equal(s.Lengths, []int32{2, 1}) || !slices.Equal(s.Labels, []int32{1, 0}) || !slices.Equal(s.Classes, []string{"no", "yes"}) ||
		s.Time != 2 || s.Features != 2 {
		t.Errorf("got %+v", s)
	}
}

// TestHeaders: other headers that are correct.
func TestHeaders(t *testing.T) {
	for _, text := range []string{
		"@univariate true\n@classLabel true a\n@data\n1,2:a",
		"@UNIVARIATE true\n@dimension 1\n@CLASSLABEL true a\n@Data\n1,2:a",
		"@dimensions 1\n@equalLength true\n@seriesLength 2\n@targetLabel false\n@classLabel true a b\n@data\n1,2:a",
	} {
		if s, err := ReadTS(strings.NewReader(text)); err != nil || s.Time != 2 || s.Features != 1 {
			t.Errorf("%q: got %+v, %v", text, s, err)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	header := strings.NewReplacer("# made up\n", "").Replace(syntheticHeader) // 8 lines
	for _, test := range []struct {
		name, text  string
		line        int
		field, says string
	}{
		{"no number", header + "1:1:yes\n1,2:3,x:yes", 10, "feature 2, time step 2", `"x"`},
		{"an empty number", header + "1,:3,4:yes", 9, "feature 1, time step 2", `""`},
		{"NaN", header + "NaN:3:yes", 9, "feature 1, time step 1", "finite"},
		{"infinite", header + "1:-Inf:yes", 9, "feature 2, time step 1", "finite"},
		{"too large for 32 bits", header + "1e39:3:yes", 9, "feature 1, time step 1", "finite"},
		{"missing value", header + "?:3:yes", 9, "feature 1, time step 1", `"?"`},
		{"features of different lengths", header + "1,2:3:yes", 9, "feature 2", "feature 1 has 2"},
		{"too few features", header + "1,2:yes", 9, "the line", "want 3"},
		{"too many features", header + "1:2:3:yes", 9, "the line", "want 3"},
		{"unknown class", header + "1:2:maybe", 9, "class", `"maybe"`},
		{"another length", "@dimensions 1\n@equalLength true\n@seriesLength 3\n@classLabel true a\n@data\n1,2:a", 6, "feature 1", "want 3"},
		{"no data", header, 8, "@data", "no sequence"},
		{"no @data", "@dimensions 1\n", 1, "the header", "@data"},
		{"empty", "", 1, "the header", "@data"},
		{"data first", "1,2:3,4:yes", 1, "the header", "1,2"},
		{"unknown line", "@unknown x\n", 1, "the header", "@unknown"},
		{"time stamps", "@timeStamps true\n", 1, "@timeStamps", "only false"},
		{"missing values", "@missing true\n", 1, "@missing", "only false"},
		{"targets", "@targetLabel true\n", 1, "@targetLabel", "only false"},
		{"no boolean", "@equalLength maybe\n", 1, "@equalLength", "maybe"},
		{"no dimensions", "@classLabel true a\n@data\n", 2, "the header", "@dimensions"},
		{"no classes", "@dimensions 1\n@data\n", 2, "the header", "@classLabel"},
		{"classes without names", "@classLabel true\n", 1, "@classLabel", "names"},
		{"no class labels", "@classLabel false\n", 1, "@classLabel", "names"},
		{"a class twice", "@classLabel true a b a\n", 1, "@classLabel", `"a"`},
		{"a line twice", "@dimensions 1\n@dimensions 2\n", 2, "@dimensions", "second"},
		{"two spellings of a line", "@dimension 1\n@dimensions 2\n", 2, "@dimensions", "second"},
		{"a line without a value", "@dimensions\n", 1, "@dimensions", "no value"},
		{"zero dimensions", "@dimensions 0\n", 1, "@dimensions", `"0"`},
		{"too many dimensions", "@dimensions 99999999999\n", 1, "@dimensions", "99999999999"},
		{"two dimensions of one", "@univariate true\n@dimensions 2\n@classLabel true a\n@data\n", 4, "the header", "2 dimensions"},
		{"equal length, unknown", "@dimensions 1\n@equalLength true\n@classLabel true a\n@data\n", 4, "the header", "@seriesLength"},
		{"a length of different ones", "@dimensions 1\n@seriesLength 2\n@classLabel true a\n@data\n", 4, "the header", "@seriesLength"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadTS(strings.NewReader(test.text))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v, want a *SyntaxError", err)
			}
			if syntax.Line != test.line || syntax.Field != test.field || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v; want line %d, %s and %q", err, test.line, test.field, test.says)
			}
		})
	}
}

// TestLimits: neither a long line nor much padding takes much memory.
func TestLimits(t *testing.T) {
	var syntax *SyntaxError
	long := syntheticHeader + strings.Repeat("1,", maxLine)
	if _, err := ReadTS(strings.NewReader(long)); !errors.As(err, &syntax) || syntax.Line != 10 {
		t.Errorf("a long line: got %v, want a *SyntaxError in line 10", err)
	}
	const steps = 1 << 20
	padded := "@univariate true\n@classLabel true a\n@data\n" + strings.Repeat("1,", steps-1) + "1:a\n" + strings.Repeat("1:a\n", 100)
	if _, err := ReadTS(strings.NewReader(padded)); !errors.As(err, &syntax) || syntax.Line != 4+maxValues/steps {
		t.Errorf("much padding: got %v, want a *SyntaxError in line %d", err, 4+maxValues/steps)
	}
	colons := syntheticHeader + strings.Repeat(":", maxLine/2)
	memtest.Check(t, 8*len(colons), func() {
		if _, err := ReadTS(strings.NewReader(colons)); !errors.As(err, &syntax) || syntax.Line != 10 {
			t.Errorf("many fields: got %v, want a *SyntaxError in line 10", err)
		}
	})
}

// TestManyClasses takes hours if the time grows with the square of the number of classes.
func TestManyClasses(t *testing.T) {
	const classes = 1 << 20
	text := []byte("@univariate true\n@classLabel true")
	for class := range classes {
		text = fmt.Appendf(text, " %x", class)
	}
	text = fmt.Appendf(text, "\n@data\n1:%x", classes-1)
	s, err := ReadTS(bytes.NewReader(text))
	if err != nil || len(s.Classes) != classes || s.Labels[0] != classes-1 {
		t.Errorf("got %.100v, %v", s, err)
	}
}

func TestReadError(t *testing.T) {
	if _, err := ReadTS(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

// FuzzReadTS: whatever the content, a set is consistent, or the error has a position.
func FuzzReadTS(f *testing.F) {
	f.Add(synthetic["Synthetic_TRAIN.ts"])
	f.Add("@univariate true\n@classLabel true a\n@equalLength true\n@seriesLength 2\n@data\n1,2:a\n")
	f.Add("@dimensions 3\n@classLabel true a\n@data\n1:2:a")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ReadTS(strings.NewReader(text))
		if err != nil {
			if !as[*SyntaxError](err) {
				t.Errorf("got %v, want a *SyntaxError", err)
			}
			return
		}
		if len(s.X) != s.Len()*s.Time*s.Features || len(s.Lengths) != s.Len() || int(slices.Max(s.Lengths)) != s.Time || slices.Min(s.Lengths) < 1 {
			t.Errorf("inconsistent: %+v", s)
		}
		if slices.Min(s.Labels) < 0 || int(slices.Max(s.Labels)) >= len(s.Classes) {
			t.Errorf("labels %v of %d classes", s.Labels, len(s.Classes))
		}
		if slices.ContainsFunc(s.X, func(x float32) bool { return math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) }) {
			t.Error("X has a number that is not finite")
		}
	})
}
