package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// load measures the server at an address: each of the clients sends requests
// with one image, each after the response to the one before.
func load(ctx context.Context, w io.Writer, addr string, clients int, duration time.Duration) error {
	if clients < 1 || duration <= 0 {
		return errors.New("-clients and -for must be positive")
	}
	image := make([]float32, pixels)
	for k := range image {
		if rand.IntN(5) == 0 { // as in MNIST, most pixels are empty
			image[k] = float32(rand.IntN(256)) / 255
		}
	}
	body, err := json.Marshal(request{Images: [][]float32{image}})
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	ctx, cancel := context.WithTimeout(ctx, duration)
	defer cancel()
	times, errs := make([][]time.Duration, clients), make([]error, clients)
	start := time.Now()
	var group sync.WaitGroup
	for k := range clients {
		group.Go(func() { times[k], errs[k] = send(ctx, client, "http://"+addr+"/predict", body) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return report(w, slices.Concat(times...), time.Since(start))
}

// send sends requests until the context is done, and returns how long each took.
func send(ctx context.Context, client *http.Client, url string, body []byte) (times []time.Duration, err error) {
	for ctx.Err() == nil {
		start := time.Now()
		response, err := client.Post(url, "application/json", bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return nil, err
		}
		if response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %s: %s", url, response.Status, answer)
		}
		times = append(times, time.Since(start))
	}
	return times, nil
}

// report prints requests per second, the median and the 99th percentile.
func report(w io.Writer, times []time.Duration, elapsed time.Duration) error {
	if len(times) == 0 {
		return errors.New("no request was answered in time")
	}
	slices.Sort(times)
	at := func(share float64) time.Duration {
		return times[int(share*float64(len(times)-1))].Round(time.Microsecond)
	}
	_, err := fmt.Fprintf(w, "%d requests in %v: %.0f a second, median %v, 99th percentile %v\n",
		len(times), elapsed.Round(time.Millisecond), float64(len(times))/elapsed.Seconds(), at(0.5), at(0.99))
	return err
}
