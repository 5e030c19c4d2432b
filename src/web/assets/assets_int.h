/* SPDX-License-Identifier: EUPL-1.2 */
/* assets: the table that tools/assetc makes of the files. */
#ifndef ONTSCHOT_WEB_ASSETS_ASSETS_INT_H
#define ONTSCHOT_WEB_ASSETS_ASSETS_INT_H

#include "web/assets/assets.h"

extern const struct asset assets_table[];
extern const size_t assets_count;

#endif
