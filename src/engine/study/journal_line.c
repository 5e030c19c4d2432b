/* SPDX-License-Identifier: EUPL-1.2 */
/* One line of a journal that may come from anywhere, read back. */
#include "base/date.h"
#include "study_int.h"

#include <jansson.h>
#include <string.h>

static str text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? (str){json_string_value(value), json_string_length(value)}
                                 : (str){"", 0};
}

static bool parse_kind(str text, enum journal_kind *kind)
{
    if (str_eq(text, STR("freeze")))
        *kind = JOURNAL_FREEZE;
    else if (str_eq(text, STR("amend")))
        *kind = JOURNAL_AMEND;
    else if (str_eq(text, STR("run")))
        *kind = JOURNAL_RUN;
    else
        return false;
    return true;
}

static bool is_time(str text)
{
    int32_t day;
    return text.n == STUDY_TIME_TEXT && date_parse_iso(str_cut(text, 0, 10), &day) &&
           text.p[10] == 'T' && text.p[STUDY_TIME_TEXT - 1] == 'Z';
}

static bool read_members(const json_t *object, struct journal_entry *e, struct seal_hash *previous,
                         struct seal_signature *signature)
{
    if (!parse_kind(text_of(object, "kind"), &e->kind) ||
        !seal_parse_hash(text_of(object, "plan"), &e->plan) ||
        !seal_parse_hash(text_of(object, "previous"), previous) ||
        !seal_parse_public(text_of(object, "signer"), &e->signer) ||
        !seal_parse_signature(text_of(object, "signature"), signature))
        return false;
    e->date = text_of(object, "date");
    e->note = text_of(object, "note");
    e->text = text_of(object, "text");
    return is_time(e->date) &&
           (e->kind != JOURNAL_RUN || (seal_parse_hash(text_of(object, "data"), &e->data) &&
                                       seal_parse_hash(text_of(object, "results"), &e->results)));
}

bool journal_line_parse(arena *a, str line, struct journal_entry *entry, struct seal_hash *previous,
                        struct seal_signature *signature)
{
    json_t *object = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    struct journal_entry e = {0};
    bool read = object && read_members(object, &e, previous, signature);
    if (read) {
        e.date = arena_str(a, e.date);
        e.note = arena_str(a, e.note);
        e.text = arena_str(a, e.text);
        read = e.date.p && e.note.p && e.text.p;
    }
    json_decref(object);
    if (read)
        *entry = e;
    return read;
}
