/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/knowledge/letters.h"

#include "app/knowledge/queries.h"
#include "app/mail/mail.h"
#include "app/pages.h"

enum { MANAGERS_TOLD_MAX = 20, URL_MAX = 2000 };

/* A page in the reader's language. */
static err print_url(const struct deed *deed, enum lang lang, enum app_page page, str slug,
                     int64_t id, str *url, struct err_info *info)
{
    out o;
    out_init(&o, URL_MAX);
    out_str(&o, deed->app->base_url);
    out_cstr(&o, app_page_path(page, lang));
    if (slug.n)
        out_str(&o, slug);
    else
        out_int(&o, id);
    err e = out_error(&o, info);
    if (e == OK) {
        *url = arena_str(deed->memory, out_view(&o));
        e = url->p ? OK : err_nomem(info);
    }
    out_free(&o);
    return e;
}

static err my_name(db_tx *tx, const struct deed *deed, str *name, struct err_info *info)
{
    struct letter_writer_row row = {.name = STR("")};
    const err e = deed->viewer.id.v == 0
                      ? OK
                      : letter_writer(db_tx_db(tx), deed->memory,
                                      (struct letter_writer_in){.id = deed->viewer.id}, &row, info);
    *name = row.name.n ? row.name : deed->app->site_name;
    return e;
}

static err about_space(db_tx *tx, const struct deed *deed, const struct space *s,
                       const struct letter_readers_row *reader, const char *subject,
                       const char *body, struct err_info *info)
{
    const enum lang lang = (enum lang)reader->lang;
    struct mail m = {
        .party = reader->party,
        .to = reader->address,
        .lang = lang,
        .subject = subject,
        .body = body,
        .value = {[1] = s->name[lang]},
        .n_values = 3,
    };
    err e = my_name(tx, deed, &m.value[0], info);
    if (e == OK)
        e = print_url(deed, lang, PAGE_SPACE, s->slug, 0, &m.value[2], info);
    return e == OK ? mail_put(tx, deed, &m, info) : e;
}

err letter_invitation(db_tx *tx, const struct deed *deed, const struct space *s,
                      struct party_id who, struct err_info *info)
{
    struct letter_readers_row *reader;
    size_t n;
    err e = letter_readers(db_tx_db(tx), deed->memory,
                           (struct letter_readers_in){.party = who, .limit = 1}, &reader, &n, info);
    for (size_t i = 0; e == OK && i < n; i++)
        e = about_space(tx, deed, s, &reader[i], "mail.space-invite-subject",
                        "mail.space-invite-body", info);
    return e;
}

err letter_request(db_tx *tx, const struct deed *deed, const struct space *s, struct err_info *info)
{
    struct manager_readers_row *reader;
    size_t n;
    err e = manager_readers(db_tx_db(tx), deed->memory,
                            (struct manager_readers_in){.space = s->id, .limit = MANAGERS_TOLD_MAX},
                            &reader, &n, info);
    for (size_t i = 0; e == OK && i < n; i++) {
        const struct letter_readers_row to = {reader[i].party, reader[i].address, reader[i].lang};
        e = about_space(tx, deed, s, &to, "mail.space-request-subject", "mail.space-request-body",
                        info);
    }
    return e;
}

err letter_comment(db_tx *tx, const struct deed *deed, const struct publication *p,
                   struct err_info *info)
{
    struct letter_readers_row *reader;
    size_t n;

    if (p->owner.v == deed->viewer.id.v)
        return OK;
    err e = letter_readers(db_tx_db(tx), deed->memory,
                           (struct letter_readers_in){.party = p->owner, .limit = 1}, &reader, &n,
                           info);
    if (e != OK || n == 0)
        return e;
    struct mail m = {
        .party = p->owner,
        .to = reader->address,
        .lang = (enum lang)reader->lang,
        .subject = "mail.comment-subject",
        .body = "mail.comment-body",
        .value = {[1] = p->title},
        .n_values = 3,
        .publication = p->id,
    };
    e = my_name(tx, deed, &m.value[0], info);
    if (e == OK)
        e = print_url(deed, m.lang, PAGE_STORY, (str){0}, p->id.v, &m.value[2], info);
    return e == OK ? mail_put(tx, deed, &m, info) : e;
}
