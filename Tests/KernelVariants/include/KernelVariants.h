#pragma once
// The kernels of CKernels compiled once for each machine that they are cloned for, under names of their
// own, so that tests can compare what the clones compute on one CPU.
#include "../../../Sources/CKernels/include/CKernels.h"

#define EMEND_KERNELS(KERNEL)                                                                      \
  KERNEL(activate)                                                                                 \
  KERNEL(activate_backward)                                                                        \
  KERNEL(activate_gated)                                                                           \
  KERNEL(activate_gated_backward)                                                                  \
  KERNEL(add_bias)                                                                                 \
  KERNEL(accumulate)                                                                               \
  KERNEL(layer_norm)                                                                               \
  KERNEL(layer_norm_backward)                                                                      \
  KERNEL(rms_norm)                                                                                 \
  KERNEL(rms_norm_backward)                                                                        \
  KERNEL(rotate)                                                                                   \
  KERNEL(attend)                                                                                   \
  KERNEL(attend_backward)                                                                          \
  KERNEL(log_sum_exp)                                                                              \
  KERNEL(exp_shifted)                                                                              \
  KERNEL(kl_divergence)                                                                            \
  KERNEL(widen_half)                                                                               \
  KERNEL(widen_bfloat)                                                                             \
  KERNEL(add_product)                                                                              \
  KERNEL(add_to_floats)                                                                            \
  KERNEL(add_steps)                                                                                \
  KERNEL(tally_rounding)                                                                           \
  KERNEL(differing)                                                                                \
  KERNEL(subtract)                                                                                 \
  KERNEL(measure_difference)                                                                       \
  KERNEL(interval_excess)

/// All kernels of one build.
typedef struct {
#define FIELD(kernel) __typeof__(&emend_##kernel) _Nonnull kernel;
  EMEND_KERNELS(FIELD)
#undef FIELD
} emend_kernels;

/// Which build.
typedef enum {
  EMEND_DISPATCHED = 0, ///< what the program runs: the best clone for this CPU
  EMEND_BASELINE = 1,   ///< any x86-64
  EMEND_V3 = 2,         ///< AVX2
  EMEND_V4 = 3          ///< AVX-512
} emend_variant;

/// The kernels of a build, or null where this CPU cannot run them.
const emend_kernels *_Nullable emend_kernels_of(emend_variant variant);
