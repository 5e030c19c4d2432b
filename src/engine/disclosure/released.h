/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * released: what a released result is made of. For this room, and for tests
 * that print results made by hand; tests/door.sh refuses any other includer.
 */
#ifndef ONTSCHOT_ENGINE_DISCLOSURE_RELEASED_H
#define ONTSCHOT_ENGINE_DISCLOSURE_RELEASED_H

#include "engine/disclosure/disclosure.h"

struct released_effect {
    struct effect_result *result;
};

#endif
