//go:build cgo

package backend

import (
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/kernel"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"
)

func TestSelectKernels(t *testing.T) {
	if k, err := selectKernels("off"); err != nil || k.none == nil || !strings.Contains(k.none.Error(), kernelsVariable+"=off") {
		t.Errorf("off: got %+v, %v; want none because of it", k, err)
	}
	for _, value := range []string{"on", "AVX2", "plain", " "} {
		if k, err := selectKernels(value); err == nil || !strings.Contains(err.Error(), kernelsVariable+"="+value) || !strings.Contains(err.Error(), "off") {
			t.Errorf("%q: got %+v, %v; want an error that names it and what to choose", value, k, err)
		}
	}
	fastest, err := selectKernels("")
	if err != nil || (fastest.Name == "") != (fastest.none != nil) {
		t.Errorf("unset: got %+v, %v; want kernels or the reason why there are none", fastest, err)
	}
	if best := kernel.Best(); kernel.Operations(best) != nil && fastest.Name != best.Name {
		t.Errorf("unset: got %q, want %q", fastest.Name, best.Name)
	}
	for _, i := range kernel.All() {
		if kernel.Operations(i) == nil {
			continue
		}
		k, err := selectKernels(i.Name)
		if i.Supported() && (k.Name != i.Name || err != nil) || !i.Supported() && (err == nil || !strings.Contains(err.Error(), i.Needs)) {
			t.Errorf("%s, supported: %v: got %+v, %v", i.Name, i.Supported(), k, err)
		}
	}
}

// TestDescribeKernels opens XLA with each choice of kernels in turn; those opened before keep theirs.
func TestDescribeKernels(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short: XLA's plugin may have to be downloaded")
	}
	t.Setenv("GOMLX_BACKEND", "")
	want := map[string]string{"off": "no LSTM kernels: " + kernelsVariable + "=off"}
	for _, i := range kernel.All() {
		if kernel.Operations(i) != nil && i.Supported() {
			want[i.Name] = "LSTM kernels " + strings.Replace(strings.ToUpper(i.Name), "AVX512", "AVX-512", 1)
		}
	}
	for value, want := range want {
		t.Setenv(kernelsVariable, value)
		b, err := Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer b.Finalize()
		if got := Describe(b); !strings.Contains(got, ", "+want+", ") || !strings.HasSuffix(got, libraryName+")") {
			t.Errorf("%s: got %q, want %q and the plugin's path in it", value, got, want)
		}
		if got, err := sumOfSquares(b); got != 14 || err != nil {
			t.Errorf("%s: got %v, %v; want 14", value, got, err)
		}
		if got := xlacall.Replaces(b, kernel.ForwardName); got != (value != "off") {
			t.Errorf("%s: the LSTM is replaced: %v", value, got)
		}
	}
	t.Setenv(kernelsVariable, "of")
	if b, err := Open(t.Context()); b != nil || err == nil || !strings.Contains(err.Error(), kernelsVariable+"=of") {
		t.Errorf("got %v, %v; want an error that names the variable and its value", b, err)
	}
}

func TestIsCPUPlugin(t *testing.T) {
	for path, want := range map[string]bool{
		"/x/pjrt_c_api_cpu_plugin.so": true, "/cpu/pjrt_c_api_gpu_plugin.so": false, "/x/pjrt_c_api_cuda_plugin.so": false,
		"/nvidia/pjrt_c_api_cpu_plugin.so": false,
	} {
		if got := isCPUPlugin(path); got != want {
			t.Errorf("%s: got %v", path, got)
		}
	}
}
