/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/form_int.h"

#include "base/date.h"
#include "base/num.h"

#include <string.h>

static const char *const slot_names[FORM_SLOTS] = {
    [SLOT_NONE] = "",
    [SLOT_MESSAGE_CODE] = "message",
    [SLOT_VERSION] = "version",
    [SLOT_SUBVERSION] = "subversion",
    [SLOT_SENDER] = "sender",
    [SLOT_RECEIVER] = "receiver",
    [SLOT_IDENTIFICATION] = "identification",
    [SLOT_DATED] = "dated",
    [SLOT_ANSWERS] = "answers",
    [SLOT_CODES] = "codes",
    [SLOT_CLAIM] = "claim",
    [SLOT_CLAIM_FROM] = "claim-from",
    [SLOT_CLAIM_TO] = "claim-to",
    [SLOT_CLAIM_DATED] = "claim-dated",
    [SLOT_TOTAL] = "total",
    [SLOT_TOTAL_SIGN] = "total-sign",
    [SLOT_GRANTED] = "granted",
    [SLOT_GRANTED_SIGN] = "granted-sign",
    [SLOT_BSN] = "bsn",
    [SLOT_PERSON_NUMBER] = "person",
    [SLOT_RELATION] = "relation",
    [SLOT_BORN] = "born",
    [SLOT_BORN_USE] = "born-use",
    [SLOT_SEX] = "sex",
    [SLOT_SURNAME] = "surname",
    [SLOT_PREFIX] = "prefix",
    [SLOT_PARTNER_SURNAME] = "partner-surname",
    [SLOT_PARTNER_PREFIX] = "partner-prefix",
    [SLOT_FIRST] = "first",
    [SLOT_INITIALS] = "initials",
    [SLOT_NAME_USE] = "name-use",
    [SLOT_CONTACT] = "contact",
    [SLOT_HOUSE] = "house",
    [SLOT_LETTER] = "letter",
    [SLOT_ADDITION] = "addition",
    [SLOT_POSTCODE] = "postcode",
    [SLOT_STREET] = "street",
    [SLOT_TOWN] = "town",
    [SLOT_COUNTRY] = "country",
    [SLOT_CONTACT_FROM] = "contact-from",
    [SLOT_CONTACT_TO] = "contact-to",
    [SLOT_REQUEST] = "request",
    [SLOT_REQUEST_REASON] = "request-reason",
    [SLOT_ANSWER] = "answer",
    [SLOT_ANSWER_REASON] = "answer-reason",
    [SLOT_ALLOCATION] = "allocation",
    [SLOT_REFERENCE] = "reference",
    [SLOT_PREVIOUS] = "previous",
    [SLOT_CATEGORY] = "category",
    [SLOT_CODE] = "code",
    [SLOT_DECIDED] = "decided",
    [SLOT_DECIDED_AT] = "decided-at",
    [SLOT_ALLOCATION_FROM] = "allocation-from",
    [SLOT_FROM] = "from",
    [SLOT_TO] = "to",
    [SLOT_REASON] = "reason",
    [SLOT_VOLUME] = "volume",
    [SLOT_UNIT] = "unit",
    [SLOT_FREQUENCY] = "frequency",
    [SLOT_BUDGET] = "budget",
    [SLOT_REFERRER] = "referrer",
    [SLOT_STATUS] = "status",
    [SLOT_TARIFF] = "tariff",
    [SLOT_CENTS] = "cents",
    [SLOT_SIGN] = "sign",
};

const char *form_slot_name(enum form_slot slot)
{
    return slot_names[slot];
}

/* WJ001 and COD032: one list for both laws */
const struct form_type form_return_code = {
    .check = FORM_CODE,
    .codes = {" 0001 0200 0233 0611 8001 8017 8021 8187 8214 8848 9019 9056 9063 9069 9071 9074 "
              "9307 9308 9319 9321 9322 9326 9332 9333 9338 9339 9340 9341 9346 9347 9349 9350 "
              "9351 9355 9357 9359 9360 9361 9365 9366 9367 9369 9373 9374 9375 9379 9384 9385 "
              "9387 9388 9389 9390 9411 9412 9413 9414 9415 S300 S329 "}};

const struct form_type form_country = {
    .check = FORM_CODE,
    .codes = {" AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM "
              "BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX "
              "CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG "
              "GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
              "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV "
              "LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE "
              "NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO "
              "RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
              "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF "
              "WS YE YT ZA ZM ZW "},
    .is_private = true};

static size_t characters(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static bool all_letters_or_digits(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const char lower = (char)(s.p[i] | 0x20);
        if ((lower < 'a' || lower > 'z') && (s.p[i] < '0' || s.p[i] > '9'))
            return false;
    }
    return true;
}

static bool two_digits(const char *p, int *v)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
        return false;
    *v = (p[0] - '0') * 10 + p[1] - '0';
    return true;
}

/* XML Schema's time: fractions and a zone may follow and say nothing to us. */
static bool read_time(str s, int64_t *minute)
{
    int h, m, sec;
    if (s.n < 8 || s.p[2] != ':' || s.p[5] != ':' || !two_digits(s.p, &h) ||
        !two_digits(s.p + 3, &m) || !two_digits(s.p + 6, &sec) || h > 23 || m > 59 || sec > 59)
        return false;
    for (size_t i = 8; i < s.n; i++)
        if (!strchr("0123456789.:+-Z", s.p[i]) || s.p[i] == '\0')
            return false;
    *minute = h * 60 + m;
    return true;
}

static bool is_version(str s)
{
    str part;
    int n = 0;
    for (; str_next(&s, '.', &part); n++)
        if (!all_digits(part) || (part.n > 1 && part.p[0] == '0'))
            return false;
    return n == 3;
}

static bool is_listed(const char *codes, str text)
{
    char wanted[8];
    if (text.n == 0 || text.n > sizeof wanted - 3 || memchr(text.p, ' ', text.n) ||
        memchr(text.p, '\0', text.n))
        return false;
    wanted[0] = ' ';
    memcpy(wanted + 1, text.p, text.n);
    wanted[text.n + 1] = ' ';
    wanted[text.n + 2] = '\0';
    return strstr(codes, wanted) != NULL;
}

static enum form_fault read_text(const struct form_type *type, str text)
{
    const size_t n = characters(text);
    return n < (size_t)type->low ? FORM_WRONG : n > (size_t)type->high ? FORM_LONG : FORM_FITS;
}

enum form_fault form_read_text(const struct form_type *type, int law, str text, int64_t *number)
{
    const str trimmed = str_trim(text);
    int32_t day = 0;
    *number = 0;
    if (trimmed.n == 0)
        return FORM_EMPTY;
    switch (type->check) {
    case FORM_TEXT: return read_text(type, text);
    case FORM_NAME: return all_letters_or_digits(text) ? read_text(type, text) : FORM_WRONG;
    case FORM_NOTE: return FORM_FITS;
    case FORM_DIGITS:
        return text.n == (size_t)type->high && all_digits(text) ? FORM_FITS : FORM_WRONG;
    case FORM_WHOLE:
        if (!num_parse_int(trimmed, number) || *number < type->low || *number > type->high)
            return FORM_WRONG;
        return FORM_FITS;
    case FORM_DATE:
        if (!date_parse_iso(trimmed, &day))
            return FORM_NO_DAY;
        *number = day;
        return FORM_FITS;
    case FORM_TIME: return read_time(trimmed, number) ? FORM_FITS : FORM_WRONG;
    case FORM_CODE:
        if (!is_listed(type->codes[type->codes[law] ? law : 0], text))
            return FORM_NO_CODE;
        if (all_digits(text))
            (void)num_parse_int(text, number);
        return FORM_FITS;
    case FORM_VERSION: return is_version(text) ? FORM_FITS : FORM_WRONG;
    }
    return FORM_WRONG;
}
