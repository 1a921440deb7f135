// A library for LD_PRELOAD that counts the calls which change files under one directory, and makes the
// n-th of them the last thing that its process does, or makes it fail.
//
// FAULT_DIRECTORY  the directory that is watched, without symbolic links in its path
// FAULT_JOURNAL    a file outside it: each counted call adds a line "kind path"
// FAULT_COUNTER    a file outside it, of eight zero bytes: the count, shared by all processes of a run
// FAULT_AT         the number of the call that the fault meets, from 1; absent: none does
// FAULT_KIND       kill   the process group dies just before the call
//                  tear   the same, after the first half of what a write was to write
//                  interrupt  SIGINT comes just before the call, which goes on a second later
//                  once   the call fails with FAULT_ERRNO, later ones succeed
//                  ever   that call and all later ones fail with FAULT_ERRNO
// FAULT_ERRNO      the number of an error. A full disk (ENOSPC) fails only what needs room; missing
//                  permission (EACCES) only what changes names.
//
// Calls that the C library makes inside itself do not come by here: stdio's flushing, for one. Programs
// that are statically linked are not seen at all. A mapping that may be written to counts as one call;
// what is then stored through it is not seen.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum lasting { kill_before, tear, interrupt, fail_once, fail_ever };
enum need { no_room, room, name_only, name_and_room };

static char watched[PATH_MAX];
static size_t watched_length;
static int journal = -1;
static _Atomic long *counter;
static long fault_at;
static enum lasting fault_kind;
static int fault_errno;

// System calls of our own go to the kernel directly: never through the wrappers below.
__attribute__((constructor)) static void start(void) {
  const char *directory = getenv("FAULT_DIRECTORY");
  const char *count = getenv("FAULT_COUNTER"), *lines = getenv("FAULT_JOURNAL");
  if (!directory || !count || !lines) return;
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, count, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return;
  void *shared = (void *)syscall(SYS_mmap, NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED,
                                 descriptor, 0L);
  syscall(SYS_close, descriptor);
  if (shared == MAP_FAILED) return;
  journal = (int)syscall(SYS_openat, AT_FDCWD, lines, O_WRONLY | O_APPEND | O_CLOEXEC);
  const char *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND"), *code = getenv("FAULT_ERRNO");
  fault_at = at ? atol(at) : 0;
  fault_errno = code ? atoi(code) : EIO;
  fault_kind = !kind || !strcmp(kind, "kill") ? kill_before
               : !strcmp(kind, "tear")        ? tear
               : !strcmp(kind, "interrupt")   ? interrupt
               : !strcmp(kind, "once")        ? fail_once
                                              : fail_ever;
  snprintf(watched, sizeof watched, "%s", directory);
  watched_length = strlen(watched);
  counter = shared;
}

static int is_watched(const char *path) {
  return !strncmp(path, watched, watched_length) &&
         (path[watched_length] == '/' || path[watched_length] == 0);
}

// Where a name in a directory leads, links in the directories on its way resolved.
static int locate(int directory, const char *name, char *result) {
  char whole[PATH_MAX], above[PATH_MAX];
  if (!counter || !name) return 0;
  if (name[0] == '/' || directory == AT_FDCWD) {
    if (snprintf(whole, sizeof whole, "%s", name) >= (int)sizeof whole) return 0;
  } else {
    char link[64], base[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0) return 0;
    base[length] = 0;
    if (snprintf(whole, sizeof whole, "%s/%s", base, name) >= (int)sizeof whole) return 0;
  }
  size_t length = strlen(whole);
  while (length > 1 && whole[length - 1] == '/') whole[--length] = 0;
  char *slash = strrchr(whole, '/');
  const char *last = slash ? slash + 1 : whole;
  if (slash == whole) {
    strcpy(above, "/");
  } else {
    if (slash) *slash = 0;
    if (!realpath(slash ? whole : ".", above)) return 0;
  }
  return snprintf(result, PATH_MAX, "%s/%s", above, last) < PATH_MAX && is_watched(result);
}

static int locate_descriptor(int descriptor, char *result) {
  char link[64];
  if (!counter) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, result, PATH_MAX - 1);
  if (length < 0) return 0;
  result[length] = 0;
  return is_watched(result);
}

static void die(void) {
  // The machine stops: with it all programs of the run, if they have a group to themselves.
  if (getpgrp() == getpid() || getenv("FAULT_GROUP")) kill(0, SIGKILL);
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static int needs_room(enum need need) { return need == room || need == name_and_room; }
static int changes_names(enum need need) { return need == name_only || need == name_and_room; }

// Counts a call. 0: go on; 1: errno is set, fail; 2: write the first half, then die.
static int meet(const char *kind, const char *path, enum need need) {
  int saved = errno;
  long number = atomic_fetch_add(counter, 1) + 1;
  char line[PATH_MAX + 64];
  int length = snprintf(line, sizeof line, "%s %s\n", kind, path + watched_length);
  if (journal >= 0) syscall(SYS_write, journal, line, (size_t)length);
  errno = saved;
  if (!fault_at || number < fault_at) return 0;
  if (number > fault_at && fault_kind != fail_ever) return 0;
  if (fault_kind == kill_before) die();
  if (fault_kind == interrupt) {
    kill(getpid(), SIGINT);
    struct timespec rest = {1, 0};
    while (nanosleep(&rest, &rest) == -1 && errno == EINTR) {}
    errno = saved;
    return 0;
  }
  if (fault_kind == tear) {
    if (!strncmp(kind, "write", 5)) return 2;
    die();
  }
  if (fault_errno == ENOSPC && !needs_room(need)) return 0;
  if (fault_errno == EACCES && !changes_names(need)) return 0;
  errno = fault_errno;
  return 1;
}

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

// Calls on a name, on two names, on a descriptor; the result -1 stands for failure.
#define ON_NAME(name, parameters, directory, path, need, call) \
  int name parameters { \
    REAL(name); \
    char where[PATH_MAX]; \
    if (locate(directory, path, where) && meet(#name, where, need)) return -1; \
    return real call; \
  }
#define ON_NAMES(name, parameters, directory, path, directory2, path2, need, call) \
  int name parameters { \
    REAL(name); \
    char where[PATH_MAX]; \
    if ((locate(directory2, path2, where) || locate(directory, path, where)) && \
        meet(#name, where, need)) \
      return -1; \
    return real call; \
  }
#define ON_DESCRIPTOR(name, parameters, descriptor, need, call) \
  int name parameters { \
    REAL(name); \
    char where[PATH_MAX]; \
    if (locate_descriptor(descriptor, where) && meet(#name, where, need)) return -1; \
    return real call; \
  }

ON_NAMES(rename, (const char *a, const char *b), AT_FDCWD, a, AT_FDCWD, b, name_and_room, (a, b))
ON_NAMES(renameat, (int d, const char *a, int e, const char *b), d, a, e, b, name_and_room,
         (d, a, e, b))
ON_NAMES(renameat2, (int d, const char *a, int e, const char *b, unsigned f), d, a, e, b,
         name_and_room, (d, a, e, b, f))
ON_NAMES(link, (const char *a, const char *b), AT_FDCWD, a, AT_FDCWD, b, name_and_room, (a, b))
ON_NAMES(linkat, (int d, const char *a, int e, const char *b, int f), d, a, e, b, name_and_room,
         (d, a, e, b, f))
ON_NAME(symlink, (const char *a, const char *b), AT_FDCWD, b, name_and_room, (a, b))
ON_NAME(symlinkat, (const char *a, int d, const char *b), d, b, name_and_room, (a, d, b))
ON_NAME(unlink, (const char *a), AT_FDCWD, a, name_only, (a))
ON_NAME(unlinkat, (int d, const char *a, int f), d, a, name_only, (d, a, f))
ON_NAME(remove, (const char *a), AT_FDCWD, a, name_only, (a))
ON_NAME(rmdir, (const char *a), AT_FDCWD, a, name_only, (a))
ON_NAME(mkdir, (const char *a, mode_t m), AT_FDCWD, a, name_and_room, (a, m))
ON_NAME(mkdirat, (int d, const char *a, mode_t m), d, a, name_and_room, (d, a, m))
ON_NAME(truncate, (const char *a, off_t n), AT_FDCWD, a, room, (a, n))
ON_NAME(truncate64, (const char *a, off64_t n), AT_FDCWD, a, room, (a, n))
ON_NAME(chmod, (const char *a, mode_t m), AT_FDCWD, a, no_room, (a, m))
ON_NAME(creat, (const char *a, mode_t m), AT_FDCWD, a, name_and_room, (a, m))
ON_NAME(creat64, (const char *a, mode_t m), AT_FDCWD, a, name_and_room, (a, m))
ON_NAME(mkstemp, (char *a), AT_FDCWD, a, name_and_room, (a))
ON_NAME(mkstemp64, (char *a), AT_FDCWD, a, name_and_room, (a))
ON_NAME(mkostemp, (char *a, int f), AT_FDCWD, a, name_and_room, (a, f))
ON_NAME(mkostemp64, (char *a, int f), AT_FDCWD, a, name_and_room, (a, f))
ON_DESCRIPTOR(ftruncate, (int d, off_t n), d, room, (d, n))
ON_DESCRIPTOR(ftruncate64, (int d, off64_t n), d, room, (d, n))
ON_DESCRIPTOR(fsync, (int d), d, room, (d))
ON_DESCRIPTOR(fdatasync, (int d), d, room, (d))
ON_DESCRIPTOR(fallocate, (int d, int m, off_t o, off_t n), d, room, (d, m, o, n))
ON_DESCRIPTOR(fallocate64, (int d, int m, off64_t o, off64_t n), d, room, (d, m, o, n))
ON_DESCRIPTOR(fchmod, (int d, mode_t m), d, no_room, (d, m))

// These give back the error instead of setting errno.
#define RETURNING_ERROR(name, type) \
  int name(int d, type o, type n) { \
    REAL(name); \
    char where[PATH_MAX]; \
    if (locate_descriptor(d, where) && meet(#name, where, room)) return errno; \
    return real(d, o, n); \
  }
RETURNING_ERROR(posix_fallocate, off_t)
RETURNING_ERROR(posix_fallocate64, off64_t)

// Closing a descriptor that was written to can report what the disk did with it. The descriptor is
// closed either way, as the kernel does.
int close(int d) {
  REAL(close);
  char where[PATH_MAX];
  int mode = counter ? fcntl(d, F_GETFL) : -1;
  if (mode < 0 || (mode & O_ACCMODE) == O_RDONLY || !locate_descriptor(d, where)) return real(d);
  if (!meet("close", where, room)) return real(d);
  int failure = errno;
  real(d);
  errno = failure;
  return -1;
}

// Opening changes something when it creates or empties a file.
#define OPENS(name, parameters, directory, path, call) \
  int name parameters { \
    REAL(name); \
    mode_t mode = 0; \
    if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    char where[PATH_MAX]; \
    if (flags & (O_CREAT | O_TRUNC) && locate(directory, path, where) && \
        meet(#name, where, name_and_room)) \
      return -1; \
    return real call; \
  }
OPENS(open, (const char *a, int flags, ...), AT_FDCWD, a, (a, flags, mode))
OPENS(open64, (const char *a, int flags, ...), AT_FDCWD, a, (a, flags, mode))
OPENS(openat, (int d, const char *a, int flags, ...), d, a, (d, a, flags, mode))
OPENS(openat64, (int d, const char *a, int flags, ...), d, a, (d, a, flags, mode))

// With _FORTIFY_SOURCE, opening without a mode goes by these.
#define OPENS_CHECKED(name, parameters, directory, path, call) \
  int name parameters; \
  int name parameters { \
    REAL(name); \
    char where[PATH_MAX]; \
    if (flags & O_TRUNC && locate(directory, path, where) && meet(#name, where, name_and_room)) \
      return -1; \
    return real call; \
  }
OPENS_CHECKED(__open_2, (const char *a, int flags), AT_FDCWD, a, (a, flags))
OPENS_CHECKED(__open64_2, (const char *a, int flags), AT_FDCWD, a, (a, flags))
OPENS_CHECKED(__openat_2, (int d, const char *a, int flags), d, a, (d, a, flags))
OPENS_CHECKED(__openat64_2, (int d, const char *a, int flags), d, a, (d, a, flags))

#define OPENS_STREAM(name) \
  FILE *name(const char *a, const char *mode) { \
    REAL(name); \
    char where[PATH_MAX]; \
    int creates = mode && (mode[0] == 'w' || mode[0] == 'a'); \
    if (creates && locate(AT_FDCWD, a, where) && meet(#name, where, name_and_room)) return NULL; \
    return real(a, mode); \
  }
OPENS_STREAM(fopen)
OPENS_STREAM(fopen64)

ssize_t write(int d, const void *bytes, size_t n) {
  REAL(write);
  char where[PATH_MAX];
  int fault = locate_descriptor(d, where) ? meet("write", where, room) : 0;
  if (fault == 1) return -1;
  if (fault == 2) {
    real(d, bytes, n / 2);
    die();
  }
  return real(d, bytes, n);
}

#define WRITES_AT(name, type) \
  ssize_t name(int d, const void *bytes, size_t n, type offset) { \
    REAL(name); \
    char where[PATH_MAX]; \
    int fault = locate_descriptor(d, where) ? meet("write", where, room) : 0; \
    if (fault == 1) return -1; \
    if (fault == 2) { \
      real(d, bytes, n / 2, offset); \
      die(); \
    } \
    return real(d, bytes, n, offset); \
  }
WRITES_AT(pwrite, off_t)
WRITES_AT(pwrite64, off64_t)

ssize_t writev(int d, const struct iovec *parts, int n) {
  REAL(writev);
  char where[PATH_MAX];
  int fault = locate_descriptor(d, where) ? meet("write", where, room) : 0;
  if (fault == 1) return -1;
  if (fault == 2) {
    real(d, parts, n / 2);
    die();
  }
  return real(d, parts, n);
}

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t n, unsigned flags) {
  REAL(copy_file_range);
  char where[PATH_MAX];
  int fault = locate_descriptor(out, where) ? meet("write", where, room) : 0;
  if (fault == 1) return -1;
  if (fault == 2) {
    // What is asked for is often more than there is: half of it would then be all.
    struct stat file;
    if (!fstat(in, &file) && (size_t)file.st_size < n) n = (size_t)file.st_size;
    real(in, from, out, to, n / 2, flags);
    die();
  }
  return real(in, from, out, to, n, flags);
}

#define SENDS(name, type) \
  ssize_t name(int out, int in, type *from, size_t n) { \
    REAL(name); \
    char where[PATH_MAX]; \
    int fault = locate_descriptor(out, where) ? meet("write", where, room) : 0; \
    if (fault == 1) return -1; \
    if (fault == 2) { \
      real(out, in, from, n / 2); \
      die(); \
    } \
    return real(out, in, from, n); \
  }
SENDS(sendfile, off_t)
SENDS(sendfile64, off64_t)

#define MAPS(name, type) \
  void *name(void *start, size_t n, int access, int flags, int d, type offset) { \
    REAL(name); \
    char where[PATH_MAX]; \
    if (access & PROT_WRITE && flags & MAP_SHARED && d >= 0 && locate_descriptor(d, where) && \
        meet(#name, where, room)) \
      return MAP_FAILED; \
    return real(start, n, access, flags, d, offset); \
  }
MAPS(mmap, off_t)
MAPS(mmap64, off64_t)
