/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

#include <math.h>

static bool may_go_on(const struct check *c)
{
    return c->error == OK;
}

void check_count(struct check *c, size_t n, size_t max)
{
    if (!may_go_on(c))
        return;
    if (n == 0) {
        c->error = err_set(c->info, E_INPUT, "chart.nothing-to-draw");
    } else if (n > max) {
        c->error = err_set(c->info, E_LIMIT, "chart.too-many-marks");
        msg_int(&c->info->msg, (int64_t)n);
        msg_int(&c->info->msg, (int64_t)max);
    }
}

void check_text(struct check *c, str text)
{
    if (!may_go_on(c) || text.n <= CHART_TEXT_MAX)
        return;
    c->error = err_text(c->info, E_LIMIT, "chart.text-too-long", text);
    msg_int(&c->info->msg, CHART_TEXT_MAX);
}

void check_value(struct check *c, double v)
{
    if (!may_go_on(c) || !isfinite(v) || fabs(v) <= CHART_VALUE_MAX)
        return;
    c->error = err_set(c->info, E_INPUT, "chart.value-out-of-range");
    msg_real(&c->info->msg, v, 0);
}

void check_frame(struct check *c, const struct chart_frame *f)
{
    check_text(c, f->title);
    check_text(c, f->description);
    check_text(c, f->labelled_by);
    check_text(c, f->described_by);
    if (!may_go_on(c) || f->width == 0 ||
        (f->width >= CHART_WIDTH_MIN && f->width <= CHART_WIDTH_MAX))
        return;
    c->error = err_set(c->info, E_INPUT, "chart.width-out-of-range");
    msg_real(&c->info->msg, f->width, 0);
    msg_int(&c->info->msg, CHART_WIDTH_MIN);
    msg_int(&c->info->msg, CHART_WIDTH_MAX);
}
