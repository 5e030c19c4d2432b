/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * layout: what every page of the site has around its own content: head, skip
 * link, name, language switch, account links, navigation, crumbs, message, footer.
 *
 * Does: write it, from what the site knows (struct face, one for the program) and
 *       what this page says (struct page, one for each answer).
 * Does not: know requests, rules or the database; fill these structs from them.
 *
 * A page template reads:
 *
 *   {% fn home_page(struct html *h, const struct page *page, const struct home *v) %}
 *   {% page_begin(h, page); %}
 *   <p class="lead">...</p>
 *   {% page_end(h, page); %}
 *   {% end %}
 *
 * page_begin has then written the one h1, from the title.
 */
#ifndef ONTSCHOT_WEB_PAGES_LAYOUT_H
#define ONTSCHOT_WEB_PAGES_LAYOUT_H

#include "base/html.h"

struct page_link {
    struct html_value text;
    str url;
    bool current; /* the page or section that is shown */
};

/* What is the same on every page; made once, from the configuration. */
struct face {
    str name;         /* wordmark: "Ontschot" */
    str organisation; /* below it: "Gemeente Voorbeeldstad"; may be empty */
    str theme_url;    /* empty: the theme that is built in */
};

struct page {
    const struct face *face;
    enum lang lang;
    struct html_value title; /* the h1, and the first half of the window's title */
    struct html_value intro; /* one sentence below the title that says the answer; may be empty */
    struct html_value badge; /* a state above the title; may be empty */

    str alternates[LANG_COUNT];  /* this page in each language; empty: not there */
    const struct page_link *nav; /* main navigation */
    size_t n_nav;
    const struct page_link *crumbs; /* the way here, without this page itself */
    size_t n_crumbs;
    const struct page_link *footer;
    size_t n_footer;
    str home_url, search_url; /* search_url empty: no search yet */

    str viewer_name;               /* empty: a visitor */
    str account_url;               /* "my page" */
    str sign_in_url, sign_out_url; /* sign_out_url takes a POST */
    str csrf;                      /* token for the forms of this page */

    struct html_value done; /* what the last step did, e.g. "saved"; may be empty */
    bool refreshes;         /* without script the page asks again every 5 s */
    bool wide;              /* uses the full width: tables, dashboards */
    bool own_title;         /* the body writes the h1 itself */
    bool has_errors;        /* the window's title then begins with "Fout: " */
    bool unlisted;          /* search engines are asked to leave it out */
    str feed_url;           /* Atom feed of what is on the page; may be empty */
};

void page_begin(struct html *h, const struct page *page);
void page_end(struct html *h, const struct page *page);

#endif
