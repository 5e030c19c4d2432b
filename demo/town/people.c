/* SPDX-License-Identifier: EUPL-1.2 */
/* Names, numbers and addresses: what the people and houses of a block are given. */
#include "demo/town/town_int.h"

#include "base/bsn.h"
#include "base/date.h"

#include <string.h>

enum {
    ADDRESSES_OF_POSTCODE = 16, /* one side of a piece of street */
    POSTCODES_OF_BLOCK = BLOCK_ADDRESSES_MAX / ADDRESSES_OF_POSTCODE,
    POSTCODES_OF_STREET = 6,
    LETTER_PAIRS = 23 * 23,
    FIRST_DIGITS = 1000,
};

/*
 * A number is ABCDEFGHI with 9A + 8B + ... + 2H - I divisible by 11. Whatever A to G are, at most
 * one H leaves no I below ten. So seven digits (the first not 0) and one of nine H make a number,
 * and an affine permutation of the seven digits spreads neighbours.
 */
enum { SEVEN_DIGITS = 9000000, H_OF_SEVEN = 9 };
_Static_assert(TOWN_BSN_COUNT == SEVEN_DIGITS * H_OF_SEVEN, "all numbers are reached");

uint32_t town_bsn(uint64_t seed, uint32_t number)
{
    const uint64_t offset = rng_u64((struct rng_key){seed, rng_stream("town.bsn", 0)}, 0);
    const uint64_t step = 5648311; /* shares no factor with SEVEN_DIGITS */
    const uint64_t place = number % SEVEN_DIGITS;
    const uint32_t seven = (uint32_t)((step * place + offset % SEVEN_DIGITS) % SEVEN_DIGITS);
    uint32_t skip = (uint32_t)((number / SEVEN_DIGITS + place * 7 + place / 9) % H_OF_SEVEN);
    for (uint32_t h = 0; h < 10; h++) {
        const uint32_t eight = (1000000 + seven) * 10 + h;
        for (uint32_t i = 0; i < 10; i++) {
            if (!bsn_is_valid(eight * 10 + i))
                continue;
            if (skip-- == 0)
                return eight * 10 + i;
            break;
        }
    }
    return 0; /* not reached: nine of ten H have an I */
}

static void split_prefix(const char *whole, struct town_surname *name)
{
    size_t at = 0;
    for (size_t i = 0; whole[i]; i++)
        if (whole[i] == ' ' && whole[i + 1] >= 'A' && whole[i + 1] <= 'Z' && whole[0] >= 'a' &&
            whole[0] <= 'z' && at == 0)
            at = i + 1;
    const size_t n = strlen(whole) - at;
    memset(name, 0, sizeof *name);
    if (at > 0 && at - 1 < sizeof name->prefix)
        memcpy(name->prefix, whole, at - 1);
    if (n < sizeof name->name)
        memcpy(name->name, whole + at, n);
}

static void put_together(struct dice *d, struct town_surname *name)
{
    static const char *const prefixes[] = {"van", "van de", "van der", "van den", "ter"};
    const struct town_list stems = town_surname_stems(), tails = town_surname_tails();
    const uint32_t which = dice_head(d, stems.n * tails.n, 1.5);
    const uint32_t mixed = (uint32_t)((which * 2654435761ull) % (stems.n * tails.n));
    const size_t tail = mixed / stems.n;
    const char *const stem = stems.word[mixed % stems.n];

    memset(name, 0, sizeof *name);
    const size_t n = strlen(stem), n_tail = strlen(tails.word[tail]);
    memcpy(name->name, stem, n);
    memcpy(name->name + n, tails.word[tail], n_tail);
    /* the same prefix for all who are called so, mostly */
    const uint32_t turn = mixed * 40503u >> 8;
    if (tail + TOWN_PERSON_TAILS < tails.n && turn % 10 < 3) {
        const char *const prefix = prefixes[turn / 10 % 5];
        memcpy(name->prefix, prefix, strlen(prefix));
    }
}

void town_draw_surname(struct dice *d, enum town_origin origin, struct town_surname *name)
{
    const struct town_list list = town_surnames(origin);
    if (origin == TOWN_DUTCH && dice_chance(d, 0.65))
        put_together(d, name);
    else
        split_prefix(list.word[dice_head(d, list.n, 1.25)], name);
}

static int generation_of(int32_t born)
{
    const int year = date_ymd_of(born).year;
    return year <= 1945 ? 0 : year <= 1969 ? 1 : year <= 1994 ? 2 : 3;
}

void town_draw_given(struct dice *d, struct town_person *p)
{
    static const double dutch[] = {0.42, 0.38, 0.20}, other[] = {0.9, 0.1, 0};
    const int generation = generation_of(p->born);
    const struct town_list list = town_first_names(p->origin, p->sex, generation);
    p->n_given = 1 + (int)dice_row(d, p->origin == TOWN_DUTCH ? dutch : other, GIVEN_MAX);
    for (int i = 0; i < p->n_given; i++) {
        p->given[i] = list.word[dice_head(d, list.n, generation < 2 ? 1.5 : 1.25)];
        for (int k = 0; k < i; k++)
            if (p->given[k] == p->given[i])
                p->n_given = i;
    }
}

int town_new_person(struct town_block *b, char sex, int32_t born, enum town_origin origin)
{
    struct town_person *p = &b->person[b->n_persons];
    *p = (struct town_person){
        .number = (uint32_t)(b->index * BLOCK_PERSONS_MAX + b->n_persons),
        .born = born,
        .died = TOWN_OPEN,
        .sex = sex,
        .origin = origin,
        .partner = PERSON_NONE,
        .mother = PERSON_NONE,
        .father = PERSON_NONE,
        .twin = PERSON_NONE,
        .married = TOWN_OPEN,
        .divorced = TOWN_OPEN,
        .use = 'E',
    };
    town_draw_given(&b->dice, p);
    return b->n_persons++;
}

/* The k-th postcode of the town; without the letters that look like digits. */
static void print_postcode(int64_t k, char text[7])
{
    static const char letters[] = "ABCDEFGHJKLMNPRSTUVWXYZ";
    const int64_t digits = FIRST_DIGITS + k / LETTER_PAIRS % 9000, pair = k % LETTER_PAIRS;
    for (int i = 3; i >= 0; i--)
        text[i] = (char)('0' + digits / (i == 3 ? 1 : i == 2 ? 10 : i == 1 ? 100 : 1000) % 10);
    text[4] = letters[pair / 23];
    text[5] = letters[pair % 23];
    text[6] = '\0';
}

int town_new_address(struct town_block *b, bool is_shared)
{
    static const char additions[][4] = {"hs", "1", "2", "3", "bis", "bg"};
    const int at = b->n_addresses++;
    const int postcode = at / ADDRESSES_OF_POSTCODE, place = at % ADDRESSES_OF_POSTCODE;
    const int side = postcode % 2, piece = postcode % POSTCODES_OF_STREET / 2;
    struct town_address *a = &b->address[at];
    struct dice d =
        dice_new(b->town->seed, "town.address", (uint64_t)(b->index * BLOCK_ADDRESSES_MAX + at));

    memset(a, 0, sizeof *a);
    const size_t streets = town_street_themes().n * town_street_kinds().n;
    const uint64_t street = (uint64_t)(b->index * (POSTCODES_OF_BLOCK / POSTCODES_OF_STREET) +
                                       postcode / POSTCODES_OF_STREET);
    a->street = (uint32_t)(street * 7919 % streets);
    a->number = (uint16_t)(1 + side + 2 * (piece * ADDRESSES_OF_POSTCODE + place));
    print_postcode(b->index * POSTCODES_OF_BLOCK + postcode, a->postcode);
    if (is_shared)
        return at;
    if (dice_chance(&d, 0.07))
        a->letter = (char)('A' + dice_below(&d, 4));
    else if (dice_chance(&d, 0.07))
        memcpy(a->addition, additions[dice_below(&d, 6)], 4);
    return at;
}
