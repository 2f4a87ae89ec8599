package page

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/infer/digit"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
	"github.com/easy-gomlx/tutorials/notebooks/internal/page/recognize"
)

// examples returns a button for each digit, with the first test image that shows it.
func examples(ctx context.Context) (string, error) {
	data, err := mnist.Load(ctx, "")
	if err != nil {
		return "", fmt.Errorf("the digits to try: %w", err)
	}
	var buttons strings.Builder
	for class := range recognize.Classes {
		k := slices.Index(data.Test.Labels, int32(class))
		if k < 0 {
			return "", fmt.Errorf("the digits to try: no test image shows a %d", class)
		}
		url, err := pngURL(data.Test.Image(k))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&buttons, `<button type="button" aria-label="A handwritten %d"><img src="%s" alt="" width="28" height="28"></button>`+"\n", class, url)
	}
	return buttons.String(), nil
}

// pngURL returns an image, [28, 28] row-major, as the URL of a picture with black ink.
func pngURL(x []float32) (string, error) {
	picture := image.NewGray(image.Rect(0, 0, digit.Size, digit.Size))
	for k, v := range x {
		picture.Pix[k] = 255 - byte(255*v+0.5)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(file.Bytes()), nil
}
