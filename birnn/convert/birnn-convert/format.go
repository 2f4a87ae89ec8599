package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/convert"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
)

// format is a format of files. Without functions, it is that of checkpoint
// directories.
type format struct {
	extension string
	read      func(io.Reader) (birnn.Config, birnn.Weights, error)
	write     func(io.Writer, birnn.Config, birnn.Weights) error
}

var formats = []format{
	{".onnx", convert.ReadONNX, convert.WriteONNX},
	{".safetensors", convert.ReadPyTorch, convert.WritePyTorch},
	{".keras", convert.ReadKeras, convert.WriteKeras},
}

const pickle = "it is a pickle, which can run code; in PyTorch, save it with safetensors.torch.save_file"

// others are the formats that are not read, with what to do.
var others = map[string]string{
	".pt": pickle, ".pth": pickle, ".bin": pickle, ".pkl": pickle,
	".h5":  "it does not say what the layers are; in Keras, save the model as NAME.keras",
	".npz": "it does not say what the layers are; in Keras, save the model as NAME.keras",
}

const want = "want a file .onnx, .safetensors or .keras, or a directory"

// formatOf returns the format of a path: an existing directory, or a name
// without an extension, is a checkpoint.
func formatOf(path string) (format, error) {
	extension := strings.ToLower(filepath.Ext(path))
	info, err := os.Stat(path)
	switch exists := err == nil; {
	case path == "":
		return format{}, errors.New("a path is empty; the current directory is \".\"")
	case exists && info.IsDir():
		return format{}, nil
	case exists && extension == "":
		return format{}, fmt.Errorf("%s is a file without an extension; %s", path, want)
	case extension == "":
		return format{}, nil
	}
	if k := slices.IndexFunc(formats, func(f format) bool { return f.extension == extension }); k >= 0 {
		return formats[k], nil
	}
	if reason, ok := others[extension]; ok {
		return format{}, fmt.Errorf("%s cannot be converted: %s", path, reason)
	}
	return format{}, fmt.Errorf("%s has an unknown extension; %s, new ones with a slash at the end", path, want)
}

// free returns an error if the path has a file or a checkpoint that must not be
// replaced.
func (f format) free(path string, replace bool) error {
	if f.write == nil {
		path = filepath.Join(path, checkpoint.Name)
	}
	_, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !replace:
		return fmt.Errorf("%s exists; choose another name, or replace it with -f", path)
	}
	return nil
}
