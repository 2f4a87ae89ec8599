//go:build cgo

package xlacall

// #cgo CFLAGS: -std=gnu11 -O2 -Wall -Wextra
// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "xlacall_linux_amd64.h"
import "C"

import (
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/gomlx/go-xla/pjrt"
)

// Install loads the CPU plugin in a file and registers it with go-xla together
// with a set of operations. A backend that is opened with the returned name
// instead of the path runs these operations. If the path and the set are
// installed already, Install ignores operations and returns the same name. The
// error says why the plugin can't be used in this way; it can still be used
// without operations.
//
// No backend may be opened during the call: go-xla registers plugins without a
// lock.
func Install(path, set string, operations []Operation) (name string, err error) {
	name = Name(path, set)
	mu.Lock()
	defer mu.Unlock()
	if named(name) != nil {
		return name, nil
	}
	if len(hooks) == C.XLACALL_SLOTS {
		return "", fmt.Errorf("%d plugins are in use already", len(hooks))
	}
	api, err := load(path)
	if err != nil {
		return "", err
	}
	h := &hook{name: name}
	for _, op := range operations {
		index := C.xlacall_add_entry(op.Entry)
		if index < 0 {
			return "", fmt.Errorf("too many operations: no room for %s", op.Name)
		}
		h.operations = append(h.operations, installed{op, int(index)})
	}
	table := C.xlacall_hooked(api, C.int(len(hooks)))
	if table == nil {
		return "", errors.New("out of memory")
	}
	if err := pjrt.RegisterPreloadedPlugin(name, uintptr(unsafe.Pointer(table))); err != nil {
		C.free(unsafe.Pointer(table))
		return "", err
	}
	apis = append(apis, api)
	hooks = append(hooks, h)
	return name, nil
}

var (
	apis   []*C.pjrt_api              // of the plugins, in the order of hooks
	loaded = map[string]*C.pjrt_api{} // by path, with their handler registered
)

// load loads a plugin, checks it and registers the handler of all operations.
func load(path string) (*C.pjrt_api, error) {
	if api := loaded[path]; api != nil {
		return api, nil
	}
	p := C.CString(path)
	defer C.free(unsafe.Pointer(p))
	var message *C.char
	api := C.xlacall_load(p, &message)
	if api == nil {
		return nil, failed("load "+path, message)
	}
	ffi := C.xlacall_ffi(api)
	if err := check(api, ffi); err != nil {
		return nil, err
	}
	handler := C.CString(target) // not freed: the plugin may keep it
	if message := C.xlacall_register(api, ffi, handler); message != nil {
		return nil, failed("register the operations", message)
	}
	loaded[path] = api
	return api, nil
}

// check returns an error for plugins that were not tested. XLA has changed the structs of the
// FFI without changing its version, so an untested one might crash.
func check(api *C.pjrt_api, ffi *C.pjrt_ffi) error {
	v := api.version
	switch {
	case v.major != 0 || v.minor != 115:
		return fmt.Errorf("PJRT %d.%d was not tested", v.major, v.minor)
	case api.struct_size != 1144:
		return fmt.Errorf("PJRT %d.%d has a table of %d bytes, not 1144", v.major, v.minor, api.struct_size)
	case ffi == nil:
		return errors.New("the plugin has no FFI extension")
	case ffi.base.struct_size != C.sizeof_pjrt_ffi:
		return fmt.Errorf("the plugin's FFI extension has %d bytes, not %d", ffi.base.struct_size, C.sizeof_pjrt_ffi)
	}
	return nil
}

func failed(action string, message *C.char) error {
	defer C.free(unsafe.Pointer(message))
	return fmt.Errorf("%s: %s", action, C.GoString(message))
}

// xlacallCompile takes the place of a plugin's compile function.
//
//export xlacallCompile
func xlacallCompile(slot C.int, args *C.pjrt_compile_args) *C.pjrt_error {
	mu.Lock()
	h, api := hooks[slot], apis[slot]
	mu.Unlock()
	p := args.program
	if p.code_size > math.MaxInt32 || C.GoStringN(p.format, C.int(p.format_size)) != "mlir" {
		return C.xlacall_compile(api, args, nil, 0)
	}
	text, outcomes := rewrite(C.GoStringN(p.code, C.int(p.code_size)), h.operations)
	if !anyReplaced(outcomes) {
		h.count(outcomes)
		return C.xlacall_compile(api, args, nil, 0)
	}
	code := C.CString(text)
	defer C.free(unsafe.Pointer(code))
	e := C.xlacall_compile(api, args, code, C.size_t(len(text)))
	if e == nil {
		h.count(outcomes)
		return nil
	}
	err := failed("XLA did not compile the program with its operations replaced", C.xlacall_message(api, e))
	h.count(allKept(outcomes, err))
	return C.xlacall_compile(api, args, nil, 0)
}
