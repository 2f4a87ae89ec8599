// Command digits classifies pictures of handwritten digits, PNG or JPEG files
// with one digit each, dark on light or light on dark:
//
//	go run ./birnn/infer/examples/digits [-v] FILE...
//
// It prints each file's digit and how probable it is. With -v it shows the 28 by
// 28 pixels that the network sees. The exit status is 1 if a file could not be
// classified. With -version it prints the version that it was built from.
package main

import (
	"errors"
	"flag"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
	"runtime/debug"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/infer/digit"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run classifies the files and returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("digits", flag.ContinueOnError)
	flags.SetOutput(stderr)
	verbose := flags.Bool("v", false, "show what the network sees")
	version := flags.Bool("version", false, "print the version")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: digits [-v] FILE...\n\nClassifies PNG and JPEG files with one handwritten digit each.")
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case *version:
		fmt.Fprintln(stdout, "digits", builtFrom())
		return 0
	case flags.NArg() == 0:
		flags.Usage()
		return 2
	}
	network, err := digit.Network()
	if err != nil {
		fmt.Fprintln(stderr, "digits:", err)
		return 1
	}
	status := 0
	for _, file := range flags.Args() {
		if err := classify(stdout, network, file, *verbose); err != nil {
			fmt.Fprintf(stderr, "digits: %s: %v\n", file, err)
			status = 1
		}
	}
	return status
}

// builtFrom returns the version of the module and the version of Go.
func builtFrom() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of an unknown version"
	}
	return info.Main.Version + " " + info.GoVersion
}

// classify prints the digit that a file shows.
func classify(w io.Writer, network *infer.Network, file string, verbose bool) error {
	img, err := read(file)
	if err != nil {
		return err
	}
	x, err := digit.FromImage(img)
	if err != nil {
		return err
	}
	p, err := network.Predict(x)
	if err != nil {
		return err
	}
	most := slices.Max(p)
	_, err = fmt.Fprintf(w, "%s: %d (%.1f%%)\n", file, slices.Index(p, most), 100*most)
	if verbose && err == nil {
		err = show(w, x)
	}
	return err
}

// maxPixels bounds the memory for a picture.
const maxPixels = 32 << 20

// read returns a file's image. A file that would take too much memory is not
// decoded.
func read(file string) (image.Image, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, errors.Unwrap(err) // without the file's name
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	config, _, err := image.DecodeConfig(f)
	if errors.Is(err, image.ErrFormat) {
		return nil, errors.New("it is neither a PNG nor a JPEG file")
	}
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	if config.Width < 1 || config.Height < 1 || config.Height > maxPixels/config.Width {
		return nil, fmt.Errorf("it has %d by %d pixels; want 1 to %d", config.Width, config.Height, maxPixels)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	return img, nil
}

// show prints an image, two characters for each pixel.
func show(w io.Writer, x []float32) error {
	const shades = " .:-=+*#%@"
	for row := range slices.Chunk(x, digit.Size) {
		line := make([]byte, 0, 2*digit.Size+1)
		for _, v := range row {
			shade := shades[int(v*(float32(len(shades))-0.01))]
			line = append(line, shade, shade)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}
