/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * voorbeeldstad_site CONTENT DATA [STORE]: fills an empty site with the people, spaces and stories
 * of CONTENT, through the same functions as its pages. DATA/demo-accounts then names the accounts,
 * one a line: address, password, secret of the authenticator, name; `ontschot serve` shows them,
 * and refuses to be reached from another machine while they are there.
 */
#include "app/knowledge/knowledge.h"
#include "app/pilot/pilot.h"
#include "app/start/start.h"
#include "base/file.h"
#include "base/num.h"
#include "base/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PASSWORD STR("vier blauwe fietsen")

enum { MADE_MAX = 64, DAY_MS = 24 * 60 * 60 * 1000, TEXT_BYTES_MAX = 1 << 20 };

struct made {
    str key;
    int64_t id;
};

struct demo {
    struct started started;
    arena *a;
    const struct yaml_node *root;
    struct made made[MADE_MAX]; /* organisations, people, spaces and stories by their keys */
    size_t n;
    out accounts;
};

/* ---- reading the content, which is ours ---- */

static str text(const struct yaml_node *node, const char *key)
{
    const struct yaml_node *value = yaml_get(node, str_of(key));
    return value && value->kind == YAML_TEXT ? value->text : STR("");
}

static int64_t number(const struct yaml_node *node, const char *key)
{
    int64_t v;
    return num_parse_int(text(node, key), &v) ? v : 0;
}

/* The place of a word in a list of them; the last when it is none. */
static int word(const struct yaml_node *node, const char *key, const char *const *words)
{
    int i = 0;
    while (words[i + 1] && !str_eq(text(node, key), str_of(words[i])))
        i++;
    return i;
}

static int64_t id_of(const struct demo *demo, str key)
{
    for (size_t i = 0; i < demo->n; i++)
        if (str_eq(demo->made[i].key, key))
            return demo->made[i].id;
    return 0;
}

static void remember(struct demo *demo, str key, int64_t id)
{
    if (demo->n < MADE_MAX)
        demo->made[demo->n++] = (struct made){key, id};
}

static enum lang lang_of(const struct yaml_node *node)
{
    enum lang lang = LANG_NL;
    (void)lang_parse(text(node, "language"), &lang);
    return lang;
}

/* ---- who does it ---- */

static struct deed as_program(const struct demo *demo)
{
    return start_deed(&demo->started, LANG_NL, demo->a);
}

static struct deed as_person(const struct demo *demo, str key, unsigned roles)
{
    struct deed deed = as_program(demo);
    deed.viewer.id = (struct party_id){id_of(demo, key)};
    deed.viewer.roles = roles;
    return deed;
}

/* ---- organisations and people ---- */

static err add_organisation(struct demo *demo, const struct yaml_node *node, struct err_info *info)
{
    static const char *const types[] = {"municipality", "joint-body", "province",
                                        "provider",     "network",    NULL};
    const struct deed deed = as_program(demo);
    const struct organisation o = {
        .type = (enum organisation_type)word(node, "type", types),
        .name = text(node, "name"),
        .region = text(node, "region"),
        .code = text(node, "code"),
        .size_class = (int)number(node, "size"),
    };
    struct party_id id;
    const err e = organisation_save(&deed, demo->started.db, &o, &id, info);
    if (e == OK)
        remember(demo, text(node, "key"), id.v);
    return e;
}

static unsigned roles_of(const struct yaml_node *node)
{
    static const char *const names[] = {"editor",  "moderator", "analyst", "resident-data",
                                        "auditor", "admin",     "steward", NULL};
    const struct yaml_node *list = yaml_get(node, STR("roles"));
    unsigned set = 0;
    for (size_t i = 0; list && i < list->n; i++)
        for (int k = 0; names[k]; k++)
            if (str_eq(list->item[i].text, str_of(names[k])))
                set |= 1U << k;
    return set;
}

/* As its owner does: a password by the link, then an authenticator. */
static err set_up_signing_in(struct demo *demo, const struct yaml_node *node, struct party_id id,
                             str *secret, struct err_info *info)
{
    const struct deed program = as_program(demo);
    struct deed owner = as_person(demo, text(node, "key"), 0);
    struct access_secret link, session, renewed;
    unsigned char bytes[ACCESS_SECOND_BYTES];
    str codes[ACCESS_RECOVERY_CODES], uri;
    db *d = demo->started.db;
    enum sign_in what;
    char code[6];

    owner.viewer.lang = lang_of(node);
    err e = account_link(&program, d, id, &link, info);
    if (e == OK)
        e = account_set_password(&program, d, link, PASSWORD, info);
    if (e == OK)
        e = session_sign_in(&program, d, text(node, "email"), PASSWORD, STR("demo"), STR("demo"),
                            &session, &what, info);
    if (e == OK)
        e = second_begin(&owner, d, secret, &uri, info);
    if (e == OK && !second_secret_parse(*secret, bytes))
        e = err_set(info, E_INPUT, "error.cancelled");
    if (e != OK)
        return e;
    /* the code of the step before, so that the present one still works for whoever tries the demo
     */
    second_code(bytes, sizeof bytes, owner.now_ms - 30000, code);
    e = second_confirm(&owner, d, session, (str){code, sizeof code}, &renewed, codes, info);
    return e == OK ? session_end(&owner, d, renewed, info) : e;
}

static err add_person(struct demo *demo, const struct yaml_node *node, struct err_info *info)
{
    const struct deed program = as_program(demo);
    struct party_id id;
    str secret;

    err e = account_create(&program, demo->started.db, text(node, "name"), text(node, "email"),
                           lang_of(node), roles_of(node), &id, info);
    if (e != OK)
        return e;
    remember(demo, text(node, "key"), id.v);
    const struct deed owner = as_person(demo, text(node, "key"), 0);
    e = account_change(&owner, demo->started.db, text(node, "name"), text(node, "function"),
                       (struct party_id){id_of(demo, text(node, "organisation"))}, lang_of(node),
                       info);
    if (e == OK)
        e = set_up_signing_in(demo, node, id, &secret, info);
    if (e != OK)
        return e;
    const str cells[] = {text(node, "email"), PASSWORD, secret, text(node, "name")};
    for (size_t i = 0; i < 4; i++) {
        out_str(&demo->accounts, cells[i]);
        out_char(&demo->accounts, i < 3 ? '\t' : '\n');
    }
    return OK;
}

/* ---- spaces ---- */

static err add_members(struct demo *demo, const struct yaml_node *node, struct space_id space,
                       struct err_info *info)
{
    const struct yaml_node *list = yaml_get(node, STR("members"));
    const struct deed manager = as_person(demo, text(node, "manager"), 0);
    enum member_state state;
    err e = OK;

    for (size_t i = 0; e == OK && list && i < list->n; i++) {
        const struct deed deed = as_person(demo, list->item[i].text, 0);
        e = space_join(&deed, demo->started.db, space, &state, info);
        if (e == OK && state == MEMBER_PENDING)
            e = space_set_member(&manager, demo->started.db, space, deed.viewer.id, MEMBER_ACTIVE,
                                 MEMBER_PLAIN, info);
    }
    return e;
}

static err add_space(struct demo *demo, const struct yaml_node *node, struct err_info *info)
{
    static const char *const ceilings[] = {"members", "signed-in", "public", NULL};
    static const char *const joins[] = {"open", "request", "invitation", NULL};
    const struct deed deed = as_person(demo, text(node, "manager"), ACCESS_ADMIN);
    const struct yaml_node *name = yaml_get(node, STR("name")),
                           *about = yaml_get(node, STR("about"));
    const struct space_form form = {
        .parent = {id_of(demo, text(node, "under"))},
        .slug = text(node, "address"),
        .name = {text(name, "nl"), text(name, "en")},
        .about = {text(about, "nl"), text(about, "en")},
        .join = (enum join_policy)word(node, "join", joins),
        .ceiling = (enum level)(LEVEL_SPACE + word(node, "ceiling", ceilings)),
        .is_listed = str_eq(text(node, "listed"), STR("true")),
    };
    struct space_id id;

    const err e = space_create(&deed, demo->started.db, &form, &id, info);
    if (e != OK)
        return e;
    remember(demo, text(node, "key"), id.v);
    return add_members(demo, node, id, info);
}

/* ---- stories ---- */

static err add_comments(struct demo *demo, const struct yaml_node *node, struct publication_id id,
                        struct err_info *info)
{
    const struct yaml_node *list = yaml_get(node, STR("comment"));
    struct comment_id made;
    err e = OK;

    for (size_t i = 0; e == OK && list && i < list->n; i++) {
        const struct deed deed = as_person(demo, text(&list->item[i], "by"), 0);
        e = comment_add(&deed, demo->started.db, id, (struct comment_id){0},
                        text(&list->item[i], "text"), &made, info);
    }
    return e;
}

static err add_story(struct demo *demo, const struct yaml_node *node, struct err_info *info)
{
    static const char *const levels[] = {"owner", "space", "signed-in", "public", NULL};
    static const char *const comments[] = {"closed", "members", "signed-in", NULL};
    const struct deed deed = as_person(demo, text(node, "by"), 0);
    const struct publication_form form = {
        .kind = PUBLICATION_BLOG,
        .space = {id_of(demo, text(node, "space"))},
        .lang = lang_of(node),
        .twin = {id_of(demo, text(node, "twin"))},
        .level = (enum level)word(node, "level", levels),
        .comments = (enum comment_policy)word(node, "comments", comments),
        .publish_at = deed.now_ms - number(node, "days-ago") * DAY_MS,
        .delete_at = INT64_MAX,
        .title = text(node, "title"),
        .summary = text(node, "summary"),
        .body = text(node, "body"),
    };
    struct publication_id id;

    err e = publication_create(&deed, demo->started.db, &form, &id, info);
    if (e == OK && !str_eq(text(node, "state"), STR("draft")))
        e = publication_set_state(&deed, demo->started.db, id, 1, PUBLICATION_PUBLISHED, info);
    if (e != OK)
        return e;
    remember(demo, text(node, "key"), id.v);
    return add_comments(demo, node, id, info);
}

/* ---- all of it ---- */

static err add_each(struct demo *demo, const char *key,
                    err (*add)(struct demo *demo, const struct yaml_node *node,
                               struct err_info *info),
                    struct err_info *info)
{
    const struct yaml_node *list = yaml_get(demo->root, str_of(key));
    err e = OK;
    for (size_t i = 0; e == OK && list && i < list->n; i++) {
        e = add(demo, &list->item[i], info);
        if (e != OK)
            err_at(info, STR("content"), list->item[i].line, list->item[i].column);
    }
    return e;
}

/* ---- studies: uploaded by the analyst, computed by `ontschot work` ---- */

static err upload(struct demo *demo, const struct deed *deed, str from, struct file_id *id,
                  struct err_info *info)
{
    enum { FILE_MAX = 256 << 20 };
    str name = from, path, bytes;
    size_t slash;
    out o;

    while (str_find(name, '/', &slash))
        name = str_cut(name, slash + 1, name.n);
    out_init(&o, 4096);
    out_str(&o, deed->app->data_folder);
    out_cstr(&o, "/upload-");
    out_str(&o, name);
    path = arena_str(demo->a, out_view(&o));
    out_free(&o);
    err e = path.p ? file_read(demo->a, from, FILE_MAX, &bytes, info) : err_nomem(info);
    if (e == OK)
        e = file_write(path, bytes, info);
    return e == OK ? job_file_take(deed, demo->started.db, path, name, id, info) : e;
}

static err add_study(struct demo *demo, str title, str files, struct err_info *info)
{
    const struct deed deed = as_person(demo, STR("analist"), ACCESS_ANALYST);
    struct file_id id[JOB_FILES_MAX];
    struct job_id job;
    size_t n = 0;
    err e = OK;
    str file;

    while (e == OK && n < JOB_FILES_MAX && str_next(&files, ',', &file))
        e = upload(demo, &deed, file, &id[n++], info);
    return e == OK ? job_put(&deed, demo->started.db, PILOT_RUN, title, STR(""), id, n, &job, info)
                   : e;
}

static err write_accounts(struct demo *demo, const char *data, struct err_info *info)
{
    char path[4096];
    const int n = snprintf(path, sizeof path, "%s/demo-accounts", data);
    if (n < 0 || (size_t)n >= sizeof path)
        return err_set(info, E_LIMIT, "error.output-limit");
    umask(077);
    return file_write(str_of(path), out_view(&demo->accounts), info);
}

static err fill(struct demo *demo, const char *content, const char *data, struct err_info *info)
{
    str bytes;
    err e = file_read(demo->a, str_of(content), YAML_BYTES_MAX, &bytes, info);
    if (e == OK)
        e = yaml_parse(demo->a, bytes, str_of(content), &demo->root, info);
    if (e == OK)
        e = add_each(demo, "organisations", add_organisation, info);
    if (e == OK)
        e = add_each(demo, "people", add_person, info);
    if (e == OK)
        e = add_each(demo, "spaces", add_space, info);
    if (e == OK)
        e = add_each(demo, "stories", add_story, info);
    return e == OK ? write_accounts(demo, data, info) : e;
}

int main(int argc, char **argv)
{
    struct demo demo = {.a = arena_new((size_t)512 << 20)};
    struct err_info info = {0};

    if (argc < 3 || !demo.a) {
        fputs("voorbeeldstad_site CONTENT DATA [TITLE FILE,FILE]...\n", stderr);
        return EXIT_FAILURE;
    }
    const struct start_config c = {
        .data = str_of(argv[2]),
        .node = STORE_NODE_DEALT,
        .base_url = STR("http://127.0.0.1:8080"),
        .site_name = STR("Gemeente Voorbeeldstad"),
    };
    out_init(&demo.accounts, TEXT_BYTES_MAX);
    err e = start_open(&c, demo.a, &demo.started, &info);
    if (e == OK)
        e = fill(&demo, argv[1], argv[2], &info);
    for (int i = 3; e == OK && i + 1 < argc; i += 2)
        e = add_study(&demo, str_of(argv[i]), str_of(argv[i + 1]), &info);
    if (e != OK) {
        out text_out;
        out_init(&text_out, TEXT_BYTES_MAX);
        tr_msg(&text_out, LANG_EN, &info.msg);
        fprintf(stderr, "%s:%d: %.*s\n", info.file, (int)info.line, (int)text_out.n, text_out.p);
        out_free(&text_out);
    }
    start_close(&demo.started);
    out_free(&demo.accounts);
    arena_free(demo.a);
    return e == OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
