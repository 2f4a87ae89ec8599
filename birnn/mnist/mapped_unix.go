//go:build linux || darwin

package mnist

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// checkOwner returns an error unless only this user, or the administrator, can have written a file.
func checkOwner(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.Mode().IsRegular() || info.Mode().Perm()&0o022 != 0 || stat.Uid != 0 && int(stat.Uid) != os.Geteuid() {
		return errors.New("others can write it")
	}
	return nil
}

// mapFloats maps n numbers at the start of a file into memory. What is written to them stays in this process.
func mapFloats(f *os.File, n int) ([]float32, error) {
	mapped, err := syscall.Mmap(int(f.Fd()), 0, 4*n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&mapped[0])), n), nil
}

// tryLock locks a directory until unlock is called or the process ends. It fails if another process holds the lock, and on file systems that
// don't lock directories, such as NFS: there a file that is replaced may vanish under those who have mapped it.
func tryLock(dir string) (unlock func() error, err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d.Close, nil
}
