// Included with VARIANT(name) and CLONES defined: gives every kernel the variant's name and defines it.
#define emend_activate VARIANT(activate)
#define emend_activate_backward VARIANT(activate_backward)
#define emend_activate_gated VARIANT(activate_gated)
#define emend_activate_gated_backward VARIANT(activate_gated_backward)
#define emend_add_bias VARIANT(add_bias)
#define emend_accumulate VARIANT(accumulate)
#define emend_layer_norm VARIANT(layer_norm)
#define emend_layer_norm_backward VARIANT(layer_norm_backward)
#define emend_rms_norm VARIANT(rms_norm)
#define emend_rms_norm_backward VARIANT(rms_norm_backward)
#define emend_rotate VARIANT(rotate)
#define emend_attend VARIANT(attend)
#define emend_attend_backward VARIANT(attend_backward)
#define emend_log_sum_exp VARIANT(log_sum_exp)
#define emend_exp_shifted VARIANT(exp_shifted)
#define emend_kl_divergence VARIANT(kl_divergence)
#define emend_widen_half VARIANT(widen_half)
#define emend_widen_bfloat VARIANT(widen_bfloat)
#define emend_add_product VARIANT(add_product)
#define emend_add_to_floats VARIANT(add_to_floats)
#define emend_add_steps VARIANT(add_steps)
#define emend_tally_rounding VARIANT(tally_rounding)
#define emend_differing VARIANT(differing)
#define emend_subtract VARIANT(subtract)
#define emend_measure_difference VARIANT(measure_difference)
#define emend_interval_excess VARIANT(interval_excess)

#include "KernelVariants.h"

#include "../../Sources/CKernels/Activation.c"
#include "../../Sources/CKernels/Attention.c"
#include "../../Sources/CKernels/Distribution.c"
#include "../../Sources/CKernels/Grid.c"
#include "../../Sources/CKernels/Import.c"
#include "../../Sources/CKernels/Normalisation.c"

#define ENTRY(kernel) .kernel = emend_##kernel,
const emend_kernels VARIANT(kernels) = {EMEND_KERNELS(ENTRY)};
