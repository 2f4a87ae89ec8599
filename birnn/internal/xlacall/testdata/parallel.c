// Runs xlacall_parallel on a thread pool like XLA's, for the sanitizers: each
// task has to run once, and to be done when xlacall_parallel returns.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../xlacall_linux_amd64.h"

enum { THREADS = 3, QUEUE = 64, CALLERS = 2, ROUNDS = 5000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static ffi_schedule_args queue[QUEUE];
static int length, ended, rejections;

static ffi_error *schedule(ffi_schedule_args *args)
{
	pthread_mutex_lock(&mutex);
	int full = length == QUEUE;
	if (full) {
		rejections++;
	} else {
		queue[length++] = *args;
		pthread_cond_signal(&filled);
	}
	pthread_mutex_unlock(&mutex);
	return full ? (ffi_error *)&rejections : NULL;
}

static ffi_error *threads(ffi_threads_args *args)
{
	*args->threads = THREADS;
	return NULL;
}

static void destroy(ffi_destroy_args *args)
{
	(void)args;
}

static void *thread(void *unused)
{
	(void)unused;
	for (;;) {
		pthread_mutex_lock(&mutex);
		while (length == 0 && !ended) {
			pthread_cond_wait(&filled, &mutex);
		}
		if (length == 0) {
			pthread_mutex_unlock(&mutex);
			return NULL;
		}
		ffi_schedule_args next = queue[--length];
		pthread_mutex_unlock(&mutex);
		next.task(next.data);
	}
}

static void task(void *arg, int64_t k)
{
	((int *)arg)[k]++; // not atomic: a second run of a task, or one that is late, is a race
}

static void *caller(void *api)
{
	pool p = {api, NULL};
	for (int round = 0; round < ROUNDS; round++) {
		int n = round % 12, *runs = calloc(n + 1, sizeof *runs);
		xlacall_parallel(&p, n, task, runs);
		for (int k = 0; k <= n; k++) {
			if (runs[k] != (k < n)) {
				printf("%d tasks: task %d ran %d times\n", n, k, runs[k]);
				exit(1);
			}
		}
		free(runs);
	}
	return NULL;
}

int main(void)
{
	alarm(120);
	ffi_api api = {.schedule = schedule, .threads = threads, .error_destroy = destroy};
	pthread_t pool[THREADS], callers[CALLERS];
	for (int k = 0; k < THREADS; k++) {
		pthread_create(&pool[k], NULL, thread, NULL);
	}
	for (int k = 0; k < CALLERS; k++) {
		pthread_create(&callers[k], NULL, caller, &api);
	}
	for (int k = 0; k < CALLERS; k++) {
		pthread_join(callers[k], NULL);
	}
	pthread_mutex_lock(&mutex);
	ended = 1;
	pthread_cond_broadcast(&filled);
	pthread_mutex_unlock(&mutex);
	for (int k = 0; k < THREADS; k++) {
		pthread_join(pool[k], NULL);
	}
	return 0;
}
