// Package xlacall runs C functions of this module as operations inside the
// programs that XLA compiles for the CPU, until go-xla has a public way to do
// that (UPSTREAM.md).
//
// A graph offers an operation as a function with an agreed name. The function
// returns its first parameters, which are the results of a plain computation:
//
//	results = f(plain results..., operands...)
//
// Install registers with go-xla a copy of a PJRT plugin's table of functions
// whose compile function is that of this package. It replaces the bodies of such
// functions with custom calls on the operands; the plain computation is then
// unused, and XLA removes it. A function that can't be replaced is left as it
// is, so the results are correct in any case.
//
// All of this depends on details of go-xla and of XLA, so only plugins of
// tested versions are accepted. It works on linux/amd64 with cgo; elsewhere
// Install returns an error.
package xlacall

import (
	"strings"
	"sync"
	"unsafe"
)

// Operation replaces the functions that are named Name, or Name and a number
// after an underscore.
type Operation struct {
	Name string

	// Entry is a C function
	//
	//	const char *entry(const int64_t *options, void *const *operands, void *const *results, void *scratch,
	//		void (*parallel)(void *pool, int64_t n, void (*task)(void *arg, int64_t k), void *arg), void *pool);
	//
	// which returns NULL or a static string that describes an error. The
	// arrays are row-major; results[k] is NULL where nothing uses result k.
	// parallel calls task(arg, 0) to task(arg, n-1) on XLA's thread pool and
	// on the calling thread, in any order, and returns when all are done.
	Entry unsafe.Pointer

	// Plan returns the options for Entry, and the bytes of scratch memory that
	// it needs, for operands and results of these shapes; used[k] reports
	// whether result k is used. If it returns an error, the function isn't
	// replaced.
	Plan func(operands, results []Tensor, used []bool) (options []int64, scratch int, err error)
}

// Tensor is the data type, as StableHLO writes it ("f32", "i1"), and the
// dimensions of an operand or a result.
type Tensor = struct {
	DType string
	Dims  []int
}

// Count is the number of functions that were replaced in the programs compiled so
// far, and of those that were kept as they were.
type Count struct {
	Replaced, Kept int
	Reason         error // why the last one was kept
}

// hook is a plugin with a set of operations.
type hook struct {
	name       string // in go-xla
	operations []installed

	mu    sync.Mutex
	total Count
}

// installed is an operation that C knows by its index.
type installed struct {
	Operation
	index int
}

var (
	mu    sync.Mutex
	hooks []*hook
)

// Name is the name under which Install registers a plugin with a set of
// operations, and SplitName is its inverse; set is empty for any other name.
func Name(path, set string) string { return path + separator + set }

// SplitName returns the path of the plugin and the set of operations.
func SplitName(name string) (path, set string) {
	path, set, _ = strings.Cut(name, separator)
	return path, set
}

const separator = "#operations="

// Replaces reports whether the functions of the named operation are replaced in
// the programs of a backend.
func Replaces(backend any, operation string) bool {
	h := hookOf(backend)
	if h == nil {
		return false
	}
	for _, op := range h.operations {
		if op.Name == operation {
			return true
		}
	}
	return false
}

// CountOf returns the count of all operations in the programs of all backends
// that share this one's plugin and set of operations.
func CountOf(backend any) Count {
	h := hookOf(backend)
	if h == nil {
		return Count{}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.total
}

func hookOf(backend any) *hook {
	b, ok := backend.(interface{ PluginName() string })
	if !ok {
		return nil
	}
	mu.Lock()
	defer mu.Unlock()
	return named(b.PluginName())
}

// named returns the hook with a name, or nil. The caller holds mu.
func named(name string) *hook {
	for _, h := range hooks {
		if h.name == name {
			return h
		}
	}
	return nil
}

// count records the outcomes of a program.
func (h *hook) count(outcomes []outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, o := range outcomes {
		if o.err == nil {
			h.total.Replaced++
		} else {
			h.total.Kept++
			h.total.Reason = o.err
		}
	}
}
