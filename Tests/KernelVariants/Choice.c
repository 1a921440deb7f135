#include "KernelVariants.h"

#define ENTRY(kernel) .kernel = emend_##kernel,
static const emend_kernels dispatched = {EMEND_KERNELS(ENTRY)};
extern const emend_kernels baseline_kernels, v3_kernels, v4_kernels;

const emend_kernels *emend_kernels_of(emend_variant variant) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int has_v3 = __builtin_cpu_supports("x86-64-v3"), has_v4 = __builtin_cpu_supports("x86-64-v4");
#else
  int has_v3 = 0, has_v4 = 0;
#endif
  switch (variant) {
  case EMEND_DISPATCHED: return &dispatched;
  case EMEND_BASELINE: return &baseline_kernels;
  case EMEND_V3: return has_v3 ? &v3_kernels : 0;
  case EMEND_V4: return has_v4 ? &v4_kernels : 0;
  }
  return 0;
}
