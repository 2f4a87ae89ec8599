#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "operations_linux_amd64.h"

typedef struct {
	const float *x;
	float *y;
	int64_t columns;
	_Atomic unsigned char *visits; // of each row
} affine_arg;

static void affine_row(void *arg, int64_t row)
{
	const affine_arg *a = arg;
	for (int64_t k = row * a->columns; k < (row + 1) * a->columns; k++) {
		a->y[k] = 2 * a->x[k] + 1;
	}
	atomic_fetch_add(&a->visits[row], 1);
}

// options: rows, columns. Scratch: a byte for each row.
ENTRY(xlacalltest_affine)
{
	int64_t rows = options[0];
	affine_arg a = {operands[0], results[0], options[1], scratch};
	for (int64_t row = 0; row < rows; row++) {
		atomic_init(&a.visits[row], 0);
	}
	parallel(pool, rows, affine_row, &a);
	for (int64_t row = 0; row < rows; row++) {
		if (atomic_load(&a.visits[row]) != 1) {
			return "a task did not run once before parallel returned";
		}
	}
	return NULL;
}

// options: rows, columns. Operands: x, a scalar factor. Results: factor * x,
// the sum of each row, the sum of all. It runs on the calling thread only.
ENTRY(xlacalltest_sums)
{
	(void)scratch, (void)parallel, (void)pool;
	const float *x = operands[0], *factor = operands[1];
	float *scaled = results[0], *sums = results[1], *total = results[2], all = 0;
	for (int64_t row = 0; row < options[0]; row++) {
		float sum = 0;
		for (int64_t k = row * options[1]; k < (row + 1) * options[1]; k++) {
			sum += x[k];
			if (scaled != NULL) {
				scaled[k] = *factor * x[k];
			}
		}
		if (sums != NULL) {
			sums[row] = sum;
		}
		all += sum;
	}
	if (total != NULL) {
		*total = all;
	}
	return NULL;
}

ENTRY(xlacalltest_fail)
{
	(void)options, (void)operands, (void)results, (void)scratch, (void)parallel, (void)pool;
	return "this operation always fails";
}
