#define VARIANT(name) baseline_##name
#if defined(__x86_64__)
#define CLONES __attribute__((target("arch=x86-64")))
#else
#define CLONES
#endif
#include "Renamed.h"
