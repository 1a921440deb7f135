// Lets libgit2 see that a compressed stream ends too early.
//
// Of a loose object that was cut off, libgit2 before its pull request 7346 of August 2026 asks zlib for more for ever:
// it takes Z_BUF_ERROR for "not yet". The function below stands before zlib's own of the same name and says
// Z_DATA_ERROR instead where there never will be more: all of the input was given, there is room for output, and
// nothing moved. Where libgit2 has a zlib of its own, it is never called.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <zlib.h>

#define EXPORTED __attribute__((visibility("default"), used))

typedef int (*inflate_function)(z_streamp stream, int flush);

EXPORTED int inflate(z_streamp stream, int flush) {
  static _Atomic(inflate_function) known;
  inflate_function real = known;
  if (!real) known = real = (inflate_function)dlsym(RTLD_NEXT, "inflate");
  if (!real) return Z_VERSION_ERROR;
  uInt input = stream->avail_in;
  uInt room = stream->avail_out;
  int result = real(stream, flush);
  // Z_FINISH says that no input will follow.
  if (result == Z_BUF_ERROR && flush == Z_FINISH && room > 0 && stream->avail_out == room &&
      stream->avail_in == input) {
    stream->msg = (char *)"the compressed stream ends too early";
    return Z_DATA_ERROR;
  }
  return result;
}
