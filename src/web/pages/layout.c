/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/pages/layout_int.h"

#include "web/assets/assets.h"

/*
 * Templates refuse a value where a page says what it loads; these addresses are
 * the program's own, hence literals with a hash in them.
 */
static void put_link(struct html *h, str before, str url)
{
    html_literal(h, STR("<link "));
    html_literal(h, before);
    html_literal(h, STR(" href=\""));
    html_put(h, HTML_URL, html_from_str(url));
    html_literal(h, STR("\">\n"));
}

void page_loads(struct html *h, const struct page *page)
{
    const str theme = page->face->theme_url;
    put_link(h, STR("rel=\"preload\" as=\"font\" type=\"font/woff2\" crossorigin"),
             asset_url("noto-sans.woff2"));
    put_link(h, STR("rel=\"stylesheet\""), asset_url("nlds.css"));
    put_link(h, STR("rel=\"stylesheet\""), theme.n ? theme : asset_url("theme.css"));
    put_link(h, STR("rel=\"stylesheet\""), asset_url("site.css"));
    put_link(h, STR("rel=\"icon\" type=\"image/svg+xml\""), asset_url("mark.svg"));
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        if (page->alternates[lang].n)
            put_link(h,
                     lang == LANG_NL ? STR("rel=\"alternate\" hreflang=\"nl\"")
                                     : STR("rel=\"alternate\" hreflang=\"en\""),
                     page->alternates[lang]);
    if (page->feed_url.n)
        put_link(h, STR("rel=\"alternate\" type=\"application/atom+xml\""), page->feed_url);
    html_literal(h, STR("<script defer src=\""));
    html_put(h, HTML_URL, html_from_str(asset_url("site.js")));
    html_literal(h, STR("\"></script>\n"));
}
