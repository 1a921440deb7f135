#define _GNU_SOURCE
// OpenBLAS, loaded at the first call of it.
//
// Its start costs a process 5 ms of processor time: it maps 40 MB, relocates them and libgfortran's, and
// starts a thread for each processor, which spins until the process ends. Commands that run no model, most of
// them, would pay that for nothing.

#include "COpenBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const names[] = {"libopenblas.so.0", "libopenblas.so"};

// Every function: its result, name, parameters and arguments. Hidden, so that the library's own calls of
// these names stay inside it.
#define FUNCTIONS(_) \
  _(void, cblas_dgemm, \
    (CBLAS_ORDER o, CBLAS_TRANSPOSE s, CBLAS_TRANSPOSE t, int m, int n, int k, double x, \
     const double *a, int i, const double *b, int j, double y, double *c, int l), \
    (o, s, t, m, n, k, x, a, i, b, j, y, c, l)) \
  _(void, cblas_sgemm, \
    (CBLAS_ORDER o, CBLAS_TRANSPOSE s, CBLAS_TRANSPOSE t, int m, int n, int k, float x, \
     const float *a, int i, const float *b, int j, float y, float *c, int l), \
    (o, s, t, m, n, k, x, a, i, b, j, y, c, l)) \
  _(void, cblas_dsyrk, \
    (CBLAS_ORDER o, CBLAS_UPLO u, CBLAS_TRANSPOSE t, int n, int k, double x, const double *a, \
     int i, double y, double *c, int l), \
    (o, u, t, n, k, x, a, i, y, c, l)) \
  _(void, cblas_ssyrk, \
    (CBLAS_ORDER o, CBLAS_UPLO u, CBLAS_TRANSPOSE t, int n, int k, float x, const float *a, int i, \
     float y, float *c, int l), \
    (o, u, t, n, k, x, a, i, y, c, l)) \
  _(void, cblas_dtrsm, \
    (CBLAS_ORDER o, CBLAS_SIDE s, CBLAS_UPLO u, CBLAS_TRANSPOSE t, CBLAS_DIAG d, int m, int n, \
     double x, const double *a, int i, double *b, int j), \
    (o, s, u, t, d, m, n, x, a, i, b, j)) \
  _(void, cblas_dtrsv, \
    (CBLAS_ORDER o, CBLAS_UPLO u, CBLAS_TRANSPOSE t, CBLAS_DIAG d, int n, const double *a, int i, \
     double *x, int j), \
    (o, u, t, d, n, a, i, x, j)) \
  _(void, dpotrf_, (const char *u, const int *n, double *a, const int *i, int *info, size_t l), \
    (u, n, a, i, info, l)) \
  _(void, dgeqrf_, \
    (const int *m, const int *n, double *a, const int *i, double *t, double *w, const int *l, \
     int *info), \
    (m, n, a, i, t, w, l, info)) \
  _(void, dorgqr_, \
    (const int *m, const int *n, const int *k, double *a, const int *i, const double *t, \
     double *w, const int *l, int *info), \
    (m, n, k, a, i, t, w, l, info)) \
  _(void, dgesdd_, \
    (const char *z, const int *m, const int *n, double *a, const int *i, double *s, double *u, \
     const int *j, double *v, const int *k, double *w, const int *l, int *x, int *info, size_t p), \
    (z, m, n, a, i, s, u, j, v, k, w, l, x, info, p)) \
  _(void, dgesvd_, \
    (const char *y, const char *z, const int *m, const int *n, double *a, const int *i, double *s, \
     double *u, const int *j, double *v, const int *k, double *w, const int *l, int *info, \
     size_t p, size_t q), \
    (y, z, m, n, a, i, s, u, j, v, k, w, l, info, p, q)) \
  _(void, dsyevd_, \
    (const char *z, const char *u, const int *n, double *a, const int *i, double *w, double *k, \
     const int *l, int *x, const int *m, int *info, size_t p, size_t q), \
    (z, u, n, a, i, w, k, l, x, m, info, p, q)) \
  _(const char *, openblas_get_corename, (void), ())

#define POINTER(result, name, parameters, arguments) static result(*real_##name) parameters;
FUNCTIONS(POINTER)
static void (*real_set_num_threads)(int);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_bool is_loaded;
static atomic_int wanted_threads;

/// As the loader of programs does where a library is missing: nothing that needs it can go on.
static _Noreturn void refuse(const char *reason) {
  fprintf(stderr, "error: OpenBLAS cannot be loaded: %s\n", reason);
  fprintf(stderr, "  Install it (Debian: libopenblas0), or name its directory in LD_LIBRARY_PATH.\n");
  _exit(127);
}

static void *symbol(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (!found) refuse(dlerror());
  return found;
}

static void load(void) {
  void *library = NULL;
  for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++)
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!library) refuse(dlerror());
#define RESOLVE(result, name, parameters, arguments) \
  real_##name = (result(*) parameters)symbol(library, #name);
  FUNCTIONS(RESOLVE)
  real_set_num_threads = (void (*)(int))symbol(library, "openblas_set_num_threads");
  atomic_store(&is_loaded, 1);
  int wanted = atomic_load(&wanted_threads);
  if (wanted > 0) real_set_num_threads(wanted);
}

#define DEFINE(result, name, parameters, arguments) \
  __attribute__((visibility("hidden"))) result name parameters { \
    pthread_once(&once, load); \
    return real_##name arguments; \
  }
FUNCTIONS(DEFINE)

__attribute__((visibility("hidden"))) void openblas_set_num_threads(int count) {
  atomic_store(&wanted_threads, count);
  if (atomic_load(&is_loaded)) {
    real_set_num_threads(count);
  } else {
    // The library makes its threads when it starts, by this. What the environment says already is left to it:
    // threads more than wanted are made and never used.
    char text[16];
    snprintf(text, sizeof text, "%d", count);
    setenv("OPENBLAS_NUM_THREADS", text, 0);
  }
}
