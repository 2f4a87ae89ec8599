package main

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

func TestPredict(t *testing.T) {
	ts := newTestServer(t, nil)
	seven, err := os.ReadFile("testdata/seven.json")
	if err != nil {
		t.Fatal(err)
	}
	for count, body := range map[int]string{1: string(seven), 3: bodyOf(3), maxImages: bodyOf(maxImages)} {
		r, err := http.Post(ts.URL+"/predict", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		var got response
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil || r.StatusCode != http.StatusOK {
			t.Fatalf("%s, %v", r.Status, err)
		}
		if len(got.Digits) != count || len(got.Probabilities) != count {
			t.Fatalf("%d digits and %d rows of probabilities for %d images", len(got.Digits), len(got.Probabilities), count)
		}
		if count == 1 && got.Digits[0] != 7 {
			t.Errorf("the digit is %d, want 7", got.Digits[0])
		}
		for _, p := range got.Probabilities {
			sum := 0.0
			for _, v := range p {
				sum += float64(v)
			}
			if len(p) != classes || math.Abs(sum-1) > 1e-5 {
				t.Errorf("the probabilities %v sum to %v", p, sum)
			}
		}
	}
}

// TestHealth: the service is alive.
func TestHealth(t *testing.T) {
	r, err := http.Get(newTestServer(t, nil).URL + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if content, err := io.ReadAll(r.Body); err != nil || r.StatusCode != http.StatusOK || string(content) != `{"status":"ok"}`+"\n" {
		t.Errorf("%s, %q, %v", r.Status, content, err)
	}
}

// TestHead: load balancers ask for the health without a body.
func TestHead(t *testing.T) {
	r, err := http.Head(newTestServer(t, nil).URL + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Errorf("the status is %s, want 200", r.Status)
	}
}

// TestFailures: each error has its status and says what is wrong, in JSON.
func TestFailures(t *testing.T) {
	ts := newTestServer(t, nil)
	for _, tt := range []struct {
		reason, method, path, body string
		status                     int
		want                       string // in the error
	}{
		{"no body", "POST", "/predict", "", 400, "EOF"},
		{"no JSON", "POST", "/predict", "<images>", 400, "the body is not as expected"},
		{"half of the JSON", "POST", "/predict", bodyOf(1)[:500], 400, "unexpected EOF"},
		{"an array", "POST", "/predict", "[]", 400, "array"},
		{"two values", "POST", "/predict", bodyOf(1) + "{}", 400, "more than one JSON value"},
		{"text after it", "POST", "/predict", bodyOf(1) + "x", 400, "invalid character"},
		{"another name", "POST", "/predict", `{"image":[]}`, 400, `unknown field "image"`},
		{"null", "POST", "/predict", "null", 400, "there are no images"},
		{"no images", "POST", "/predict", `{"images":[]}`, 400, "there are no images"},
		{"an image that is null", "POST", "/predict", `{"images":[null]}`, 400, "image 0 has 0 numbers; want 784"},
		{"one number short", "POST", "/predict", `{"images":[[` + strings.Repeat("0,", 782) + "0]]}", 400, "image 0 has 783 numbers"},
		{"one number too many", "POST", "/predict", strings.Replace(bodyOf(2), "[[0,", "[[0,0,", 1), 400, "image 0 has 785 numbers"},
		{"a string", "POST", "/predict", `{"images":[["0"]]}`, 400, "string"},
		{"a number that is too large", "POST", "/predict", strings.Replace(bodyOf(1), "0", "1e99", 1), 400, "1e99"},
		{"too many images", "POST", "/predict", bodyOf(maxImages + 1), 413, "there are 65 images; at most 64"},
		{"too many bytes", "POST", "/predict", strings.Repeat(" ", maxBody+1), 413, "the body has more than 1048576 bytes"},
		{"too many bytes after the images", "POST", "/predict", bodyOf(1) + strings.Repeat(" ", maxBody), 413, "the body has more than 1048576 bytes"},
		{"another method", "GET", "/predict", "", 405, "/predict takes POST requests"},
		{"a method that changes things", "DELETE", "/healthz", "", 405, "/healthz takes GET requests"},
		{"another path", "GET", "/", "", 404, "there are /predict and /healthz"},
		{"a path below", "POST", "/predict/x", bodyOf(1), 404, "there are /predict and /healthz"},
	} {
		request, err := http.NewRequest(tt.method, ts.URL+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		r, err := ts.Client().Do(request)
		if err != nil {
			t.Fatalf("%s: %v", tt.reason, err)
		}
		if r.StatusCode == http.StatusMethodNotAllowed && r.Header.Get("Allow") == "" {
			t.Errorf("%s: there is no Allow header", tt.reason)
		}
		wantFailure(t, tt.reason, r, tt.status, tt.want)
	}
}

// TestTooManyRequests: while slow clients hold all slots, others are told to
// come back, and then served.
func TestTooManyRequests(t *testing.T) {
	ts := newTestServer(t, nil)
	var writers []*io.PipeWriter
	done := make(chan int, maxRequests)
	for range maxRequests {
		body, w := io.Pipe()
		writers = append(writers, w)
		go func() { done <- post(ts.URL, body) }()
		if _, err := io.WriteString(w, "{"); err != nil { // it has arrived
			t.Fatal(err)
		}
	}
	for slots := ts.Config.Handler.(*handler).slots; len(slots) < maxRequests; {
		time.Sleep(time.Millisecond)
	}
	r, err := http.Post(ts.URL+"/predict", "", strings.NewReader(bodyOf(1)))
	if err != nil {
		t.Fatal(err)
	}
	if r.Header.Get("Retry-After") == "" {
		t.Error("there is no Retry-After header")
	}
	wantFailure(t, "too many requests", r, http.StatusServiceUnavailable, "32 requests")
	for _, w := range writers {
		if _, err := io.WriteString(w, bodyOf(1)[1:]); err != nil {
			t.Fatal(err)
		}
		w.Close()
	}
	for range maxRequests {
		if status := <-done; status != http.StatusOK {
			t.Errorf("a request that had its slot has status %d", status)
		}
	}
	if status := post(ts.URL, strings.NewReader(bodyOf(1))); status != http.StatusOK {
		t.Errorf("afterwards the status is %d", status)
	}
}

// post returns the status of a request, or 0.
func post(url string, body io.Reader) int {
	r, err := http.Post(url+"/predict", "application/json", body)
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	io.Copy(io.Discard, r.Body)
	return r.StatusCode
}
