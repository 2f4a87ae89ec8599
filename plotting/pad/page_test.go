package pad

import (
	"image"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting"
)

// Front ends that remove scripts show the picture and the sentence.
func TestPage(t *testing.T) {
	figure := &plotting.Figure{Image: image.NewGray(image.Rect(0, 0, 2, 2)), Alt: `a "7" < 8`, Width: 1, Height: 1}
	page, err := page(settings{ID: "digit-pad-1", Kernel: "</script><script>"}, figure)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{pngURL, `alt="a &#34;7&#34; &lt; 8"`, "in JupyterLab", `"id":"digit-pad-1"`, "digitPad"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	if n := strings.Count(page, "</script>"); n != 1 {
		t.Errorf("the page has %d ends of a script, want 1", n)
	}
	for _, host := range []string{"http://", "https://", "import ", "fetch("} {
		if strings.Contains(strings.ReplaceAll(page, "http://www.w3.org", ""), host) {
			t.Errorf("the page contains %q: it must need nothing from elsewhere", host)
		}
	}
}
