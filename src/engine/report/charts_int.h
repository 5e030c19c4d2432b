/* SPDX-License-Identifier: EUPL-1.2 */
/* charts_int: what the pictures of a report share. */
#ifndef ONTSCHOT_ENGINE_REPORT_CHARTS_INT_H
#define ONTSCHOT_ENGINE_REPORT_CHARTS_INT_H

#include "engine/chart/chart.h"
#include "engine/report/report_int.h"

/* A name as a picture has room for; the table below it has the whole. */
str chart_label(struct report_view *v, str name);
/* Zeroed, in the view's arena; NULL when memory is out, which the view remembers. */
void *chart_room(struct report_view *v, size_t n, size_t size);
/* Width 0: a good one. */
struct chart_frame chart_frame_of(struct report_view *v, const struct report_figure *f,
                                  double width);
/*
 * Puts the figure on the page and frees `svg`. What the chart returned decides:
 * a picture, or words where there is nothing to draw. Other errors are kept for
 * view_error.
 */
void chart_finish(struct html *h, struct report_view *v, struct report_figure *f, out *svg,
                  err drawn, const struct err_info *info);

#endif
