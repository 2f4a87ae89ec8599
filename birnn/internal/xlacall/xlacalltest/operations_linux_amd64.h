#include <stdint.h>

typedef void parallel_function(void *pool, int64_t n, void (*task)(void *arg, int64_t k), void *arg);

#define ENTRY(name) \
	const char *name(const int64_t *options, void *const *operands, void *const *results, void *scratch, \
		parallel_function *parallel, void *pool)

ENTRY(xlacalltest_affine);
ENTRY(xlacalltest_sums);
ENTRY(xlacalltest_fail);
