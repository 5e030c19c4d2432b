/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_int.h"

err report_html(out *o, enum lang lang, const struct report_input *in,
                const struct report_links *links, struct err_info *info)
{
    static const struct report_links none = {0};
    struct report_view v;
    struct html h = {o, lang};
    err e = view_open(&v, lang, in, info);
    if (e != OK)
        goto out;
    report_page(&h, &v, links ? links : &none);
    e = view_error(&v, o, info);
out:
    view_close(&v);
    return e;
}

err report_answer(out *o, enum lang lang, const struct report_input *in, struct err_info *info)
{
    struct report_view v;
    err e = view_open(&v, lang, in, info);
    if (e != OK)
        goto out;
    out_str(o, v.answer);
    e = view_error(&v, o, info);
out:
    view_close(&v);
    return e;
}

err report_index(out *o, enum lang lang, str other_language_href,
                 const struct report_index_entry *entries, size_t n, struct err_info *info)
{
    struct html h = {o, lang};
    report_page_index(&h, other_language_href, entries, n);
    return out_error(o, info);
}
