// The parts of PJRT's and of the XLA FFI's C interface that this package uses,
// rewritten from xla/pjrt/c/pjrt_c_api.h, xla/pjrt/c/pjrt_c_api_ffi_extension.h
// and xla/ffi/api/c_api.h of github.com/openxla/xla, for PJRT 0.115 and FFI 0.3.
// Names are shortened; order, types and sizes of the fields are those of XLA.
#ifndef XLACALL_XLA_H
#define XLACALL_XLA_H

#include <stddef.h>
#include <stdint.h>

// Both interfaces extend their structs with chains of these.
typedef struct extension {
	size_t struct_size;
	int type;
	struct extension *next;
} extension;

// PJRT

typedef struct pjrt_error pjrt_error;

typedef struct {
	size_t struct_size;
	extension *extensions;
	char *code;
	size_t code_size;
	const char *format; // "mlir": StableHLO, as text or as bytecode
	size_t format_size;
} pjrt_program;

typedef struct {
	size_t struct_size;
	extension *extensions;
	void *client;
	const pjrt_program *program;
	const char *options;
	size_t options_size;
	void *executable; // the result
} pjrt_compile_args;

typedef struct {
	size_t struct_size;
	extension *extensions;
	const pjrt_error *error;
	const char *message; // the result, which lives as long as error
	size_t message_size;
} pjrt_message_args;

typedef struct {
	size_t struct_size;
	extension *extensions;
	pjrt_error *error;
} pjrt_destroy_args;

typedef pjrt_error *pjrt_compile(pjrt_compile_args *args);

// The table of PJRT's functions, up to the last that this package uses.
typedef struct {
	size_t struct_size;
	extension *extensions;
	struct {
		size_t struct_size;
		extension *extensions;
		int major, minor;
	} version;
	void (*error_destroy)(pjrt_destroy_args *args);
	void (*error_message)(pjrt_message_args *args);
	void *others[18];
	pjrt_compile *compile;
} pjrt_api;

typedef struct {
	size_t struct_size;
	const char *name;
	size_t name_size;
	void *handler;
	const char *platform;
	size_t platform_size;
	int traits;
} pjrt_register_args;

enum { PJRT_FFI_EXTENSION = 5 };

typedef struct {
	extension base;
	void *type_register, *user_data_add;
	pjrt_error *(*register_handler)(pjrt_register_args *args);
} pjrt_ffi;

// The FFI: how XLA calls an operation

typedef struct ffi_error ffi_error;
typedef struct ffi_context ffi_context;

typedef struct {
	size_t struct_size;
	extension *extensions;
	int major, minor;
} ffi_version;

typedef struct {
	size_t struct_size;
	extension *extensions;
	const char *message;
	int code;
} ffi_error_args;

enum { FFI_INTERNAL = 13 }; // an error code

typedef struct {
	size_t struct_size;
	extension *extensions;
	ffi_error *error;
} ffi_destroy_args;

typedef struct {
	size_t struct_size;
	extension *extensions;
	ffi_context *context;
	void (*task)(void *data);
	void *data;
} ffi_schedule_args;

typedef struct {
	size_t struct_size;
	extension *extensions;
	ffi_context *context;
	int64_t *threads; // the result
} ffi_threads_args;

typedef struct {
	size_t struct_size;
	extension *extensions;
	ffi_version version;
	void *internal;
	ffi_error *(*error_create)(ffi_error_args *args);
	void *error_message;
	void (*error_destroy)(ffi_destroy_args *args);
	void *others[8];
	ffi_error *(*schedule)(ffi_schedule_args *args);
	ffi_error *(*threads)(ffi_threads_args *args);
} ffi_api;

typedef struct {
	size_t struct_size;
	extension *extensions;
	int dtype;
	void *data;
	int64_t rank;
	int64_t *dims;
} ffi_buffer;

// The operands, and the results.
typedef struct {
	size_t struct_size;
	extension *extensions;
	int64_t count;
	int *types; // all 1: a buffer
	ffi_buffer **buffers;
} ffi_buffers;

typedef struct {
	int dtype;
	size_t count;
	void *data;
} ffi_array;

enum { FFI_ARRAY = 1, FFI_INT64 = 5 };

// The call's backend_config.
typedef struct {
	size_t struct_size;
	extension *extensions;
	int64_t count;
	int *types;
	void *names;
	void **values;
} ffi_attributes;

enum { FFI_EXECUTE = 3 }; // the stage that computes

typedef struct {
	size_t struct_size;
	extension *extensions;
	const ffi_api *api;
	ffi_context *context;
	int stage;
	ffi_buffers operands, results;
	ffi_attributes attributes;
	void *future;
} ffi_call;

enum { FFI_METADATA = 1 };

// The extension by which XLA asks a handler for its version.
typedef struct {
	extension base;
	struct {
		size_t struct_size;
		ffi_version version;
		uint32_t traits;
	} *metadata;
} ffi_metadata;

#endif
