/* SPDX-License-Identifier: EUPL-1.2 */
#include "demo/town/page_int.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_MAX_BYTES ((size_t)64 << 20)

err town_page_init(struct town_page *p, struct err_info *info)
{
    memset(p, 0, sizeof *p);
    for (int f = 0; f < TOWN_FILES; f++)
        out_init(&p->file[f], PAGE_MAX_BYTES);
    p->team = calloc(BLOCK_PERSONS_MAX, sizeof *p->team);
    p->claim = calloc((size_t)ALLOCATIONS_MAX * CLAIMS_OF_ALLOCATION_MAX, sizeof *p->claim);
    return p->team && p->claim ? OK : err_nomem(info);
}

void town_page_free(struct town_page *p)
{
    for (int f = 0; f < TOWN_FILES; f++)
        out_free(&p->file[f]);
    free(p->team);
    free(p->claim);
}

void town_page_write(struct town_block *b, struct town_services *s, const char *folder,
                     struct town_page *p)
{
    for (int f = 0; f < TOWN_FILES; f++)
        out_clear(&p->file[f]);
    memset(&p->counts, 0, sizeof p->counts);
    p->n_claims = 0;
    p->error = OK;
    town_services_draw(b, s);
    town_write_extracts(b, p);
    town_write_income(b, s, p);
    if (b->town->with_messages)
        town_write_messages(b, s, folder, p);
    for (int f = 0; f < TOWN_FILES && p->error == OK; f++)
        p->error = out_error(&p->file[f], &p->info);
}
