package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// File is the content of a checkpoint: a header, which belongs to the caller,
// and arrays.
type File struct {
	Header string
	Arrays []safetensors.Array
}

// The keys of the metadata.
const (
	headerKey = "birnn" // File.Header
	digestKey = "sha256"
)

// noDigest stands in for the digest while it is computed.
var noDigest = strings.Repeat("0", 2*sha256.Size)

// Encode returns the content of the file.
func (f File) Encode() ([]byte, error) {
	metadata := map[string]string{digestKey: noDigest, headerKey: f.Header}
	file, err := safetensors.File{Metadata: metadata, Arrays: f.Arrays}.Encode()
	if err != nil {
		return nil, err
	}
	at := digestAt(noDigest, file)
	copy(file[at:], digest(file, at))
	return file, nil
}

// Decode parses the content of a file, whose digest must match. The arrays share
// the file's memory.
func Decode(file []byte) (File, error) {
	f, err := safetensors.Decode(file)
	if err != nil {
		return File{}, err
	}
	text, ok := f.Metadata[headerKey]
	if !ok {
		return File{}, errors.New("it is a safetensors file, but birnn did not write it")
	}
	stored := f.Metadata[digestKey]
	at := digestAt(stored, file)
	if len(stored) != len(noDigest) || at < 0 || digest(file, at) != stored {
		return File{}, fmt.Errorf("its content does not match the SHA-256 %q in its metadata: the file is corrupt", stored)
	}
	return File{Header: text, Arrays: f.Arrays}, nil
}

// digestAt returns where the file holds its digest, or -1. Within a JSON string
// quotation marks are escaped, so no other string is mistaken for it.
func digestAt(digest string, file []byte) int {
	key := `"` + digestKey + `":"`
	at := bytes.Index(file, []byte(key+digest+`"`))
	if at < 0 {
		return -1
	}
	return at + len(key)
}

// digest returns the SHA-256 of the file with zeros in place of its digest.
func digest(file []byte, at int) string {
	h := sha256.New()
	h.Write(file[:at])
	h.Write([]byte(noDigest))
	h.Write(file[at+len(noDigest):])
	return hex.EncodeToString(h.Sum(nil))
}
