#pragma once
// The elementwise kernels of a decoder, for float32 rows, and of sums on a grid.
//
// They are C for one reason: `target_clones` picks AVX2 or AVX-512 code at run time, which Swift
// cannot express. Contraction to fused multiply-add is off and sums run in a fixed order over 16
// partial sums, so every clone gives the same bits.
#include <stddef.h>
#include <stdint.h>

/// An MLP's activation function.
typedef enum {
  EMEND_GELU_TANH = 0, ///< x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): GPT-2, GPT-J
  EMEND_GELU_ERF = 1,  ///< x/2 (1 + erf(x / sqrt 2)): GPT-NeoX
  EMEND_SILU = 2,      ///< x / (1 + exp(-x)): Llama
  EMEND_RELU = 3       ///< max(x, 0)
} emend_activation;

/// y = act(x).
void emend_activate(emend_activation kind, const float *x, float *y, size_t count);
/// dx = dy * act'(x). `dx` may be `dy`.
void emend_activate_backward(emend_activation kind, const float *x, const float *dy, float *dx,
                             size_t count);
/// y = act(gate) * up.
void emend_activate_gated(emend_activation kind, const float *gate, const float *up, float *y,
                          size_t count);
/// dgate = dy * up * act'(gate), dup = dy * act(gate). `dup` may be `dy`.
void emend_activate_gated_backward(emend_activation kind, const float *gate, const float *up,
                                   const float *dy, float *dgate, float *dup, size_t count);

/// Each row of `x` gets `bias` added; rows are `stride` apart.
void emend_add_bias(float *x, const float *bias, size_t rows, size_t columns, size_t stride);
/// y += x.
void emend_accumulate(float *y, const float *x, size_t count);

/// Layer normalisation of rows: y = (x - mean) * rstd * gain + bias; keeps mean and rstd a row.
void emend_layer_norm(const float *x, const float *gain, const float *bias, float epsilon, float *y,
                      float *mean, float *rstd, size_t rows, size_t columns);
/// dx += the gradient of layer normalisation with respect to its input.
void emend_layer_norm_backward(const float *dy, const float *x, const float *gain,
                               const float *mean, const float *rstd, float *dx, size_t rows,
                               size_t columns);
/// Root-mean-square normalisation of rows: y = x * rstd * gain; keeps rstd a row.
void emend_rms_norm(const float *x, const float *gain, float epsilon, float *y, float *rstd,
                    size_t rows, size_t columns);
/// dx += the gradient of root-mean-square normalisation with respect to its input.
void emend_rms_norm_backward(const float *dy, const float *x, const float *gain, const float *rstd,
                             float *dx, size_t rows, size_t columns);

/// How a rotary embedding pairs coordinates.
typedef enum {
  EMEND_ROTARY_INTERLEAVED = 0, ///< (0,1), (2,3), …: GPT-J
  EMEND_ROTARY_HALVES = 1       ///< (0,n/2), (1,n/2+1), …: GPT-NeoX, Llama
} emend_rotary_pairing;

/// Rotates the first 2 `pairs` coordinates of each head of each row, in place.
///
/// `cosines` and `sines` are [positions, pairs]; `direction` is 1, or -1 for the inverse rotation.
void emend_rotate(emend_rotary_pairing pairing, float *x, size_t rows, size_t row_stride,
                  size_t heads, size_t head_stride, const float *cosines, const float *sines,
                  const int32_t *positions, size_t pairs, float direction);

/// Causal attention of one head for the queries of one run of tokens.
///
/// `keys[j]` and `values[j]` point at the rows of the j-th visible token; query i sees the first
/// `visible[i]` of them, no fewer than the query before it. Probabilities go to `probabilities`, query i
/// at i * `probability_stride`, a multiple of 16; what lies behind them is overwritten.
void emend_attend(const float *const *queries, const float *const *keys,
                  const float *const *values, const int32_t *visible, size_t query_count,
                  size_t offset_q, size_t offset_k, size_t offset_v, size_t width, float scale,
                  float *const *outputs, size_t offset_out, float *probabilities,
                  size_t probability_stride);
/// The gradient of `emend_attend`. `d_queries`, `d_keys` and `d_values` are added to; a null
/// pointer among them marks a row that is a constant. `scratch` has the extent of `probabilities`.
void emend_attend_backward(const float *const *queries, const float *const *keys,
                           const float *const *values, const int32_t *visible, size_t query_count,
                           size_t offset_q, size_t offset_k, size_t offset_v, size_t width,
                           float scale, const float *const *d_outputs, size_t offset_out,
                           const float *probabilities, size_t probability_stride,
                           float *const *d_queries, float *const *d_keys, float *const *d_values,
                           float *scratch);

/// log(sum(exp(x))) of one row.
float emend_log_sum_exp(const float *x, size_t count);
/// y = exp(x - shift) * weight.
void emend_exp_shifted(const float *x, float shift, float weight, float *y, size_t count);
/// KL(p || p0) for p = softmax(x); the gradient with respect to x, times `weight`, goes to `dx`.
///
/// `log_p0` holds the logarithms of p0; `shift` is `emend_log_sum_exp(x)`. `dx` may be `x`.
float emend_kl_divergence(const float *x, float shift, const float *log_p0, float weight,
                          float *dx, size_t count);

/// Widens IEEE half precision; `x` needs no alignment.
void emend_widen_half(const void *x, float *y, size_t count);
/// Widens bfloat16; `x` needs no alignment.
void emend_widen_bfloat(const void *x, float *y, size_t count);

/// wide = p * 2^shift for products that are integers below 2^53; with `adds`, what is there is added.
void emend_widen_products(const double *product, unsigned shift, int adds, int64_t *wide,
                          size_t count);
/// target += wide / 2^fraction, rounded to nearest, ties to even. Negative where a sum passed 64 bits.
int64_t emend_add_rounded(const int64_t *wide, unsigned fraction, int64_t *target, size_t count);
