#define _GNU_SOURCE
#include "CFaultPoints.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int armed = FAULT_NONE;
static atomic_long fault_at;
static atomic_long calls;

void fault_points_arm(enum fault_kind kind, long at) {
  atomic_store(&calls, 0);
  atomic_store(&fault_at, at);
  atomic_store(&armed, kind);
}

long fault_points_count(void) { return atomic_load(&calls); }

enum need { NEEDS_ROOM, NEEDS_DEVICE };

/* 0 to go on, else the errno that the call fails with. */
static int fault(enum need need) {
  int kind = atomic_load(&armed);
  if (kind == FAULT_NONE) return 0;
  long number = atomic_fetch_add(&calls, 1) + 1;
  if (number < atomic_load(&fault_at)) return 0;
  if (kind == FAULT_KILL) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
  }
  if (kind == FAULT_NO_SPACE) return need == NEEDS_ROOM ? ENOSPC : 0;
  return EIO;
}

#define FAIL_IF(need)          \
  do {                         \
    int code = fault(need);    \
    if (code != 0) {           \
      errno = code;            \
      return -1;               \
    }                          \
  } while (0)

ssize_t write(int descriptor, const void *bytes, size_t count) {
  if (descriptor > 2) FAIL_IF(NEEDS_ROOM);
  return syscall(SYS_write, descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  FAIL_IF(NEEDS_ROOM);
  return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  if (flags & O_CREAT) FAIL_IF(NEEDS_ROOM);
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int ftruncate(int descriptor, off_t length) {
  FAIL_IF(NEEDS_ROOM);
  return (int)syscall(SYS_ftruncate, descriptor, length);
}

int mkdir(const char *path, mode_t mode) {
  FAIL_IF(NEEDS_ROOM);
  return (int)syscall(SYS_mkdir, path, mode);
}

int link(const char *from, const char *to) {
  FAIL_IF(NEEDS_ROOM);
  return (int)syscall(SYS_link, from, to);
}

int rename(const char *from, const char *to) {
  FAIL_IF(NEEDS_DEVICE);
  return (int)syscall(SYS_rename, from, to);
}

int unlink(const char *path) {
  FAIL_IF(NEEDS_DEVICE);
  return (int)syscall(SYS_unlink, path);
}

int rmdir(const char *path) {
  FAIL_IF(NEEDS_DEVICE);
  return (int)syscall(SYS_rmdir, path);
}

int fsync(int descriptor) {
  FAIL_IF(NEEDS_DEVICE);
  return (int)syscall(SYS_fsync, descriptor);
}

int chmod(const char *path, mode_t mode) {
  FAIL_IF(NEEDS_DEVICE);
  return (int)syscall(SYS_chmod, path, mode);
}
