/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/access/access.h"
#include <string.h>
extern struct person stand_in_people[16];
extern size_t n_stand_in_people;
