#ifndef XLACALL_H
#define XLACALL_H

#include "xla_linux_amd64.h"

// The C function of an operation; see Operation.Entry.
typedef const char *entry(const int64_t *options, void *const *operands, void *const *results, void *scratch,
	void (*parallel)(void *pool, int64_t n, void (*task)(void *arg, int64_t k), void *arg), void *pool);

// The thread pool of a call.
typedef struct {
	const ffi_api *api;
	ffi_context *context;
} pool;

void xlacall_parallel(void *pool, int64_t n, void (*task)(void *arg, int64_t k), void *arg);

// The handler of all operations, and the table in which it looks up their entries.
ffi_error *xlacall_handler(ffi_call *call);
int xlacall_add_entry(void *e); // returns its index, or -1 if the table is full

// plugin_linux_amd64.c
enum { XLACALL_SLOTS = 8 };
pjrt_api *xlacall_load(const char *path, char **error); // or NULL and an error, to be freed
pjrt_ffi *xlacall_ffi(const pjrt_api *api);              // NULL if the plugin has none
char *xlacall_register(const pjrt_api *api, pjrt_ffi *ffi, const char *name); // NULL or an error, to be freed
pjrt_api *xlacall_hooked(const pjrt_api *api, int slot); // a copy whose compile is slot's hook
pjrt_error *xlacall_compile(const pjrt_api *api, pjrt_compile_args *args, char *text, size_t size);
char *xlacall_message(const pjrt_api *api, pjrt_error *error); // destroys error; the message has to be freed

#endif
