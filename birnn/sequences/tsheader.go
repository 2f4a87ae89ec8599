package sequences

import (
	"slices"
	"strconv"
	"strings"
)

// header is what the lines before @data say.
type header struct {
	dimensions   int // features
	classes      []string
	labelOf      map[string]int32 // the index of a class
	seriesLength int              // 0: sequences may have different lengths
}

// readHeader reads the lines up to @data.
func (p *parser) readHeader() error {
	values := map[string][]string{}
	for p.next() {
		words := strings.Fields(p.lines.Text())
		key := strings.ToLower(words[0])
		if key == "@dimension" {
			key = "@dimensions"
		}
		switch {
		case key == "@data":
			return p.interpret(values)
		case !slices.Contains([]string{"@problemname", "@timestamps", "@missing", "@univariate", "@dimensions", "@equallength",
			"@serieslength", "@classlabel", "@targetlabel"}, key):
			return p.errorf("the header", "%.40q is not a line of the header", words[0])
		case values[key] != nil:
			return p.errorf(words[0], "it appears a second time")
		case len(words) == 1:
			return p.errorf(words[0], "it has no value")
		}
		values[key] = words[1:]
		if err := p.checkValue(words[0], key, words[1:]); err != nil {
			return err
		}
	}
	return p.errorf("the header", "it has no @data")
}

// checkValue checks a line of the header by itself, so that the error names the line.
func (p *parser) checkValue(name, key string, values []string) error {
	switch key {
	case "@timestamps", "@missing", "@targetlabel":
		if values[0] != "false" {
			return p.errorf(name, "%.40q; only false is supported", values[0])
		}
	case "@univariate", "@equallength":
		if values[0] != "false" && values[0] != "true" {
			return p.errorf(name, "%.40q, want false or true", values[0])
		}
	case "@dimensions":
		return p.setPositive(&p.dimensions, name, values[0])
	case "@serieslength":
		return p.setPositive(&p.seriesLength, name, values[0])
	case "@classlabel":
		p.classes = values[1:]
		if values[0] != "true" || len(p.classes) == 0 {
			return p.errorf(name, "want true and the names of the classes")
		}
		p.labelOf = make(map[string]int32, len(p.classes))
		for i, class := range p.classes {
			if _, repeated := p.labelOf[class]; repeated {
				return p.errorf(name, "class %.40q appears twice", class)
			}
			p.labelOf[class] = int32(i)
		}
	}
	return nil
}

func (p *parser) setPositive(number *int, name, text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxValues {
		return p.errorf(name, "%.40q, want a number from 1 to %d", text, maxValues)
	}
	*number = n
	return nil
}

// interpret checks the lines of the header against each other.
func (p *parser) interpret(values map[string][]string) error {
	is := func(key, value string) bool { return values[key] != nil && values[key][0] == value }
	if is("@univariate", "true") {
		if p.dimensions > 1 {
			return p.errorf("the header", "@univariate true, but %d dimensions", p.dimensions)
		}
		p.dimensions = 1
	}
	switch {
	case p.dimensions == 0:
		return p.errorf("the header", "it has neither @dimensions nor @univariate true")
	case p.classes == nil:
		return p.errorf("the header", "it has no @classLabel")
	case is("@equallength", "true") != (p.seriesLength > 0):
		return p.errorf("the header", "@seriesLength must be there if @equalLength is true, and only then")
	}
	return nil
}
