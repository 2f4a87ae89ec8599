// A tile is rows x nv vectors of sums that stay in registers:
//
//   sum[r][v] += Σ_k a[r*a_row + k*a_k] * b[k*b_k + v]
//
// In each step of k, one float of a for each row is spread over a vector, and
// each vector of b is read once and used for all rows: rows + nv loads for
// rows*nv products. With 6x4, or 3x4, the products take most of the time.
// rows and nv are constants wherever this is inlined.
FN void add_products(vec sum[ROWS][4], const int rows, const int nv, const float *a, int64_t a_row, int64_t a_k,
                     const float *b, int64_t b_k, int64_t n) {
  _Pragma("GCC unroll 2") // a quarter faster with AVX2
  for (int64_t k = 0; k < n; k++, a += a_k, b += b_k) {
    vec spread[ROWS];
    UNROLL for (int r = 0; r < rows; r++) spread[r] = all(a[r * a_row]);
    UNROLL for (int v = 0; v < nv; v++) {
      const vec w = load(b + v * LANES);
      UNROLL for (int r = 0; r < rows; r++) sum[r][v] = muladd(spread[r], w, sum[r][v]);
    }
  }
}

// FOR_ROWS calls f, whose last argument is the constant number of rows.
#if ROWS == 6
#define FOR_ROWS(rows, f, ...)                                                                                          \
  switch (rows) {                                                                                                      \
  case 1: f(__VA_ARGS__, 1); break;                                                                                    \
  case 2: f(__VA_ARGS__, 2); break;                                                                                    \
  case 3: f(__VA_ARGS__, 3); break;                                                                                    \
  case 4: f(__VA_ARGS__, 4); break;                                                                                    \
  case 5: f(__VA_ARGS__, 5); break;                                                                                    \
  default: f(__VA_ARGS__, 6);                                                                                          \
  }
#else
#define FOR_ROWS(rows, f, ...)                                                                                          \
  switch (rows) {                                                                                                      \
  case 1: f(__VA_ARGS__, 1); break;                                                                                    \
  case 2: f(__VA_ARGS__, 2); break;                                                                                    \
  default: f(__VA_ARGS__, 3);                                                                                          \
  }
#endif
