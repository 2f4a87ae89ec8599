package main

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// one is a picture of a digit, 1, black on white.
func one() *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 200, 300))
	for k := range img.Pix {
		img.Pix[k] = 255
	}
	for y := 60; y < 240; y++ {
		for x := 100; x < 118; x++ {
			img.SetGray(x, y, color.Gray{})
		}
	}
	return img
}

func encoded(t *testing.T, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t *testing.T, img image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, img) })
}

// claiming returns a PNG file of a few bytes that claims to have this many pixels.
func claiming(t *testing.T, width, height uint32) []byte {
	file := asPNG(t, one())
	binary.BigEndian.PutUint32(file[16:], width)
	binary.BigEndian.PutUint32(file[20:], height)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

func TestDigits(t *testing.T) {
	picture := asPNG(t, one())
	for _, tt := range []struct {
		reason  string
		name    string
		content []byte // nil: there is no file
		out     string // on stdout
		err     string // on stderr
	}{
		{"a PNG file", "a.png", picture, "a.png: 1 (", ""},
		{"a JPEG file", "b.jpg", encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, one(), nil) }), "b.jpg: 1 (", ""},
		{"the name does not matter", "c", picture, "c: 1 (", ""},
		{"a missing file", "d.png", nil, "", "d.png: "},
		{"no image", "e.png", []byte("a text"), "", "e.png: it is neither a PNG nor a JPEG file"},
		{"nothing", "f.png", []byte{}, "", "neither a PNG nor a JPEG"},
		{"the first half", "g.png", picture[:len(picture)/2], "", "g.png: it cannot be read: "},
		{"an empty page", "h.png", asPNG(t, image.NewGray(image.Rect(0, 0, 9, 9))), "", "h.png: digit: the image is blank"},
		{"no pixels", "i.png", claiming(t, 0, 5), "", "i.png: "},
		{"too many pixels", "j.png", claiming(t, 1<<16, 1<<16), "", "j.png: it has 65536 by 65536 pixels; want 1 to 33554432"},
		{"a product that overflows", "k.png", claiming(t, 1<<31-1, 1<<31-1), "", "k.png: "},
	} {
		file := filepath.Join(t.TempDir(), tt.name)
		if tt.content != nil {
			if err := os.WriteFile(file, tt.content, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		var out, errors strings.Builder
		status := run([]string{file}, &out, &errors)
		if !strings.Contains(out.String(), tt.out) || (tt.out == "") != (out.Len() == 0) || (status == 0) != (tt.out != "") {
			t.Errorf("%s: exit status %d, it prints %q; want %q", tt.reason, status, &out, tt.out)
		}
		if !strings.Contains(errors.String(), tt.err) || (tt.err == "") != (errors.Len() == 0) {
			t.Errorf("%s: the error is %q; want %q", tt.reason, &errors, tt.err)
		}
		if strings.Count(errors.String(), tt.name) > 1 {
			t.Errorf("%s: the error names the file twice: %s", tt.reason, &errors)
		}
	}
}

// TestOneBadFile: the others are classified.
func TestOneBadFile(t *testing.T) {
	good, bad := filepath.Join(t.TempDir(), "good"), filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(good, asPNG(t, one()), 0o666); err != nil {
		t.Fatal(err)
	}
	var out, errors strings.Builder
	if status := run([]string{bad, good}, &out, &errors); status != 1 || !strings.Contains(out.String(), "good: 1") || !strings.Contains(errors.String(), "bad: ") {
		t.Errorf("exit status %d, output %q, errors %q", status, &out, &errors)
	}
}

// TestDirectory: the error says that it is not a file.
func TestDirectory(t *testing.T) {
	var out, errors strings.Builder
	if status := run([]string{t.TempDir()}, &out, &errors); status != 1 || !strings.Contains(errors.String(), "not a regular file") {
		t.Errorf("exit status %d, errors %q", status, &errors)
	}
}

// TestVerbose: the picture has 28 rows of two characters for each pixel.
func TestVerbose(t *testing.T) {
	file := filepath.Join(t.TempDir(), "one.png")
	if err := os.WriteFile(file, asPNG(t, one()), 0o666); err != nil {
		t.Fatal(err)
	}
	var out, errors strings.Builder
	if status := run([]string{"-v", file}, &out, &errors); status != 0 {
		t.Fatalf("exit status %d: %s", status, &errors)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 29 {
		t.Fatalf("%d lines, want 29:\n%s", len(lines), &out)
	}
	for k, line := range lines[1:] {
		want := strings.Repeat(" ", 56)
		if k >= 5 && k < 25 {
			want = strings.Repeat(" ", 28) + "@@@@" + strings.Repeat(" ", 24)
		}
		if line != want {
			t.Errorf("row %d is %q, want %q", k, line, want)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, tt := range []struct {
		args   []string
		status int
	}{{nil, 2}, {[]string{"-x"}, 2}, {[]string{"-h"}, 0}} {
		var out, errors strings.Builder
		if status := run(tt.args, &out, &errors); status != tt.status || !strings.Contains(errors.String(), "usage: digits") {
			t.Errorf("%v: exit status %d, %q; want %d and the usage", tt.args, status, &errors, tt.status)
		}
	}
}

func TestVersion(t *testing.T) {
	var out, errors strings.Builder
	status := run([]string{"-version"}, &out, &errors)
	if status != 0 || errors.Len() > 0 || !strings.HasPrefix(out.String(), "digits ") || !strings.HasSuffix(out.String(), " "+runtime.Version()+"\n") {
		t.Errorf("exit status %d, output %q, errors %q; want the version of the module and Go's", status, &out, &errors)
	}
}
