// Package xlacalltest has small operations for the tests of package xlacall. They
// are C code, which test files can't contain.
package xlacalltest

// Names of the operations.
const (
	Affine = "xlacalltest_affine" // x [rows, columns]: 2x + 1, rows in parallel
	Sums   = "xlacalltest_sums"   // x [rows, columns], a factor: factor * x, the sum of each row, the sum of all
	Fail   = "xlacalltest_fail"   // x: an error
)
