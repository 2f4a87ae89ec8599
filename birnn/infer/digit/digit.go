// Package digit recognizes handwritten digits: it turns a picture into the 28 by
// 28 pixels that a network trained on MNIST expects, and embeds such a network.
//
//	x, err := digit.FromImage(img) // 784 values
//	network, err := digit.Network()
//	probabilities, err := network.Predict(x) // of the digits 0 to 9
//
// The network has the tutorial's size, 128 hidden units in each direction, and
// birnn.FinalStates as its readout. It was trained for ten epochs with the
// tutorial's hyperparameters, and classifies 98.24% of MNIST's 10,000 test images
// correctly. This command trains it again:
//
//	go generate ./birnn/infer/digit
package digit

import (
	"embed"
	"io/fs"
	"sync"

	"github.com/easy-gomlx/tutorials/birnn/infer"
)

//go:generate go run ./train

//go:embed network/model.safetensors
var files embed.FS

// Files returns a file system with the file network/model.safetensors, from
// which [Network] is loaded.
func Files() fs.FS { return files }

// Network returns a network that classifies digits: 28 rows of 28 pixels, 0 for
// the background and 1 for full ink, ten classes.
func Network() (*infer.Network, error) {
	loaded.once.Do(func() { loaded.network, loaded.err = infer.Load(files, "network") })
	return loaded.network, loaded.err
}

// loaded is what Network returns. It is not a sync.OnceValues, which would make
// each program that imports this package contain the file, even if it does not
// call Network.
var loaded struct {
	once    sync.Once
	network *infer.Network
	err     error
}
