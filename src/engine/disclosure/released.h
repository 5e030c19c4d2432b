/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * released: what a released result is made of. For this room, and for tests
 * that print results made by hand; tests/door.sh refuses any other includer.
 */
#ifndef ONTSCHOT_ENGINE_DISCLOSURE_RELEASED_H
#define ONTSCHOT_ENGINE_DISCLOSURE_RELEASED_H

#include "engine/disclosure/disclosure.h"

enum { RELEASED_HIDDEN_MAX = 32 };

struct released_effect {
    struct effect_result *result;
    size_t n_treated, n_control; /* persons, as they are */
    struct msg notes[DISCLOSURE_NOTES_MAX];
    size_t n_notes;
    size_t hidden[RELEASED_HIDDEN_MAX]; /* values of counts that were hidden: for sentences */
    size_t n_hidden;
};

#endif
