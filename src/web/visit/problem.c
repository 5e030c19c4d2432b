/* SPDX-License-Identifier: EUPL-1.2 */
/* problem: an error for a program, as RFC 9457 asks: application/problem+json. */
#include "base/json.h"
#include "web/pages/errors.h"
#include "web/visit/visit_int.h"

/* What the inside says of itself is for the log; what is absent or hidden says the same. */
static bool is_told(int status)
{
    return status != 404 && status < 500;
}

void visit_problem(struct req *r, const struct err_info *why)
{
    const int status = r->answer->status;
    out detail;
    json j;

    out_init(&detail, MSG_TEXT_MAX * 4);
    if (is_told(status))
        tr_msg(&detail, r->lang, &why->msg);
    r->answer->type = "application/problem+json";
    json_init(&j, &r->answer->body);
    json_open_object(&j);
    json_key_str(&j, "type", STR("about:blank"));
    json_key_str(&j, "title", tr(r->lang, error_title_key(status)));
    json_key_int(&j, "status", status);
    if (detail.n)
        json_key_str(&j, "detail", out_view(&detail));
    if (is_told(status) && why->msg.key)
        json_key_str(&j, "code", str_of(why->msg.key));
    json_close_object(&j);
    out_free(&detail);
}
