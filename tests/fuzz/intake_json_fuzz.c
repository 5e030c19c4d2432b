/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a delivery of debt help. */
#include "intake_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 0 && data[0] == '{')
        fuzz_read((str){(const char *)data, n}, STR(""));
    return 0;
}
