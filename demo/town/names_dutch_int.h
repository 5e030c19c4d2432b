/* SPDX-License-Identifier: EUPL-1.2 */
/* names_dutch: the Dutch part of names_int.h. */
#ifndef ONTSCHOT_DEMO_TOWN_NAMES_DUTCH_H
#define ONTSCHOT_DEMO_TOWN_NAMES_DUTCH_H

#include "demo/town/names_int.h"

struct town_list town_dutch_first_names(char sex, int generation);
struct town_list town_dutch_surnames(void);

#endif
