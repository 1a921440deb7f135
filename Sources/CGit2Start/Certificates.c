// Lets libgit2 start without reading the system's certificates.
//
// With mbedTLS, as Debian builds it, git_libgit2_init parses every certificate of the system: 3.3 ms of
// processor time, more than twice what all of `git log` takes, in every command, for https alone. The functions
// below stand before mbedTLS's own of the same names: they note what is to be parsed and into which chain,
// and the first handshake parses it. Where libgit2 uses another TLS library they are never called.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default"), used))

typedef int (*parse_function)(void *chain, const char *path);

struct request {
  const char *function;
  void *chain;
  char *path;
  struct request *next;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct request *requests;
static int is_parsing_now;

static int parse(const char *function, void *chain, const char *path) {
  parse_function real = (parse_function)dlsym(RTLD_NEXT, function);
  return real ? real(chain, path) : -1;
}

/// What mbedTLS gives back when all went well, and its error for memory that is not there.
enum { PARSED = 0, ALLOC_FAILED = -0x2880 };

static int note(const char *function, void *chain, const char *path) {
  pthread_mutex_lock(&mutex);
  int result = PARSED;
  if (is_parsing_now) {
    result = parse(function, chain, path);
  } else {
    struct request *request = malloc(sizeof *request);
    char *copy = strdup(path);
    if (request && copy) {
      *request = (struct request){function, chain, copy, requests};
      requests = request;
    } else {
      free(request);
      free(copy);
      result = ALLOC_FAILED;
    }
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

/// Parses what libgit2 asked for when it started, unless that is done.
static void load_certificates(void) {
  pthread_mutex_lock(&mutex);
  // From now on everything is parsed when it is asked for.
  is_parsing_now = 1;
  while (requests) {
    struct request *request = requests;
    requests = request->next;
    // What cannot be parsed is not in the chain, and the handshake says which issuer it does not know.
    parse(request->function, request->chain, request->path);
    free(request->path);
    free(request);
  }
  pthread_mutex_unlock(&mutex);
}

EXPORTED int mbedtls_x509_crt_parse_file(void *chain, const char *path) {
  return note("mbedtls_x509_crt_parse_file", chain, path);
}

EXPORTED int mbedtls_x509_crt_parse_path(void *chain, const char *path) {
  return note("mbedtls_x509_crt_parse_path", chain, path);
}

EXPORTED int mbedtls_ssl_handshake(void *connection) {
  static int (*real)(void *);
  if (!real) real = (int (*)(void *))dlsym(RTLD_NEXT, "mbedtls_ssl_handshake");
  load_certificates();
  return real ? real(connection) : -1;
}
