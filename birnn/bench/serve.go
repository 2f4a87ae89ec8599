package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/easy-gomlx/tutorials/birnn/bench/internal/protocol"
)

// builder builds and compiles some work.
type builder func(work, data) (protocol.Step, error)

// loader loads a library and returns its name with the version.
type loader func() (name string, build builder, err error)

// loaders has a loader for each peer that runs in this program.
var loaders = map[string]loader{ours: loadOurs}

// serveAs runs as the worker of a peer.
func serveAs(peer string) error {
	load, ok := loaders[peer]
	if !ok {
		return fmt.Errorf("%q does not run in this program", peer)
	}
	return protocol.Serve(os.Stdin, os.Stdout, load.library)
}

func (load loader) library() (protocol.Library, error) {
	name, build, err := load()
	return protocol.Library{Name: name, Read: func(setup json.RawMessage) (func() (protocol.Step, error), error) {
		var w work
		if err := json.Unmarshal(setup, &w); err != nil {
			return nil, err
		}
		d, err := readData(w)
		return func() (protocol.Step, error) { return build(w, d) }, err
	}}, err
}
