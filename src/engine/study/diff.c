/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/out.h"
#include "study_int.h"

#include <string.h>

/* A walk through two versions of a plan at the same time. */
struct walk {
    struct diff *found;
    arena *memory;
    char path[256]; /* "design.control"; a very deep one keeps its head */
    size_t n_path;
};

/* One value on one line; a list or block is named by how many items it has. */
static void print_value(out *o, const struct yaml_node *node)
{
    enum { SHOWN_BYTES = 60 };
    if (!node) {
        out_cstr(o, "-");
    } else if (node->kind == YAML_TEXT) {
        size_t n = 0;
        while (n < node->text.n && n < SHOWN_BYTES)
            n += str_utf8_len(node->text, n);
        out_str(o, str_cut(node->text, 0, n));
        out_cstr(o, n < node->text.n ? "\xe2\x80\xa6" : "");
    } else {
        out_cstr(o, node->kind == YAML_LIST ? "[" : "{");
        out_int(o, (int64_t)node->n);
        out_cstr(o, node->kind == YAML_LIST ? "]" : "}");
    }
}

static void add(struct walk *w, const struct yaml_node *before, const struct yaml_node *after)
{
    w->found->n_found++;
    if (w->found->n == DIFF_MAX)
        return;
    out o;
    out_init(&o, 1024);
    out_bytes(&o, w->path, w->n_path);
    out_cstr(&o, ": ");
    print_value(&o, before);
    out_cstr(&o, " \xe2\x86\x92 ");
    print_value(&o, after);
    const str text = arena_str(w->memory, out_view(&o));
    if (text.p && o.error == OK)
        w->found->change[w->found->n++] = text;
    out_free(&o);
}

static size_t enter(struct walk *w, str step)
{
    const size_t back = w->n_path;
    const size_t dot = back ? 1 : 0;
    if (back + dot + step.n <= sizeof w->path) {
        memcpy(w->path + back, ".", dot);
        memcpy(w->path + back + dot, step.p, step.n);
        w->n_path += dot + step.n;
    }
    return back;
}

static void compare(struct walk *w, const struct yaml_node *before, const struct yaml_node *after);

static void compare_maps(struct walk *w, const struct yaml_node *before,
                         const struct yaml_node *after)
{
    for (size_t i = 0; i < before->n; i++) {
        const size_t back = enter(w, before->key[i].text);
        compare(w, &before->item[i], yaml_get(after, before->key[i].text));
        w->n_path = back;
    }
    for (size_t i = 0; i < after->n; i++) {
        if (yaml_get(before, after->key[i].text))
            continue;
        const size_t back = enter(w, after->key[i].text);
        add(w, NULL, &after->item[i]);
        w->n_path = back;
    }
}

static void compare_lists(struct walk *w, const struct yaml_node *before,
                          const struct yaml_node *after)
{
    const size_t n = before->n > after->n ? before->n : after->n;
    for (size_t i = 0; i < n; i++) {
        out step;
        out_init(&step, 32);
        out_int(&step, (int64_t)i + 1);
        const size_t back = enter(w, out_view(&step));
        compare(w, i < before->n ? &before->item[i] : NULL, i < after->n ? &after->item[i] : NULL);
        w->n_path = back;
        out_free(&step);
    }
}

static void compare(struct walk *w, const struct yaml_node *before, const struct yaml_node *after)
{
    if (!before || !after || before->kind != after->kind)
        add(w, before, after);
    else if (before->kind == YAML_MAP)
        compare_maps(w, before, after);
    else if (before->kind == YAML_LIST)
        compare_lists(w, before, after);
    else if (!str_eq(before->text, after->text))
        add(w, before, after);
}

err study_diff(arena *a, str before, str after, struct diff *found, struct err_info *info)
{
    const struct yaml_node *x, *y;
    struct walk w = {.found = found, .memory = a};
    *found = (struct diff){.n = 0};
    err e = yaml_parse(a, before, STR(""), &x, info);
    if (e == OK)
        e = yaml_parse(a, after, STR(""), &y, info);
    if (e == OK)
        compare(&w, x, y);
    return e;
}
