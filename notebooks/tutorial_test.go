package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// original maps the original tutorial's sections, in its order and with its
// numbers, to what our cells below the same heading must contain.
var original = []struct {
	heading string
	code    []string
}{
	{"# Bidirectional RNN for Digit Classification", nil},
	{"## 1. Import the required libraries", []string{"import ("}},
	{"## 1. Load the MNIST data", nil},
	{"### 1.1. Data dimension", []string{"numInput  = 28", "timesteps = 28", "nClasses  = 10"}},
	{"### 1.2. Helper functions to load the MNIST data", []string{"func loadData(", "func randomize(", "func getNextBatch("}},
	{"### 1.3. Load the data and display the sizes", []string{"loadData()", "- Training-set:", "- Validation-set:"}},
	{"## 2. Hyperparameters", []string{"learningRate = 0.001", "epochs       = 10", "batchSize    = 100", "displayFreq  = 100"}},
	{"## 3. Network configuration", []string{"numHiddenUnits = 128"}},
	{"## 4. Create network helper functions", nil},
	{"### 4.1. Helper functions for creating new variables", []string{"func weightVariable(", "0.01", "func biasVariable("}},
	{"### 4.2. Helper-function for creating a Bidirectional RNN", []string{"func BiRNN(", "NewLSTM", "Bidirectional(", "At(-1)"}},
	{"## 5. Create the network graph", nil},
	{"### 5.1. Placeholders for the inputs (x) and corresponding labels (y)", []string{"x: float32 [batch, timesteps, numInput]", "y: int32 [batch]"}},
	{"### 5.2. Define the network", []string{"weightVariable(", "biasVariable(", "BiRNN(", "Softmax"}},
	{"### 5.3. Define the loss function, optimizer, accuracy, and predicted class", []string{"func clsPrediction(", "func loss(", "Adam(learningRate)", "func accuracy("}},
	{"### 5.4. Initialize all variables", []string{"initialize()"}},
	{"## 6. Train", []string{
		"numTrIter", `"Training epoch: %d\n"`, "randomize(", "getNextBatch(", "TrainStep(", "iteration%displayFreq == 0",
		`"iter %3d:\t Loss=%.2f,\tTraining Accuracy=%.1f%%\n"`, `"Epoch: %d, validation loss: %.2f, validation accuracy: %.1f%%\n"`, "(valid, 0, 1000)",
	}},
	{"## 7. Test", nil},
	{"### 7.1. Helper functions for plotting the results", []string{"func plotImages(", "func plotExampleErrors("}},
	{"### 7.2. Run the test and plot some results", []string{
		"(test, 0, 1000)", `"Test loss: %.2f, test accuracy: %.1f%%\n"`, `"Correct Examples"`, `"Misclassified Examples"`, "net.Close()",
	}},
}

// TestSectionsOfTheOriginal verifies that the notebook has every section of the
// original, in the same order, and that each has the corresponding code.
func TestSectionsOfTheOriginal(t *testing.T) {
	sections := readTutorial(t).sections()
	at := 0
	for _, want := range original {
		k := slices.IndexFunc(sections[at:], func(s section) bool { return s.heading == want.heading })
		if k < 0 {
			t.Errorf("no heading %q after %q", want.heading, sections[max(0, at-1)].heading)
			continue
		}
		at += k + 1
		for _, code := range want.code {
			if !strings.Contains(sections[at-1].code, code) {
				t.Errorf("the code under %q lacks %q", want.heading, code)
			}
		}
	}
}

// TestTutorialNetworkEqualsTheBuiltIn compiles the cells that define the network and
// verifies that it gives exactly the numbers of birnn's built-in network: the same
// probabilities, and the same losses while both are trained.
func TestTutorialNetworkEqualsTheBuiltIn(t *testing.T) {
	var cells strings.Builder
	for _, s := range readTutorial(t).sections() {
		number := strings.Fields(s.heading)[1]
		if slices.Contains([]string{"1.1.", "2.", "3.", "4.1.", "4.2.", "5.1.", "5.2.", "5.3."}, number) && s.code != "" {
			cells.WriteString(s.code)
		}
	}
	imports := regexp.MustCompile(`(?s)import \(.*?\n\)\n`)
	program := fmt.Sprintf(compareNetworks, imports.ReplaceAllString(cells.String(), ""))
	if out := runGo(t, program, "run"); strings.TrimSpace(out) != "same" {
		t.Errorf("the notebook's network and birnn's differ:\n%s", out)
	}
}

const compareNetworks = `package main

import (
	"fmt"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
	"github.com/easy-gomlx/tutorials/birnn/rnn"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/janpfeifer/must"
)

%s

func main() {
	backend := must.M1(gobackend.New(""))
	notebooks := must.M1(network.New(backend, config()))
	packages := must.M1(birnn.New(backend, config()))
	must.M(packages.SetWeights(must.M1(notebooks.Weights())))
	digits := mnist.Synthetic(10, 1)
	for range 3 {
		a, b := must.M1(notebooks.Predict(digits.Images)), must.M1(packages.Predict(digits.Images))
		if fmt.Sprint(a) != fmt.Sprint(b) {
			fmt.Println("probabilities", a, b)
			return
		}
		lossA, accuracyA := must.M2(notebooks.TrainStep(digits.Images, digits.Labels))
		lossB, accuracyB := must.M2(packages.TrainStep(digits.Images, digits.Labels))
		if lossA != lossB || accuracyA != accuracyB {
			fmt.Println("losses", lossA, lossB)
			return
		}
	}
	fmt.Println("same")
}
`

// runGo runs a go command on a program as if it were a package of this module,
// without writing to the module's directory.
func runGo(t *testing.T, program, command string, flags ...string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "main.go")
	if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, "generated", "main.go"): file}})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	args := slices.Concat([]string{command, "-overlay", list}, flags, []string{"./generated"})
	out, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", command, err, out)
	}
	return string(out)
}
