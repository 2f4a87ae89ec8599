#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "xlacall_linux_amd64.h"
#include "_cgo_export.h"

// The plugin stays loaded: XLA's threads never end.
pjrt_api *xlacall_load(const char *path, char **error)
{
	void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	pjrt_api *(*get)(void) = NULL;
	if (library != NULL) {
		*(void **)&get = dlsym(library, "GetPjrtApi"); // the cast that POSIX recommends
	}
	if (get == NULL) {
		*error = strdup(dlerror());
		return NULL;
	}
	pjrt_api *api = get();
	if (api == NULL) {
		*error = strdup("GetPjrtApi returned NULL");
	}
	return api;
}

pjrt_ffi *xlacall_ffi(const pjrt_api *api)
{
	for (extension *e = api->extensions; e != NULL; e = e->next) {
		if (e->type == PJRT_FFI_EXTENSION) {
			return (pjrt_ffi *)e;
		}
	}
	return NULL;
}

char *xlacall_register(const pjrt_api *api, pjrt_ffi *ffi, const char *name)
{
	static const char platform[] = "Host";
	pjrt_register_args args = {
		.struct_size = sizeof args,
		.name = name,
		.name_size = strlen(name),
		.handler = (void *)xlacall_handler,
		.platform = platform,
		.platform_size = strlen(platform),
	};
	pjrt_error *error = ffi->register_handler(&args);
	return error == NULL ? NULL : xlacall_message(api, error);
}

// The arguments of compile don't identify the copy of the table that it is
// called through, so each copy has a function of its own.
#define HOOK(slot) \
	static pjrt_error *hook##slot(pjrt_compile_args *args) { return xlacallCompile(slot, args); }
HOOK(0) HOOK(1) HOOK(2) HOOK(3) HOOK(4) HOOK(5) HOOK(6) HOOK(7)

static pjrt_compile *const hooks[XLACALL_SLOTS] = {hook0, hook1, hook2, hook3, hook4, hook5, hook6, hook7};

pjrt_api *xlacall_hooked(const pjrt_api *api, int slot)
{
	pjrt_api *copy = malloc(api->struct_size);
	if (copy != NULL) {
		memcpy(copy, api, api->struct_size);
		copy->compile = hooks[slot];
	}
	return copy;
}

// Compiles the program in args, or text instead unless it is NULL.
pjrt_error *xlacall_compile(const pjrt_api *api, pjrt_compile_args *args, char *text, size_t size)
{
	if (text == NULL) {
		return api->compile(args);
	}
	pjrt_program program = *args->program;
	program.code = text;
	program.code_size = size;
	pjrt_compile_args changed = *args;
	changed.program = &program;
	pjrt_error *error = api->compile(&changed);
	args->executable = changed.executable;
	return error;
}

char *xlacall_message(const pjrt_api *api, pjrt_error *error)
{
	pjrt_message_args message = {.struct_size = sizeof message, .error = error};
	api->error_message(&message);
	char *copy = strndup(message.message, message.message_size);
	pjrt_destroy_args destroy = {.struct_size = sizeof destroy, .error = error};
	api->error_destroy(&destroy);
	return copy;
}
