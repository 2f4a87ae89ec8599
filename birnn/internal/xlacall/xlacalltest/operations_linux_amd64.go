//go:build cgo

package xlacalltest

// #cgo CFLAGS: -std=gnu11 -Wall -Wextra
// #include "operations_linux_amd64.h"
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"
)

// Operations returns the operations, which refuse all types but float32.
func Operations() []xlacall.Operation {
	return []xlacall.Operation{
		{Name: Affine, Entry: unsafe.Pointer(C.xlacalltest_affine), Plan: plan},
		{Name: Sums, Entry: unsafe.Pointer(C.xlacalltest_sums), Plan: plan},
		{Name: Fail, Entry: unsafe.Pointer(C.xlacalltest_fail), Plan: plan},
	}
}

func plan(operands, results []xlacall.Tensor, used []bool) (options []int64, scratch int, err error) {
	x := operands[0]
	if x.DType != "f32" || len(x.Dims) != 2 {
		return nil, 0, fmt.Errorf("x is %s of rank %d, not f32 of rank 2", x.DType, len(x.Dims))
	}
	return []int64{int64(x.Dims[0]), int64(x.Dims[1])}, x.Dims[0], nil
}
