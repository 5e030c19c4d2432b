/* SPDX-License-Identifier: EUPL-1.2 */
/* levels_int: how two values agree, by kind. 0 is "one of them is missing". */
#ifndef ONTSCHOT_ENGINE_LINKAGE_LEVELS_INT_H
#define ONTSCHOT_ENGINE_LINKAGE_LEVELS_INT_H

#include "engine/linkage/linkage_int.h"

enum { LEVEL_MISSING, LEVEL_OTHER };
enum {
    NAME_WEAK = 2,
    NAME_CLOSE,
    NAME_NEAR,
    NAME_RELATED, /* a short form, an initial, one half of a double surname */
    NAME_EXACT,
    NAME_CROSSED,      /* first name and surname changed places */
    NAME_HALF_CROSSED, /* ... as far as can be seen: some are missing */
};
enum { TEXT_EXACT = NAME_NEAR + 1 }; /* below it as names: weak, close, near */
enum { DATE_NEAR = 2, DATE_TWO_PARTS, DATE_TYPO, DATE_UNKNOWN_PART, DATE_EXACT };
enum { ID_TWO_EDITS = 2, ID_ONE_EDIT, ID_EXACT };
enum { BSN_CONFLICT = 2, BSN_ONE_EDIT, BSN_EXACT };
enum { POSTCODE_AREA = 2, POSTCODE_ONE_EDIT, POSTCODE_EXACT };
enum { CODE_ONE_EDIT = 2, CODE_EXACT };
enum { EMAIL_DOMAIN = 2, EMAIL_USER, EMAIL_NEAR, EMAIL_EXACT };

/* Similarity from which two names are weakly, closely, nearly alike. */
enum { SIMILAR_WEAK = 8000, SIMILAR_CLOSE = 8800, SIMILAR_NEAR = 9400 };

#endif
