#define _GNU_SOURCE
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "xlacall_linux_amd64.h"

// What the caller and its helpers, tasks in XLA's thread pool, share. A helper
// may start after the caller has returned: the last one to finish frees it.
typedef struct {
	atomic_int users;
	atomic_llong next, done;
	int64_t n;
	void (*task)(void *arg, int64_t k);
	void *arg; // valid as long as done < n
	int core;  // of the caller
} work;

static void release(work *w)
{
	if (atomic_fetch_sub_explicit(&w->users, 1, memory_order_acq_rel) == 1) {
		free(w);
	}
}

// Runs tasks until there are none left; a helper that starts late finds fewer.
static void take_tasks(work *w)
{
	for (;;) {
		int64_t k = atomic_fetch_add_explicit(&w->next, 1, memory_order_relaxed);
		if (k >= w->n) {
			return;
		}
		w->task(w->arg, k);
		atomic_fetch_add_explicit(&w->done, 1, memory_order_release); // makes the results visible to the caller
	}
}

// Linux often wakes a pool's thread on the core of the thread that woke it,
// and leaves both there for milliseconds while other cores are idle. Excluding
// that core from the thread's affinity for a moment makes it move at once.
static void leave(int core)
{
	cpu_set_t all;
	if (core < 0 || core >= CPU_SETSIZE || sched_getcpu() != core || sched_getaffinity(0, sizeof all, &all) != 0) {
		return;
	}
	cpu_set_t others = all;
	CPU_CLR(core, &others);
	if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0) {
		sched_setaffinity(0, sizeof all, &all);
	}
}

static void help(void *arg)
{
	work *w = arg;
	if (atomic_load_explicit(&w->next, memory_order_relaxed) < w->n) {
		leave(w->core);
		take_tasks(w);
	}
	release(w);
}

static void drop(const ffi_api *api, ffi_error *error)
{
	ffi_destroy_args args = {.struct_size = sizeof args, .error = error};
	api->error_destroy(&args);
}

static int64_t threads_of(const pool *p)
{
	int64_t threads = 1;
	ffi_threads_args args = {.struct_size = sizeof args, .context = p->context, .threads = &threads};
	ffi_error *error = p->api->threads(&args);
	if (error != NULL) {
		drop(p->api, error);
		return 1;
	}
	return threads;
}

// Returns how many threads are useful for n tasks. XLA has at least one thread
// for each device, which may be more than there are cores.
static int64_t useful_threads(const pool *p, int64_t n)
{
	cpu_set_t cores;
	if (n < 2 || sched_getaffinity(0, sizeof cores, &cores) != 0) {
		return 1;
	}
	int64_t threads = threads_of(p);
	if (threads > CPU_COUNT(&cores)) {
		threads = CPU_COUNT(&cores);
	}
	return threads < n ? threads : n;
}

static int schedule(const pool *p, work *w)
{
	ffi_schedule_args args = {.struct_size = sizeof args, .context = p->context, .task = help, .data = w};
	ffi_error *error = p->api->schedule(&args);
	if (error == NULL) {
		return 1;
	}
	drop(p->api, error);
	return 0;
}

// Waits for tasks that helpers run. It only ever waits for tasks that have
// started, so a busy pool, or one without a free thread, can't block it. Most
// waits are short; sched_yield lets a helper run that shares the caller's core.
static void await(work *w)
{
	for (int spins = 0; atomic_load_explicit(&w->done, memory_order_acquire) < w->n; spins++) {
		if (spins < 2000) {
			__builtin_ia32_pause();
		} else {
			sched_yield();
		}
	}
}

void xlacall_parallel(void *pool_, int64_t n, void (*task)(void *arg, int64_t k), void *arg)
{
	const pool *p = pool_;
	int64_t helpers = useful_threads(p, n) - 1;
	work *w = helpers > 0 ? malloc(sizeof *w) : NULL;
	if (w == NULL) {
		for (int64_t k = 0; k < n; k++) {
			task(arg, k);
		}
		return;
	}
	atomic_init(&w->users, 1);
	atomic_init(&w->next, 0);
	atomic_init(&w->done, 0);
	w->n = n;
	w->task = task;
	w->arg = arg;
	w->core = sched_getcpu();
	for (int64_t k = 0; k < helpers; k++) {
		atomic_fetch_add_explicit(&w->users, 1, memory_order_relaxed);
		if (!schedule(p, w)) {
			release(w);
			break;
		}
	}
	take_tasks(w);
	await(w);
	release(w);
}
