//go:build unix

package pyenv_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/easy-gomlx/tutorials/birnn/pyenv"
)

// An environment with one pinned package, made the first time.
func ExampleEnv() {
	ctx := context.Background()
	env := pyenv.Env{
		Dir: filepath.Join(os.TempDir(), "with-six"),
		Requirements: []byte("six==1.17.0" +
			" --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274"),
	}
	if err := env.Ensure(ctx, log.Printf); err != nil {
		log.Fatal(err)
	}
	out, err := env.Command(ctx, "-c", "import six; print(six.__version__)").Output()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("six %s", out)
}
