/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * form: what each message of iWmo and iJw 3.2 may look like, as tables.
 *
 * Does: say for each message its elements, their order and number, what a value may be, and where
 *       its value goes. Read from the public schemas and code lists of the Zorginstituut.
 * Does not: read files (xml.c) or make records (message.c).
 */
#ifndef ONTSCHOT_APP_INTAKE_FORM_INT_H
#define ONTSCHOT_APP_INTAKE_FORM_INT_H

#include "base/str.h"

/* Where values go. Ranges are emptied together when an element with that scope begins. */
enum form_slot {
    SLOT_NONE,
    /* of the message */
    SLOT_MESSAGE_CODE,
    SLOT_VERSION,
    SLOT_SUBVERSION,
    SLOT_SENDER,
    SLOT_RECEIVER,
    SLOT_IDENTIFICATION,
    SLOT_DATED,
    SLOT_ANSWERS, /* the identification of the message that this one answers */
    SLOT_CODES,   /* return codes, with spaces between */
    /* of a claim */
    SLOT_CLAIM,
    SLOT_CLAIM_FROM,
    SLOT_CLAIM_TO,
    SLOT_CLAIM_DATED,
    SLOT_TOTAL,
    SLOT_TOTAL_SIGN,
    SLOT_GRANTED,
    SLOT_GRANTED_SIGN,
    /* of a person */
    SLOT_BSN,
    SLOT_PERSON_NUMBER,
    SLOT_RELATION,
    SLOT_BORN,
    SLOT_BORN_USE,
    SLOT_SEX,
    SLOT_SURNAME,
    SLOT_PREFIX,
    SLOT_PARTNER_SURNAME,
    SLOT_PARTNER_PREFIX,
    SLOT_FIRST,
    SLOT_INITIALS,
    SLOT_NAME_USE,
    /* of an address */
    SLOT_CONTACT,
    SLOT_HOUSE,
    SLOT_LETTER,
    SLOT_ADDITION,
    SLOT_POSTCODE,
    SLOT_STREET,
    SLOT_TOWN,
    SLOT_COUNTRY,
    SLOT_CONTACT_FROM,
    SLOT_CONTACT_TO,
    /* of a request or an answer */
    SLOT_REQUEST,
    SLOT_REQUEST_REASON,
    SLOT_ANSWER,
    SLOT_ANSWER_REASON,
    /* of a product */
    SLOT_ALLOCATION,
    SLOT_REFERENCE,
    SLOT_PREVIOUS,
    SLOT_CATEGORY,
    SLOT_CODE,
    SLOT_DECIDED,
    SLOT_DECIDED_AT,
    SLOT_ALLOCATION_FROM,
    SLOT_FROM,
    SLOT_TO,
    SLOT_REASON,
    SLOT_VOLUME,
    SLOT_UNIT,
    SLOT_FREQUENCY,
    SLOT_BUDGET,
    SLOT_REFERRER,
    SLOT_STATUS,
    SLOT_TARIFF,
    SLOT_CENTS,
    SLOT_SIGN,
    FORM_SLOTS
};

/* The name under which a value counts for the fingerprint of a record. */
const char *form_slot_name(enum form_slot slot);

enum form_check {
    FORM_TEXT,    /* low to high characters, one of which is no space */
    FORM_NOTE,    /* a remark of any length, which is not kept */
    FORM_NAME,    /* low to high letters and digits */
    FORM_DIGITS,  /* exactly high digits */
    FORM_WHOLE,   /* low to high */
    FORM_DATE,    /* a day that exists, without time zone */
    FORM_TIME,    /* hours, minutes and seconds */
    FORM_CODE,    /* one of a list */
    FORM_VERSION, /* 1.0.0 */
};

struct form_type {
    enum form_check check;
    int64_t low, high;
    const char *codes[2]; /* of Wmo and youth: a space before and behind each */
    bool is_private;      /* may not be repeated in a message */
};

extern const struct form_type form_return_code, form_country; /* long lists */

enum form_occurs {
    FORM_ONE,
    FORM_MAY,
    FORM_MANY,            /* once or more */
    FORM_ONE_UNLESS_BACK, /* once; in a return message it may be left out */
    FORM_BACK_ONE,        /* in return messages only, once */
    FORM_BACK_MAY,
    FORM_YOUTH_MAY, /* in iJw only */
};

/* What has been read when an element ends or begins; message.c makes records of it. */
enum form_event {
    FORM_NOTHING,
    FORM_HEAD,        /* the header is whole */
    FORM_NAMED,       /* number, birth, sex and name of the client are known */
    FORM_RELATED,     /* a relation is whole */
    FORM_ADDRESS,     /* an address of the client or of a relation is whole */
    FORM_CLIENT,      /* the client is whole: forget it */
    FORM_CLAIM,       /* begins: what a claim says before its lines is known */
    FORM_CLAIM_END,   /* a claim or the answer to it is whole */
    FORM_PRODUCT,     /* a product, or a line of a claim, is whole */
    FORM_UNCHANGED,   /* the same, of a product that a request leaves as it is */
    FORM_CHANGED,     /* the same, of one that a request changes */
    FORM_ANSWERED,    /* an answer is whole */
    FORM_RETURN_CODES /* the codes of the element around it are whole */
};

struct form_group;

struct form_element {
    const char *name;
    enum form_occurs occurs;
    const struct form_type *type;   /* of a value, or */
    const struct form_group *group; /* elements inside */
    enum form_slot slot;            /* of a value */
    enum form_slot scope, scope_to; /* of a group: slots [scope, scope_to) begin empty */
    enum form_event begins, ends;
};

struct form_group {
    const struct form_element *element;
    size_t n;
    bool is_base; /* its elements are in the namespace of the base schema */
};

struct form_message {
    int number;  /* 301 */
    int code[2]; /* BerichtCode in Wmo and youth */
    const struct form_group *root;
    bool is_return;
    bool from_municipality;
};

/* NULL when there is no such message in release 3.2. */
const struct form_message *form_message_of(int number);

enum form_fault { FORM_FITS, FORM_EMPTY, FORM_LONG, FORM_WRONG, FORM_NO_DAY, FORM_NO_CODE };

/*
 * Is `text` a value of the type? `law` is 0 for Wmo and 1 for youth. The number is the day of a
 * date, the minute of a time, the value of a whole or of a code of digits.
 */
enum form_fault form_read_text(const struct form_type *type, int law, str text, int64_t *number);

#endif
