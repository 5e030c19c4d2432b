/* SPDX-License-Identifier: EUPL-1.2 */
/* faults: what is wrong with a form, gathered so that it is mended in one go. */
#include "web/visit/visit_int.h"

/* A form that is not right is 422; what passes by itself says so. */
static int status_of(err e)
{
    if (e == E_LIMIT) /* too often; what is too large never becomes a form */
        return 429;
    return e == E_CONFLICT || e == E_BUSY ? site_status_of(e) : 422;
}

static bool has_fault(const struct faults *f, str field)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->error[i].name, field))
            return true;
    return false;
}

static void put(struct faults *f, const char *field, const struct msg *msg)
{
    const str name = str_of(field);
    if (f->n == FAULTS_MAX || has_fault(f, name))
        return;
    f->msg[f->n] = *msg;
    f->error[f->n] = (struct part_error){.name = name, .text = html_msg(&f->msg[f->n])};
    f->n++;
}

void fault_add(struct req *r, struct faults *f, const char *field, const char *key)
{
    struct msg msg;
    msg_set(&msg, key);
    put(f, field, &msg);
    r->answer->status = status_of(E_INPUT);
}

void fault_need(struct req *r, struct faults *f, const char *field, const char *key)
{
    if (str_trim(visit_field(r, field)).n == 0)
        fault_add(r, f, field, key);
}

bool fault_take(struct req *r, struct faults *f, const struct fault_place *place,
                const struct err_info *info)
{
    const char *field = info->code == E_INPUT ? "" : NULL;
    for (; place->key; place++)
        if (str_starts(str_of(info->msg.key), str_of(place->key))) {
            field = place->field;
            break;
        }
    if (!field)
        return false;
    put(f, field, &info->msg);
    r->answer->status = status_of(info->code);
    return true;
}

struct html_value fault_at(const struct faults *f, const char *field)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->error[i].name, str_of(field)))
            return f->error[i].text;
    return (struct html_value){0};
}
