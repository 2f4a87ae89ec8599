package pad

import (
	_ "embed"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/easy-gomlx/tutorials/plotting"
)

func init() {
	// A page can send these in place of a string. Unless gob knows them, they would end the connection with the kernel.
	gob.Register(map[string]any{})
	gob.Register([]any{})
}

// line is the connection with the page, through the kernel.
type line struct {
	received chan string
	send     func(string)
	show     func(displayID string, still *plotting.Figure) error
}

// queue is how many messages may wait; more are dropped. The page sends one drawing at a time.
const queue = 32

// connect returns a line at addresses of its own.
func connect() *line {
	id := gonbui.UniqueId()
	toGo, toPage := "/pad/"+id+"/go", "/pad/"+id+"/page"
	l := &line{received: make(chan string, queue)}
	l.send = func(text string) { comms.Send(toPage, text) }
	l.show = func(displayID string, still *plotting.Figure) error {
		html, err := page(settings{ID: "digit-pad-" + id, Kernel: os.Getenv(protocol.GONB_JUPYTER_KERNEL_ID_ENV), ToGo: toGo, ToPage: toPage}, still)
		if err != nil {
			return err
		}
		gonbui.UpdateHTML(displayID, html)
		comms.Subscribe(toGo, func(_, text string) { l.deliver(text) }) // returns at once; the kernel then waits for the page
		return gonbui.Error()
	}
	return l
}

func (l *line) deliver(text string) {
	select {
	case l.received <- text:
	default:
	}
}

// settings are the arguments of notebook.js.
type settings struct {
	ID     string `json:"id"`
	Kernel string `json:"kernel"`
	ToGo   string `json:"toGo"`
	ToPage string `json:"toPage"`
}

// CSS and JS are the pad's style sheet, pad.css, and its script, pad.js, for other pages.
var (
	//go:embed pad.css
	CSS string
	//go:embed pad.js
	JS string
)

//go:embed notebook.js
var notebookJS string

// page returns HTML that shows a figure and a sentence, which the scripts replace by the pad when they have found the program.
func page(s settings, still *plotting.Figure) (string, error) {
	picture, err := pngDataURL(still)
	if err != nil {
		return "", err
	}
	arguments, err := json.Marshal(s) // escapes <
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`<div id="%s">
<img src="%s" alt="%s" width="%d" height="%d">
<p>%s</p>
</div>
<style>%s</style>
<script>%s
%s(%s);</script>
`, s.ID, picture, html.EscapeString(still.Alt), still.Width, still.Height, html.EscapeString(sentenceExample),
		CSS, JS, strings.TrimSpace(notebookJS), arguments), nil
}
