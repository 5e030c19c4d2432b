/* SPDX-License-Identifier: EUPL-1.2 */
/* page: what a block adds to each file of the town. */
#ifndef ONTSCHOT_DEMO_TOWN_PAGE_H
#define ONTSCHOT_DEMO_TOWN_PAGE_H

#include "demo/town/services_int.h"

#include "base/out.h"

enum town_file {
    FILE_TEAM,
    FILE_SOCIAL,
    FILE_TRUTH,
    FILE_HOUSEHOLDS,
    FILE_STAYS,
    FILE_RELATIONS,
    FILE_YOUTH,
    FILE_BUS,
    FILE_SRG,
    FILE_SIGNALS,
    FILE_DEBTS,
    FILE_POPULATION,
    TOWN_FILES
};

struct town_page {
    out file[TOWN_FILES];
    struct town_counts counts;
    struct town_record *team; /* of each person, made once so that messages and extract agree */
    bool has_debts;
    struct town_claim *claim;
    size_t n_claims;
    err error; /* of writing messages */
    struct err_info info;
};

/* A line of a declaration; those of a provider and month make one message. */
struct town_claim {
    int32_t provider, month; /* month: from 0 */
    uint32_t bsn;
    int32_t allocation, from, to, volume;
    const struct town_product *product;
};

enum { CLAIMS_OF_ALLOCATION_MAX = TOWN_MONTHS_MAX + 1 };

const char *town_file_name(enum town_file file);
const char *town_file_head(enum town_file file);

err town_page_init(struct town_page *p, struct err_info *info);
void town_page_free(struct town_page *p);

/* Fills the page from the block; the messages go into `folder` at once. */
void town_page_write(struct town_block *b, struct town_services *s, const char *folder,
                     struct town_page *p);

/* extract.c, income.c and message.c: parts of it */
void town_write_extracts(const struct town_block *b, struct town_page *p);
void town_write_income(const struct town_block *b, const struct town_services *s,
                       struct town_page *p);
void town_write_messages(const struct town_block *b, const struct town_services *s,
                         const char *folder, struct town_page *p);
/* The declaration of one provider in one month; the lines are its own. */
err town_write_claims(const struct town *t, const struct town_claim *claim, size_t n,
                      const char *folder, struct town_counts *counts, struct err_info *info);

/* text.c: */
void put_day(out *o, int32_t day);  /* "2024-03-01"; nothing for TOWN_OPEN */
void put_bsn(out *o, uint32_t bsn); /* nine digits; nothing for 0 */
void put_padded(out *o, int64_t v, int digits);
void put_birth(out *o, const struct town_record *r); /* "1980-00-00": parts unknown */
void put_street(out *o, const struct town_address *a);
void put_area(out *o, const struct town_block *b);
int32_t month_first(int month); /* day; month from 0 */

#define TOWN_NAME      "Voorbeeldstad"
#define TOWN_CODE      "9990" /* no municipality has it */
#define TOWN_CODE_AREA "GM9990"

#endif
