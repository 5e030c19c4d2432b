/* SPDX-License-Identifier: EUPL-1.2 */
/* The levels on which two values of a kind can agree: their names, and where learning starts. */
#include "engine/linkage/levels_int.h"

#include <string.h>

struct level {
    const char *name; /* message key */
    double start;     /* share of a person's own record pairs, before anything is learned */
};

#define MISSING                                                                                    \
    {                                                                                              \
        "linkage.level-missing", 0                                                                 \
    }
static const struct level names[] = {
    [0] = MISSING,
    [LEVEL_OTHER] = {"linkage.level-other", 0.04},
    [NAME_WEAK] = {"linkage.level-weak", 0.01},
    [NAME_CLOSE] = {"linkage.level-close", 0.02},
    [NAME_NEAR] = {"linkage.level-near", 0.06},
    [NAME_RELATED] = {"linkage.level-related", 0.02},
    [NAME_EXACT] = {"linkage.level-exact", 0.82},
    [NAME_CROSSED] = {"linkage.level-crossed", 0.02},
    [NAME_HALF_CROSSED] = {"linkage.level-half-crossed", 0.01},
};
static const struct level texts[] = {
    [0] = MISSING,
    [LEVEL_OTHER] = {"linkage.level-other", 0.10},
    [NAME_WEAK] = {"linkage.level-weak", 0.02},
    [NAME_CLOSE] = {"linkage.level-close", 0.03},
    [NAME_NEAR] = {"linkage.level-near", 0.10},
    [TEXT_EXACT] = {"linkage.level-exact", 0.75},
};
static const struct level dates[] = {
    [0] = MISSING,
    [LEVEL_OTHER] = {"linkage.level-other", 0.02},
    [DATE_NEAR] = {"linkage.level-date-near", 0.01},
    [DATE_TWO_PARTS] = {"linkage.level-date-parts", 0.03},
    [DATE_TYPO] = {"linkage.level-date-typo", 0.06},
    [DATE_UNKNOWN_PART] = {"linkage.level-date-unknown", 0.01},
    [DATE_EXACT] = {"linkage.level-exact", 0.87},
};
static const struct level ids[] = {
    [0] = MISSING,
    [LEVEL_OTHER] = {"linkage.level-other", 0.01},
    [ID_TWO_EDITS] = {"linkage.level-two-edits", 0.02},
    [ID_ONE_EDIT] = {"linkage.level-one-edit", 0.07},
    [ID_EXACT] = {"linkage.level-exact", 0.90},
};
static const struct level bsns[] = {
    [0] = MISSING,
    [LEVEL_OTHER] = {"linkage.level-other", 0.001},
    [BSN_CONFLICT] = {"linkage.level-conflict", 0.001},
    [BSN_ONE_EDIT] = {"linkage.level-one-edit", 0.008},
    [BSN_EXACT] = {"linkage.level-exact", 0.99},
};
static const struct level postcodes[] = {
    [0] = MISSING,
    [LEVEL_OTHER] = {"linkage.level-other", 0.06},
    [POSTCODE_AREA] = {"linkage.level-area", 0.03},
    [POSTCODE_ONE_EDIT] = {"linkage.level-one-edit", 0.05},
    [POSTCODE_EXACT] = {"linkage.level-exact", 0.86},
};
static const struct level codes[] = {
    [0] = MISSING,
    [LEVEL_OTHER] = {"linkage.level-other", 0.06},
    [CODE_ONE_EDIT] = {"linkage.level-one-edit", 0.06},
    [CODE_EXACT] = {"linkage.level-exact", 0.88},
};
static const struct level emails[] = {
    [0] = MISSING,
    [LEVEL_OTHER] = {"linkage.level-other", 0.05},
    [EMAIL_DOMAIN] = {"linkage.level-domain", 0.03},
    [EMAIL_USER] = {"linkage.level-user", 0.07},
    [EMAIL_NEAR] = {"linkage.level-near", 0.15},
    [EMAIL_EXACT] = {"linkage.level-exact", 0.70},
};

static const struct {
    const struct level *level;
    unsigned n;
} of_kind[LINKAGE_KINDS] = {
#define LEVELS(a)                                                                                  \
    {                                                                                              \
        a, sizeof(a) / sizeof *(a)                                                                 \
    }
    [LINKAGE_FIRST_NAME] = LEVELS(names),
    [LINKAGE_SURNAME] = LEVELS(names),
    [LINKAGE_TEXT] = LEVELS(texts),
    [LINKAGE_DATE] = LEVELS(dates),
    [LINKAGE_ID] = LEVELS(ids),
    [LINKAGE_BSN] = LEVELS(bsns),
    [LINKAGE_POSTCODE] = LEVELS(postcodes),
    [LINKAGE_CODE] = LEVELS(codes),
    [LINKAGE_EMAIL] = LEVELS(emails),
};

unsigned level_count(enum linkage_kind kind)
{
    return of_kind[kind].n;
}

unsigned level_exact(enum linkage_kind kind)
{
    switch (kind) {
    case LINKAGE_FIRST_NAME:
    case LINKAGE_SURNAME: return NAME_EXACT;
    default: return of_kind[kind].n - 1;
    }
}

const char *level_name(enum linkage_kind kind, unsigned level)
{
    return of_kind[kind].level[level].name;
}

double level_start(enum linkage_kind kind, unsigned level)
{
    return of_kind[kind].level[level].start;
}

const char *linkage_level_name(const struct linkage_settings *s, size_t field, unsigned level)
{
    return level_name(s->field[field].kind, level);
}
