package birnn
import (
 _ "github.com/gomlx/gomlx/backends/default"
 _ "github.com/gomlx/gomlx/ml/layers/lstm"
 _ "github.com/gomlx/gomlx/ml/train"
 _ "github.com/gofrs/flock"
 _ "github.com/google/go-cmp/cmp"
 _ "github.com/google/renameio/v2"
 _ "github.com/janpfeifer/gonb/gonbui"
 _ "github.com/janpfeifer/must"
 _ "gonum.org/v1/plot"
 _ "gonum.org/v1/plot/vg/vgimg"
 _ "github.com/gomlx/go-xla/compute/xla"
 _ "golang.org/x/image/draw"
)
