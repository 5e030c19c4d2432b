/* SPDX-License-Identifier: EUPL-1.2 */
/* What a picture must be, checked from its text alone: for the tests of chart. */
#ifndef ONTSCHOT_ENGINE_CHART_PICTURE_TEST_INT_H
#define ONTSCHOT_ENGINE_CHART_PICTURE_TEST_INT_H

#include "base/str.h"

/*
 * NULL, or what is wrong: elements that do not nest, bare & or <, a coordinate
 * that is no number or has over two decimals, text outside the picture or over
 * other text, or anything that a page without scripts and styles refuses.
 */
const char *picture_fault(str svg);

size_t picture_count(str svg, const char *text);

/*
 * Fails the test unless it is sound and equals tests/data/chart/NAME.svg;
 * ONTSCHOT_WRITE_GOLDEN=1 writes that file instead.
 */
void assert_golden_picture(str svg, const char *name);

#endif
