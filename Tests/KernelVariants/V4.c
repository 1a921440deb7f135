#define VARIANT(name) v4_##name
#if defined(__x86_64__)
#define CLONES __attribute__((target("arch=x86-64-v4")))
#else
#define CLONES
#endif
#include "Renamed.h"
