package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/infer"
)

const (
	pixels  = 28 * 28
	classes = 10
)

// The limits. They bound the memory: JSON takes up to eight times its size when
// it is decoded.
const (
	maxBody     = 1 << 20 // bytes in a request
	maxImages   = 64      // images in a request
	maxRequests = 32      // requests at a time
)

// request is the body of a request.
type request struct {
	Images [][]float32 `json:"images"` // 28 by 28 pixels each, row-major, from 0 for the background to 1 for full ink
}

// response is the body of the response to it.
type response struct {
	Digits        []int       `json:"digits"`        // of each image, the most probable digit
	Probabilities [][]float32 `json:"probabilities"` // of each image, the probabilities of the digits 0 to 9
}

// failure is the body of the response to a request that failed.
type failure struct {
	Error string `json:"error"`
}

// statusError is an error with the status of the response.
type statusError struct {
	status int
	text   string
}

func (e *statusError) Error() string { return e.text }

// handler answers requests, each in its own goroutine.
type handler struct {
	*http.ServeMux
	network *infer.Network
	slots   chan struct{} // holds one element for each request in flight
}

func newHandler(network *infer.Network) *handler {
	h := &handler{http.NewServeMux(), network, make(chan struct{}, maxRequests)}
	h.HandleFunc("/predict", only(http.MethodPost, h.predict))
	h.HandleFunc("/healthz", only(http.MethodGet, func(w http.ResponseWriter, r *http.Request) {
		reply(w, http.StatusOK, map[string]string{"status": "ok"})
	}))
	h.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		reply(w, http.StatusNotFound, failure{"there are /predict and /healthz"})
	})
	return h
}

// only passes on requests with the method, and HEAD requests if that is GET.
func only(method string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method && (r.Method != http.MethodHead || method != http.MethodGet) {
			w.Header().Set("Allow", method)
			reply(w, http.StatusMethodNotAllowed, failure{r.URL.Path + " takes " + method + " requests"})
			return
		}
		next(w, r)
	}
}

// predict classifies the images of a request.
func (h *handler) predict(w http.ResponseWriter, r *http.Request) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		w.Header().Set("Retry-After", "1")
		reply(w, http.StatusServiceUnavailable, failure{fmt.Sprintf("the server answers %d requests already; try again", maxRequests)})
		return
	}
	result, err := h.classify(http.MaxBytesReader(w, r.Body, maxBody))
	var known *statusError
	switch {
	case errors.As(err, &known):
		reply(w, known.status, failure{known.text})
	case err != nil:
		reply(w, http.StatusInternalServerError, failure{err.Error()})
	default:
		reply(w, http.StatusOK, result)
	}
}

// classify returns the response to a request.
func (h *handler) classify(body io.Reader) (response, error) {
	x, err := decode(body)
	if err != nil {
		return response{}, err
	}
	rows, err := h.network.PredictBatch(x)
	if err != nil {
		return response{}, err
	}
	result := response{Probabilities: rows}
	for _, p := range rows {
		result.Digits = append(result.Digits, slices.Index(p, slices.Max(p)))
	}
	return result, nil
}

// decode returns the images of a request, one after the other.
func decode(body io.Reader) ([]float32, error) {
	var r request
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&r)
	if err == nil {
		if _, err = decoder.Token(); err == nil {
			err = errors.New("there is more than one JSON value")
		} else if err == io.EOF {
			err = nil
		}
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &statusError{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has more than %d bytes", tooLarge.Limit)}
	case err != nil:
		return nil, &statusError{http.StatusBadRequest, "the body is not as expected: " + err.Error()}
	case len(r.Images) == 0:
		return nil, &statusError{http.StatusBadRequest, "there are no images"}
	case len(r.Images) > maxImages:
		return nil, &statusError{http.StatusRequestEntityTooLarge, fmt.Sprintf("there are %d images; at most %d are allowed", len(r.Images), maxImages)}
	}
	for k, image := range r.Images {
		if len(image) != pixels {
			return nil, &statusError{http.StatusBadRequest, fmt.Sprintf("image %d has %d numbers; want %d", k, len(image), pixels)}
		}
	}
	return slices.Concat(r.Images...), nil
}

// reply writes a response.
func reply(w http.ResponseWriter, status int, body any) {
	content, err := json.Marshal(body)
	if err != nil { // a probability that is not a number
		status, content = http.StatusInternalServerError, []byte(`{"error":"the network returned NaN"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(content, '\n')) // if this fails, the client is gone
}
