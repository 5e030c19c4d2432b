/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parts: the components that pages are made of, as functions that write HTML.
 *
 * Does: one component each, with its label, hint, error, keyboard and screen
 *       reader behaviour; all of them work without script.
 * Does not: decide what a page shows, or know keys of other rooms.
 *
 * A text is a struct html_value: html_key("room.key"), SENTENCE("room.key", value, ...),
 * html_from_str(name) or html_msg(&info->msg). One that is left out is empty, and
 * so is what would hold it. Arguments are borrowed for the call. A template calls
 *
 *   {% part_field(h, &(struct part_field){.name = STR("email"), .label = html_key("user.email"),
 *          .type = PART_EMAIL, .value = form->email, .error = html_msg(&form->email_error)}); %}
 *
 * The element with the name's value as id is where the error summary links to.
 */
#ifndef ONTSCHOT_WEB_PAGES_PARTS_H
#define ONTSCHOT_WEB_PAGES_PARTS_H

#include "base/html.h"

enum part_kind { PART_INFO, PART_OK, PART_WARNING, PART_ERROR, PART_NEUTRAL };

/* ---- links and buttons ---- */

void part_link(struct html *h, str url, struct html_value text);

enum part_weight { PART_PRIMARY, PART_SECONDARY, PART_SUBTLE, PART_DANGER };

struct part_button {
    struct html_value text;
    str name, value; /* sent when this button sends the form; may be empty */
    enum part_weight weight;
    bool no_validate; /* sends what is not yet right: "save draft", "cancel" */
};

void part_button(struct html *h, const struct part_button *b); /* sends its form */
void part_link_button(struct html *h, str url, enum part_weight weight, struct html_value text);
/* A row of buttons and links. */
void part_actions_begin(struct html *h);
void part_actions_end(struct html *h);

/* ---- forms: always POST, always with the token ---- */

struct part_form {
    str action, csrf;
    str id;
    bool multipart;    /* it has a file field */
    bool inline_form;  /* a single button in a line of text */
    str autosave_url;  /* the script posts what was typed here, at most 10 s after the last key */
    str preview_url;   /* the script posts here and shows the answer in the part named preview */
    bool warn_leaving; /* the script asks before unsent input is left; implied by autosave */
    str revision;      /* hidden field `revision`: what the input was based on; may be empty */
};

void part_form_begin(struct html *h, const struct part_form *f);
void part_form_end(struct html *h);
void part_csrf(struct html *h, str token);
void part_hidden(struct html *h, str name, str value);
/* A form that asks by GET: search and filter, in one line where there is room. */
void part_filter_begin(struct html *h, str action);
void part_filter_end(struct html *h, struct html_value button);
/* Where the script says "saved" and shows the preview. */
void part_save_status(struct html *h);
void part_preview(struct html *h, struct html_value title, safe_html content);

enum part_input {
    PART_TEXT,
    PART_EMAIL,
    PART_PASSWORD,
    PART_NEW_PASSWORD,
    PART_ONE_TIME_CODE,
    PART_USER_NAME, /* an e-mail address to sign in with */
    PART_NUMBER,    /* digits; no spin buttons */
    PART_DATE,
    PART_DATE_TIME, /* local time, 2026-11-14T09:30 */
    PART_PHONE,
    PART_WEB_ADDRESS,
    PART_SEARCH,
};

struct part_field {
    str name; /* also the id */
    struct html_value label, hint, error;
    str value;
    enum part_input type;
    size_t max_length; /* characters; 0: as long as the server takes */
    bool optional, read_only;
    bool short_field; /* a code, number or date */
    str autocomplete; /* "name", "organization"; empty: as the type says */
};

struct part_textarea {
    str name;
    struct html_value label, hint, error;
    str value;
    int rows; /* 0: 6 */
    size_t max_length;
    bool optional;
};

struct part_choice {
    str value;
    struct html_value label, hint;
    bool checked, disabled;
};

struct part_choices { /* also for one yes-or-no: many with a single choice and no label */
    str name;
    struct html_value label, hint, error;
    const struct part_choice *choice;
    size_t n;
    bool many; /* checkboxes rather than radio buttons */
    bool optional;
};

struct part_select {
    str name;
    struct html_value label, hint, error;
    const struct part_choice *choice;
    size_t n;
    bool optional;
};

struct part_file {
    str name;
    struct html_value label, hint, error;
    str accept;        /* ".csv,.zip" */
    int64_t max_bytes; /* > 0: told to the reader, and by the script before it is sent */
    bool optional, many;
};

void part_field(struct html *h, const struct part_field *f);
void part_textarea(struct html *h, const struct part_textarea *t);
void part_choices(struct html *h, const struct part_choices *c);
void part_select(struct html *h, const struct part_select *s);
void part_file(struct html *h, const struct part_file *f);
void part_fieldset_begin(struct html *h, struct html_value legend);
void part_fieldset_end(struct html *h);

struct part_error {
    str name;               /* of the field; empty: of the whole form */
    struct html_value text; /* the same as the field's */
};

/* On top of the form; writes nothing when n is 0. */
void part_errors(struct html *h, const struct part_error *error, size_t n);

/* ---- messages and states ---- */

struct part_alert {
    enum part_kind kind;
    struct html_value title, text;
    str url; /* with link_text: what to do next; may be empty */
    struct html_value link_text;
};

void part_alert(struct html *h, const struct part_alert *a);
void part_badge(struct html *h, enum part_kind kind, struct html_value text);
void part_empty(struct html *h, struct html_value text); /* nothing here, and what to do */

struct part_progress {
    struct html_value label; /* "Studie wordt uitgerekend" */
    struct html_value step;  /* "Stap 2 van 4: vergelijken" */
    double fraction;         /* 0 to 1; NaN: not known */
    struct html_value left;  /* "nog ongeveer 2 minuten"; may be empty */
    str poll_url;            /* answers this part alone; the script asks every 2 s; empty: ended */
};

void part_progress(struct html *h, const struct part_progress *p);

/* ---- text, dates, persons ---- */

void part_heading(struct html *h, int level, struct html_value text, str id); /* 2 to 4 */
void part_paragraph(struct html *h, struct html_value text);
void part_small(struct html *h, struct html_value text);
void part_time(struct html *h, int64_t utc_ms); /* date and time in the Netherlands */
void part_date(struct html *h, int64_t utc_ms); /* the date there */
void part_byline(struct html *h, str name, struct html_value function, str url, int64_t utc_ms);
void part_initials(struct html *h, str name);       /* a disc; the name stands beside it */
void part_prose(struct html *h, safe_html content); /* from markdown_html */
void part_meta_begin(struct html *h);               /* a line of <span>s */
void part_meta_end(struct html *h);

/* ---- lists, tables, panels ---- */

struct part_column {
    struct html_value text;
    bool numeric;
};

struct part_table {
    struct html_value caption, note; /* note: source and date, below */
    const struct part_column *column;
    size_t n;
    bool sortable;     /* by the script; the server's order stays without it */
    bool hide_caption; /* for the eye only */
};

/* Between them the page writes <tr><th scope="row">..</th><td class="num">..</td></tr>. */
void part_table_begin(struct html *h, const struct part_table *t);
void part_table_end(struct html *h, const struct part_table *t);

void part_data_begin(struct html *h); /* names with values */
void part_data_item(struct html *h, struct html_value name, struct html_value value);
void part_data_item_begin(struct html *h, struct html_value name);
void part_data_item_end(struct html *h);
void part_data_end(struct html *h);

struct part_card {
    str url;
    struct html_value title, text, badge;
    enum part_kind badge_kind;
    str author;             /* may be empty */
    int64_t utc_ms;         /* 0: no date */
    struct html_value meta; /* what else the line says: "3 reacties"; may be empty */
    str other_url;          /* the same in another language; may be empty */
    struct html_value other_text;
    enum lang other_lang;
};

void part_cards_begin(struct html *h);
void part_card(struct html *h, const struct part_card *c);
void part_cards_end(struct html *h);

void part_panel_begin(struct html *h, struct html_value title, str id); /* id names it; unique */
void part_panel_end(struct html *h);
/* Two columns where there is room: the second a third wide. */
void part_columns_begin(struct html *h);
void part_columns_next(struct html *h, struct html_value name);
void part_columns_end(struct html *h);
void part_more_begin(struct html *h, struct html_value title); /* opens at a click */
void part_more_end(struct html *h);

struct part_tag {
    str url, text;
};

void part_tags(struct html *h, struct html_value name, const struct part_tag *tag, size_t n);

struct page_link;
/* Views of one thing, as links. */
void part_tabs(struct html *h, struct html_value name, const struct page_link *tab, size_t n);

struct part_pages {
    str newer_url, older_url; /* empty: none */
    struct html_value shown;  /* "1 tot 20 van 134"; may be empty */
};

void part_pages(struct html *h, const struct part_pages *p);

#endif
