#include <stdatomic.h>

#include "xlacall_linux_amd64.h"

enum { MAX_ENTRIES = 64, MAX_BUFFERS = 32, HEADER = 4 };

static entry *entries[MAX_ENTRIES];
static atomic_int num_entries;

// Only Go calls this, under a mutex. A program names an entry by its index, so
// it is compiled after the entry was added.
int xlacall_add_entry(void *e)
{
	int n = atomic_load(&num_entries);
	if (n == MAX_ENTRIES) {
		return -1;
	}
	*(void **)&entries[n] = e;
	atomic_store(&num_entries, n + 1);
	return n;
}

static ffi_error *failed(const ffi_api *api, const char *message)
{
	ffi_error_args args = {.struct_size = sizeof args, .message = message, .code = FFI_INTERNAL};
	return api->error_create(&args);
}

// The options that function.go wrote: the index of the entry, the number of its
// results, which of these are used (a bit each), whether it has scratch memory;
// then those of the operation's plan. Returns NULL if something else wrote the call.
static const int64_t *options_of(const ffi_call *call)
{
	const ffi_attributes *a = &call->attributes;
	if (a->count != 1 || a->types[0] != FFI_ARRAY) {
		return NULL;
	}
	const ffi_array *options = a->values[0];
	if (options->dtype != FFI_INT64 || options->count < HEADER) {
		return NULL;
	}
	const int64_t *o = options->data;
	int known = o[0] >= 0 && o[0] < atomic_load(&num_entries);
	int fits = call->operands.count <= MAX_BUFFERS && o[1] <= MAX_BUFFERS && call->results.count <= MAX_BUFFERS;
	int results = __builtin_popcountll((unsigned long long)o[2]) + (o[3] != 0);
	return known && fits && call->results.count == results ? o : NULL;
}

static ffi_error *execute(ffi_call *call)
{
	const int64_t *options = options_of(call);
	if (options == NULL) {
		return failed(call->api, "the custom call was not written by this version of package xlacall");
	}
	void *operands[MAX_BUFFERS] = {0}, *results[MAX_BUFFERS] = {0};
	for (int64_t k = 0; k < call->operands.count; k++) {
		operands[k] = call->operands.buffers[k]->data;
	}
	int64_t next = 0;
	for (int64_t k = 0; k < options[1]; k++) {
		if (options[2] >> k & 1) {
			results[k] = call->results.buffers[next++]->data;
		}
	}
	void *scratch = options[3] ? call->results.buffers[next]->data : NULL;
	pool p = {call->api, call->context};
	const char *error = entries[options[0]](options + HEADER, operands, results, scratch, xlacall_parallel, &p);
	return error == NULL ? NULL : failed(call->api, error);
}

ffi_error *xlacall_handler(ffi_call *call)
{
	for (extension *e = call->extensions; e != NULL; e = e->next) {
		if (e->type == FFI_METADATA) {
			ffi_metadata *m = (ffi_metadata *)e;
			m->metadata->version = call->api->version;
			m->metadata->traits = 0;
			return NULL;
		}
	}
	return call->stage == FFI_EXECUTE ? execute(call) : NULL;
}
