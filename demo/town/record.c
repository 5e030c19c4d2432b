/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a register wrote down of somebody, with its errors. Each register errs on its own, so that
 * two records of a person hold about twice what the table says of one.
 */
#include "demo/town/town_int.h"

#include "base/bsn.h"
#include "base/date.h"

#include <assert.h>
#include <string.h>

/*
 * The table of docs/town.md: the share of all records that have an error, and of how many records
 * it can happen to, as measured over seeds: a child has no married name. What can happen to
 * `able` of all happens to rate / able of those.
 */
static const struct {
    double rate, able;
} errors[TOWN_ERRORS] = {
    [TOWN_TYPING] = {0.04, 0.965},       [TOWN_VARIANT] = {0.04, 1},
    [TOWN_MARRIED_NAME] = {0.03, 0.141}, [TOWN_BIRTH_WRONG] = {0.02, 1},
    [TOWN_BIRTH_UNKNOWN] = {0.01, 1},    [TOWN_OLD_ADDRESS] = {0.10, 1},
    [TOWN_NO_POSTCODE] = {0.03, 1},      [TOWN_SEX_WRONG] = {0.005, 1},
    [TOWN_BSN_WRONG] = {0.003, 1},
};

double town_error_rate(enum town_error kind)
{
    return errors[kind].rate;
}

static bool strikes(struct dice *d, enum town_error kind)
{
    return dice_chance(d, errors[kind].rate / errors[kind].able);
}

/* ---- text ---- */

static void copy(char *to, size_t size, const char *from, size_t n)
{
    assert(n < size); /* the lists are known */
    memmove(to, from, n);
    memset(to + n, 0, size - n);
}

static void append(char *to, size_t size, const char *from, size_t n)
{
    const size_t at = strlen(to);
    assert(at + n < size);
    memcpy(to + at, from, n);
    to[at + n] = '\0';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t official(const char *given)
{
    const char *slash = strchr(given, '/');
    return slash ? (size_t)(slash - given) : strlen(given);
}

/* The first letter of a UTF-8 word. */
static size_t letter_bytes(const char *word)
{
    const unsigned char c = (unsigned char)word[0];
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static void write_given(const struct town_person *p, struct town_record *r)
{
    for (int i = 0; i < p->n_given; i++) {
        if (i)
            append(r->given, sizeof r->given, " ", 1);
        append(r->given, sizeof r->given, p->given[i], official(p->given[i]));
        append(r->initials, sizeof r->initials, p->given[i], letter_bytes(p->given[i]));
    }
}

/* ---- typing ---- */

/* What lies beside a letter on the keyboard. */
static char neighbour(struct dice *d, char c)
{
    static const char *const beside[] = {
        "qsz", "vgn", "xvd", "sfe", "wrd", "dgr", "fht", "gjy", "uok", "hku", "jli", "kop", "nkj",
        "bmh", "ipl", "ol",  "wa",  "etf", "adw", "ryg", "yij", "cbg", "qes", "zcs", "tuh", "xas"};
    const bool is_capital = c >= 'A' && c <= 'Z';
    const char *const keys = beside[is_capital ? c - 'A' : c - 'a'];
    const char key = keys[dice_below(d, (uint32_t)strlen(keys))];
    return is_capital ? (char)(key - 'a' + 'A') : key;
}

/* One slip of the finger; seldom on the first letter. False when there is nothing to slip on. */
static bool mistype(struct dice *d, char *text, size_t size)
{
    const size_t n = strlen(text);
    if (n < 3 || n + 2 > size)
        return false;
    const size_t first = dice_chance(d, 0.1) ? 0 : 1;
    size_t at = first + dice_below(d, (uint32_t)(n - first));
    for (size_t tries = 0; !is_letter(text[at]) && tries < n; tries++)
        at = at + 1 < n ? at + 1 : first;
    if (!is_letter(text[at]))
        return false;
    const bool can_swap = at + 1 < n && is_letter(text[at + 1]) && text[at] != text[at + 1];
    switch (dice_below(d, 4)) {
    case 0: /* left out */ memmove(text + at, text + at + 1, n - at); return true;
    case 1: /* twice, or another with it */
        memmove(text + at + 1, text + at, n - at + 1);
        if (dice_chance(d, 0.5))
            text[at] = neighbour(d, text[at + 1]);
        return true;
    case 2:
        if (can_swap && at > 0) {
            const char c = text[at];
            text[at] = text[at + 1];
            text[at + 1] = c;
            return true;
        }
        /* fall through */
    default: text[at] = neighbour(d, text[at]); return true;
    }
}

/* ---- variants ---- */

/* Another spelling of `text` from the rows of names.c; false when it has none. */
static bool respell(struct dice *d, char *text, size_t size)
{
    const struct town_list rows = town_spellings();
    const size_t n = strlen(text);
    for (size_t i = 0; i < rows.n; i++) {
        const str row = str_of(rows.word[i]);
        str rest = row, piece;
        size_t n_pieces = 0;
        if (strncmp(row.p, text, n) != 0 || row.p[n] != '/')
            continue;
        while (str_next(&rest, '/', &piece))
            n_pieces++;
        rest = row;
        for (size_t k = 1 + dice_below(d, (uint32_t)n_pieces - 1); str_next(&rest, '/', &piece);
             k--)
            if (k == 0)
                break;
        copy(text, size, piece.p, piece.n);
        return true;
    }
    return false;
}

/* "Öztürk" as who has no such keys writes it. */
static bool drop_marks(char *text)
{
    static const struct {
        const char *with;
        char without;
    } marks[] = {{"ö", 'o'}, {"ü", 'u'}, {"ç", 'c'}, {"ş", 's'}, {"ğ", 'g'}, {"ı", 'i'},
                 {"İ", 'I'}, {"Ö", 'O'}, {"Ç", 'C'}, {"Ş", 'S'}, {"ë", 'e'}, {"é", 'e'},
                 {"ï", 'i'}, {"ł", 'l'}, {"Ł", 'L'}, {"ś", 's'}, {"ń", 'n'}, {"ó", 'o'},
                 {"ą", 'a'}, {"ę", 'e'}, {"ź", 'z'}, {"ż", 'z'}, {"ć", 'c'}, {"Ü", 'U'}};
    bool has_any = false;
    for (char *c = text; *c; c++)
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
            if (strncmp(c, marks[i].with, 2) == 0) {
                *c = marks[i].without;
                memmove(c + 1, c + 2, strlen(c + 2) + 1);
                has_any = true;
                break;
            }
    return has_any;
}

static bool use_call_name(const struct town_person *p, struct town_record *r)
{
    const char *const call = strchr(p->given[0], '/');
    const size_t n = official(p->given[0]);
    if (!call || (strncmp(call + 1, p->given[0], n) == 0 && call[1 + n] == '\0' && p->n_given == 1))
        return false;
    copy(r->given, sizeof r->given, call + 1, strlen(call + 1));
    return true;
}

static bool swap_given(struct town_record *r)
{
    char *space = strchr(r->given, ' ');
    if (!space)
        return false;
    char turned[sizeof r->given] = "";
    append(turned, sizeof turned, space + 1, strlen(space + 1));
    append(turned, sizeof turned, " ", 1);
    append(turned, sizeof turned, r->given, (size_t)(space - r->given));
    memcpy(r->given, turned, sizeof turned);
    return true;
}

/* "van den Berg" as "Berg", or as "Vandenberg". */
static bool lose_prefix(struct dice *d, struct town_surname *name)
{
    if (!name->prefix[0])
        return false;
    if (dice_chance(d, 0.3)) {
        char joined[SURNAME_BYTES] = "";
        for (const char *c = name->prefix; *c; c++)
            if (*c != ' ' && *c != '\'')
                append(joined, sizeof joined, c, 1);
        if (joined[0] >= 'a')
            joined[0] = (char)(joined[0] - 'a' + 'A');
        const size_t n = strlen(joined);
        append(joined, sizeof joined, name->name, strlen(name->name));
        if (joined[n] >= 'A' && joined[n] <= 'Z')
            joined[n] = (char)(joined[n] - 'A' + 'a');
        memcpy(name->name, joined, sizeof joined);
    }
    memset(name->prefix, 0, sizeof name->prefix);
    return true;
}

/* First name in the field of the surname and the other way round. */
static bool swap_fields(struct town_record *r)
{
    if (strlen(r->given) >= sizeof r->surname.name)
        return false;
    char given[sizeof r->given];
    memcpy(given, r->given, sizeof given);
    copy(r->given, sizeof r->given, r->surname.name, strlen(r->surname.name));
    copy(r->surname.name, sizeof r->surname.name, given, strlen(given));
    return true;
}

static bool only_initials(struct town_record *r)
{
    memset(r->given, 0, sizeof r->given);
    return true;
}

static bool vary_by(struct dice *d, int way, struct town_record *r)
{
    switch (way) {
    case 0: return use_call_name(r->person, r);
    case 1:
        return respell(d, r->given, sizeof r->given) ||
               respell(d, r->surname.name, sizeof r->surname.name);
    case 2: return drop_marks(r->given) | drop_marks(r->surname.name);
    case 3: return swap_given(r);
    case 4: return lose_prefix(d, &r->surname);
    case 5: return swap_fields(r);
    default: return only_initials(r);
    }
}

static void vary(struct dice *d, struct town_record *r)
{
    static const double ways[] = {0.33, 0.20, 0.10, 0.08, 0.14, 0.05, 0.10};
    while (!vary_by(d, (int)dice_row(d, ways, sizeof ways / sizeof *ways), r))
        continue;
}

/* ---- names by marriage ---- */

static void write_surnames(const struct town_block *b, struct town_record *r)
{
    const struct town_person *p = r->person;
    const int32_t day = p->died < b->to ? p->died - 1 : b->to - 1;
    r->surname = p->surname;
    r->use = 'E';
    if (p->partner != PERSON_NONE && town_is_married_at(p, day)) {
        r->partner = b->person[p->partner].surname;
        r->use = p->use;
    }
}

/* Not told of the marriage, or told in the old way: the partner's name in place of the own. */
static void mistake_marriage(struct dice *d, struct town_record *r)
{
    if (r->use == 'E' || (dice_chance(d, 0.3) && r->use != 'N'))
        r->surname = r->partner;
    memset(&r->partner, 0, sizeof r->partner);
    r->use = 'E';
}

/* ---- numbers ---- */

static int other_digit(struct dice *d, int digit)
{
    return (digit + dice_between(d, 1, 9)) % 10;
}

static bool is_possible(const struct town_record *r, const struct town_block *b)
{
    const struct date_ymd day = {r->year, r->month, r->day};
    return date_is_valid(day) && r->year > 1900 && date_day_of(day) < b->to;
}

static void mistake_birth(struct dice *d, const struct town_block *b, struct town_record *r)
{
    const struct town_record right = *r;
    do {
        *r = right;
        switch (dice_below(d, 6)) {
        case 0:
        case 1:
            r->day = right.month;
            r->month = right.day;
            break;
        case 2: r->day = right.day / 10 * 10 + other_digit(d, right.day % 10); break;
        case 3: r->month = dice_between(d, 1, 12); break;
        case 4: r->year += dice_chance(d, 0.5) ? 1 : -1; break;
        default: r->year += dice_chance(d, 0.5) ? 10 : -10;
        }
    } while (!is_possible(r, b) ||
             (r->year == right.year && r->month == right.month && r->day == right.day));
}

static void forget_birth(struct dice *d, struct town_record *r)
{
    switch (dice_below(d, 4)) {
    case 0: r->day = 0; break;
    case 1: r->day = r->month = 0; break;
    default: r->day = 1; r->month = dice_chance(d, 0.5) ? 1 : 7;
    }
}

/* Mostly a digit wrong or two swapped, which the test finds; else that of a housemate. */
static uint32_t mistake_bsn(struct dice *d, const struct town_block *b, const struct town_record *r)
{
    static const uint32_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    const struct town_person *p = r->person;
    const int other = p->partner != PERSON_NONE ? p->partner : p->mother;
    if (other != PERSON_NONE && dice_chance(d, 0.1))
        return town_bsn(b->town->seed, b->person[other].number);
    const uint32_t place = dice_below(d, 8);
    const uint32_t low = r->bsn / tens[place] % 10, high = r->bsn / tens[place + 1] % 10;
    if (low != high && dice_chance(d, 0.4))
        return r->bsn - low * tens[place] - high * tens[place + 1] + high * tens[place] +
               low * tens[place + 1];
    return r->bsn - low * tens[place] + (uint32_t)other_digit(d, (int)low) * tens[place];
}

static const struct town_address *old_address(const struct town_block *b,
                                              const struct town_person *p)
{
    const int at = p->n_stays > 1 ? p->stay[p->n_stays - 2].address : p->former_address;
    return &b->address[at];
}

/* ---- the record ---- */

static void write_truth(const struct town_block *b, const struct town_person *p,
                        struct town_record *r)
{
    const struct date_ymd born = date_ymd_of(p->born);
    memset(r, 0, sizeof *r);
    r->person = p;
    r->bsn = town_bsn(b->town->seed, p->number);
    r->sex = p->sex;
    r->year = born.year;
    r->month = born.month;
    r->day = born.day;
    r->address = *town_address_at(b, p, b->to - 1);
    write_given(p, r);
    write_surnames(b, r);
}

static bool can_be(const struct town_record *r, enum town_error kind)
{
    return kind != TOWN_MARRIED_NAME || (r->partner.name[0] && (r->use != 'E' || r->sex == 'V'));
}

static void err_by(const struct town_block *b, struct dice *d, enum town_error kind,
                   struct town_record *r)
{
    switch (kind) {
    case TOWN_TYPING:
        if (!(dice_chance(d, 0.6) ? mistype(d, r->surname.name, sizeof r->surname.name)
                                  : mistype(d, r->given, sizeof r->given)) &&
            !mistype(d, r->surname.name, sizeof r->surname.name))
            return;
        break;
    case TOWN_VARIANT: vary(d, r); break;
    case TOWN_MARRIED_NAME: mistake_marriage(d, r); break;
    case TOWN_BIRTH_WRONG: mistake_birth(d, b, r); break;
    case TOWN_BIRTH_UNKNOWN: forget_birth(d, r); break;
    case TOWN_OLD_ADDRESS: r->address = *old_address(b, r->person); break;
    case TOWN_NO_POSTCODE: memset(r->address.postcode, 0, sizeof r->address.postcode); break;
    case TOWN_SEX_WRONG: r->sex = r->sex == 'M' ? 'V' : 'M'; break;
    default: r->bsn = mistake_bsn(d, b, r);
    }
    r->errors |= 1u << kind;
}

void town_record_make(const struct town_block *b, int person, struct dice *d, struct town_record *r)
{
    write_truth(b, &b->person[person], r);
    /* the married name first: what is mistyped is what was written */
    if (can_be(r, TOWN_MARRIED_NAME) && strikes(d, TOWN_MARRIED_NAME))
        err_by(b, d, TOWN_MARRIED_NAME, r);
    for (enum town_error kind = 0; kind < TOWN_ERRORS; kind++)
        if (kind != TOWN_MARRIED_NAME && strikes(d, kind))
            err_by(b, d, kind, r);
    if (dice_chance(d, b->town->bsn_missing))
        r->bsn = 0;
}
