// Command server classifies images of handwritten digits over HTTP: JSON in and
// JSON out. README.md describes its interface, limits and speed.
//
//	go run ./birnn/infer/examples/server [-addr localhost:8080] [-network DIR]
//	go run ./birnn/infer/examples/server -load localhost:8080 [-clients N] [-for DURATION]
//
// With -load it is a client that measures a server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/infer/digit"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("server: ")
	addr := flag.String("addr", "localhost:8080", "`address` to listen on")
	dir := flag.String("network", "", "`directory` that birnn's Model.Save wrote (default: the embedded network)")
	target := flag.String("load", "", "measure the server at this `address` instead of serving")
	clients := flag.Int("clients", 4, "with -load: number of clients that send one image after the other")
	duration := flag.Duration("for", 5*time.Second, "with -load: how long")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("unexpected argument %q", flag.Arg(0))
	}

	// After the first signal a second one ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	var err error
	if *target != "" {
		err = load(ctx, os.Stdout, *target, *clients, *duration)
	} else {
		err = listenAndServe(ctx, *addr, *dir)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func listenAndServe(ctx context.Context, addr, dir string) error {
	network, err := open(dir)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	log.Printf("listening on http://%s", listener.Addr())
	return serve(ctx, newServer(network), listener)
}

// open loads the network of a directory, or the embedded one if that is "".
func open(dir string) (*infer.Network, error) {
	if dir == "" {
		return digit.Network()
	}
	network, err := infer.Load(os.DirFS(dir), ".")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if network.Timesteps()*network.NumInput() != pixels || network.NumClasses() != classes {
		return nil, fmt.Errorf("%s: the network reads %d values and has %d classes; want %d values, one image, and %d classes",
			dir, network.Timesteps()*network.NumInput(), network.NumClasses(), pixels, classes)
	}
	return network, nil
}

// newServer returns a server with time-outs for slow clients.
func newServer(network *infer.Network) *http.Server {
	return &http.Server{
		Handler:           newHandler(network),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}

// shutdownTimeout is how long requests may take when the server stops.
const shutdownTimeout = 10 * time.Second

// serve serves until the context is done. Then it accepts no more connections,
// and returns when the requests in flight are answered.
func serve(ctx context.Context, server *http.Server, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("some requests were not answered: %w", err), server.Close())
	}
	return nil
}
