package lab

import (
	"encoding/json"
	"net"
	"strings"
	"testing"
)

func TestSetEpochs(t *testing.T) {
	nb := func(sources ...string) string {
		var cells []map[string]any
		for _, s := range sources {
			kind := "code"
			if rest, ok := strings.CutPrefix(s, "md:"); ok {
				kind, s = "markdown", rest
			}
			cells = append(cells, map[string]any{"cell_type": kind, "source": strings.SplitAfter(s, "\n")})
		}
		content, err := json.Marshal(map[string]any{"cells": cells, "nbformat": 4})
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	for _, test := range []struct {
		name, notebook string
		want           string // in the result; "" for an error, "unchanged" if there is no constant
	}{
		{"aligned constants", nb("const (\n\tepochs    = 10 // passes\n\tbatchSize = 100\n)"), "epochs    = 3 // passes"},
		{"one constant", nb("const epochs = 10"), "const epochs = 3"},
		{"text is left alone", nb("md:epochs = 10", "epochs = 10"), "epochs = 10"},
		{"no constant", nb("x := 1"), "unchanged"},
		{"two constants", nb("epochs = 10", "epochs = 20"), ""},
		{"a comparison", nb("if epochs == 10 {"), "unchanged"},
		{"another name", nb("numEpochs = 10\nmyepochs = 10"), "unchanged"},
		{"not a notebook", "<html>", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, found, err := SetEpochs([]byte(test.notebook), 3)
			if (err == nil) != (test.want != "") {
				t.Fatalf("error %v", err)
			}
			if err != nil {
				return
			}
			if unchanged := test.want == "unchanged"; found == unchanged {
				t.Errorf("it has a constant: %v", found)
			} else if !unchanged && (!strings.Contains(string(got), test.want) || strings.Count(string(got), "= 3") != 1) {
				t.Errorf("%s does not contain %q and 3 once", got, test.want)
			} else if unchanged && strings.Contains(string(got), "= 3") {
				t.Errorf("%s was changed", got)
			}
		})
	}
}

func TestPortFree(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := PortFree(port); err == nil || !strings.Contains(err.Error(), "-port") {
		t.Errorf("a port in use: got %v, want an error that names -port", err)
	}
	l.Close()
	if err := PortFree(port); err != nil {
		t.Errorf("a free port: %v", err)
	}
	for _, port := range []int{-1, 65536} {
		if PortFree(port) == nil {
			t.Errorf("port %d is free", port)
		}
	}
}
