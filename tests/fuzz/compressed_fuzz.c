/* SPDX-License-Identifier: EUPL-1.2 */
/* Any text as a compressed file: refused with a reason, or estimated from without a fault. */
#include "engine/effect/effect.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void estimate(const compressed *c, enum effect_method method)
{
    struct effect_spec s;
    struct effect_result *r;
    struct err_info info;
    effect_spec_init(&s);
    s.method = method;
    s.outcome = STR("y");
    if (effect_run_compressed(c, &s, NULL, NULL, &r, &info) == OK)
        effect_result_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err_info info = {0};
    compressed *c, *again;
    out o;
    const str text = {(const char *)data, size};
    if (compressed_parse(text, STR("f.json"), &c, &info) != OK) {
        if (!info.msg.key)
            abort(); /* refused without a reason */
        return 0;
    }
    estimate(c, EFFECT_TWFE);
    estimate(c, EFFECT_SUNAB);
    out_init(&o, COMPRESSED_BYTES_MAX);
    if (compressed_write(&o, c, STR("f"), &info) != OK ||
        compressed_parse(out_view(&o), STR("f.json"), &again, &info) != OK)
        abort(); /* what was read can be written, and read again */
    compressed_free(again);
    out_free(&o);
    compressed_free(c);
    return 0;
}
