// What follows the sums of a matrix by columns: outputs from the parts that several threads made.
#include "../shared/internal.h"

void bn_ternary_add_sums(const int32_t *parts, size_t count, size_t stride, size_t rows,
                         int32_t code_sum, float factor, float *out, bool accumulate) {
    for (size_t row = 0; row < rows; row++) {
        int32_t sum = -code_sum;
        for (size_t part = 0; part < count; part++)
            sum += parts[part * stride + row];
        float value = (float)sum * factor;
        out[row] = accumulate ? out[row] + value : value;
    }
}
