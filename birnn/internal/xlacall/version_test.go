//go:build linux && amd64 && cgo

package xlacall_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall/xlacalltest"
)

// fakePlugin is a plugin that has a table and nothing else.
const fakePlugin = `
#include <stddef.h>
struct extension { size_t size; int type; struct extension *next; void *functions[3]; };
static struct extension ffi = {FFI_SIZE, FFI_TYPE, NULL, {NULL}};
static struct extension first = {24, 3, &ffi, {NULL}};
static struct { size_t size; void *extensions; size_t version_size; void *version_extensions; int major, minor; void *functions[200]; } api =
	{SIZE, &first, 24, NULL, MAJOR, MINOR, {NULL}};
void *FUNCTION(void) { return TABLE; }
`

// TestUntestedPlugins: they are rejected, with the reason, before a function in their table is called.
func TestUntestedPlugins(t *testing.T) {
	compiler, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("needs a C compiler named cc: ", err)
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "plugin.c")
	if err := os.WriteFile(source, []byte(fakePlugin), 0o644); err != nil {
		t.Fatal(err)
	}
	tested := map[string]string{"MAJOR": "0", "MINOR": "115", "SIZE": "1144", "FFI_TYPE": "5", "FFI_SIZE": "48", "FUNCTION": "GetPjrtApi", "TABLE": "&api"}
	for name, test := range map[string]struct{ macro, value, reason string }{
		"a newer version":         {"MINOR", "116", "PJRT 0.116 was not tested"},
		"an older version":        {"MINOR", "104", "PJRT 0.104 was not tested"},
		"another major version":   {"MAJOR", "1", "PJRT 1.115 was not tested"},
		"a larger table":          {"SIZE", "1152", "1152 bytes"},
		"no FFI":                  {"FFI_TYPE", "6", "no FFI extension"},
		"an FFI of another size":  {"FFI_SIZE", "40", "40 bytes"},
		"no table":                {"TABLE", "NULL", "returned NULL"},
		"another exported symbol": {"FUNCTION", "other", "GetPjrtApi"},
	} {
		t.Run(name, func(t *testing.T) {
			plugin := filepath.Join(t.TempDir(), "pjrt_c_api_cpu_plugin.so")
			arguments := []string{"-shared", "-fPIC", "-o", plugin, source}
			for macro, value := range tested {
				if macro == test.macro {
					value = test.value
				}
				arguments = append(arguments, "-D"+macro+"="+value)
			}
			if output, err := exec.Command(compiler, arguments...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			refused(t, plugin, test.reason)
		})
	}
	refused(t, source, source)
	refused(t, filepath.Join(dir, "missing"), "missing")
}

func refused(t *testing.T, plugin, reason string) {
	t.Helper()
	if name, err := xlacall.Install(plugin, "test", xlacalltest.Operations()); name != "" || err == nil || !strings.Contains(err.Error(), reason) {
		t.Errorf("got %q, %v; want an error that says %q", name, err, reason)
	}
}
