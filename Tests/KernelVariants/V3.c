#define VARIANT(name) v3_##name
#if defined(__x86_64__)
#define CLONES __attribute__((target("arch=x86-64-v3")))
#else
#define CLONES
#endif
#include "Renamed.h"
