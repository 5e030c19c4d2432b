/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * xlsx_int: a workbook as bytes. libxlsxwriter writes files only, so it is made
 * in a temporary file, read back and removed; who asked writes the bytes where
 * they belong, whole or not at all.
 */
#ifndef ONTSCHOT_ENGINE_REPORT_XLSX_INT_H
#define ONTSCHOT_ENGINE_REPORT_XLSX_INT_H

#include "base/err.h"
#include "base/out.h"

#include <xlsxwriter.h>

/* Puts sheets in the book; the first failure ends it. */
typedef lxw_error xlsx_fill(lxw_workbook *book, const void *ctx);

/* Appends the book. The bytes depend on what `fill` writes alone: its date is 1 January 2000. */
WARN_UNUSED err xlsx_print(out *o, xlsx_fill *fill, const void *ctx, struct err_info *info);

#endif
