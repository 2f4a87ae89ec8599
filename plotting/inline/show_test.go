package inline

import (
	"strings"
	"testing"

	"github.com/janpfeifer/gonb/gonbui"
)

func TestShowOutsideNotebook(t *testing.T) {
	if gonbui.IsNotebook {
		t.Skip("this test runs in a notebook")
	}
	err := Show(smallFigure())
	if err == nil || !strings.Contains(err.Error(), "GoNB notebook") || !strings.Contains(err.Error(), "Save") {
		t.Errorf("error is %v; want one that says what is missing and what to do", err)
	}
}
