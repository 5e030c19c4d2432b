/* SPDX-License-Identifier: EUPL-1.2 */
/* Why two records are, or are not, taken for one person. */
#include "base/real.h"
#include "engine/linkage/levels_int.h"

#include <stdlib.h>
#include <string.h>

#define LN2 0.69314718055994530942

/* Bits of one field against strangers, the rarity of its value apart. */
static struct linkage_reason field_reason(const linkage *l, size_t f, unsigned level, uint32_t code)
{
    const struct weights *w = &l->weights;
    struct linkage_reason r = {.field = f, .level = level};
    r.bits =
        (w->log_chance[LINKAGE_SAME][f][level] - w->log_chance[LINKAGE_STRANGER][f][level]) / LN2;
    if (level == w->exact[f] && w->rarity_of[f])
        r.frequency = -(double)w->rarity_of[f][code] / LN2;
    r.bits += r.frequency;
    return r;
}

static int by_strength(const void *p, const void *q)
{
    const struct linkage_reason *a = p, *b = q;
    const double x = a->bits < 0 ? -a->bits : a->bits, y = b->bits < 0 ? -b->bits : b->bits;
    return x != y ? (x < y) - (x > y) : (a->field > b->field) - (a->field < b->field);
}

/* The one field whose disagreement would break the link with least to spare. */
static void find_break(const linkage *l, uint64_t pattern, struct linkage_explanation *why)
{
    const double floor = bits_of(l->settings->link);
    const uint32_t *code = l->records.code[why->a];
    double least = 0;
    for (size_t f = 0; f < l->settings->n_fields; f++) {
        if (pattern_level(pattern, f) < 2)
            continue;
        const uint64_t other = (pattern & ~(UINT64_C(15) << (4 * f))) | (uint64_t)LEVEL_OTHER
                                                                            << (4 * f);
        const double bits = weigh(&l->weights, &l->records, other, code);
        if (bits >= floor || (why->is_breakable && why->bits - bits >= least))
            continue;
        why->is_breakable = true;
        why->breaks = f;
        why->bits_if_broken = bits;
        least = why->bits - bits;
    }
}

static const struct linkage_link *find_link(const linkage *l, uint32_t a, uint32_t b)
{
    size_t low = 0, high = l->n_links;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const struct linkage_link *k = &l->link[mid];
        if (k->a < a || (k->a == a && k->b < b))
            low = mid + 1;
        else
            high = mid;
    }
    return low < l->n_links && l->link[low].a == a && l->link[low].b == b ? &l->link[low] : NULL;
}

err linkage_explain(const linkage *l, uint32_t a, uint32_t b, struct linkage_explanation *why,
                    struct err_info *info)
{
    if (a >= l->records.n || b >= l->records.n || a == b)
        return err_set(info, E_NOT_FOUND, "linkage.no-such-pair");
    const uint32_t first = a < b ? a : b, second = a < b ? b : a;
    const uint32_t *p = l->records.code[first], *q = l->records.code[second];
    const uint64_t pattern = compare_codes(&l->records, l->comparer[0], p, q);
    const unsigned rules = blocks_rules(&l->blocks, first, second);
    const struct linkage_link *link = find_link(l, first, second);
    struct linkage_explanation x = {.a = first, .b = second, .rule = -1};
    x.prior = (l->weights.log_prior[LINKAGE_SAME] - l->weights.log_prior[LINKAGE_STRANGER]) / LN2;
    x.bits = weigh(&l->weights, &l->records, pattern, p);
    x.household = x.prior - x.bits;
    for (size_t f = 0; f < l->settings->n_fields; f++) {
        const unsigned level = pattern_level(pattern, f);
        if (level == LEVEL_MISSING)
            continue;
        x.reason[x.n] = field_reason(l, f, level, p[f]);
        x.household += x.reason[x.n++].bits;
    }
    qsort(x.reason, x.n, sizeof *x.reason, by_strength);
    if (rules)
        x.rule = __builtin_ctz(rules);
    if (link)
        x.status = (enum linkage_status)link->status;
    else
        x.status = l->person[first] == l->person[second]          ? LINKAGE_LINKED
                   : pattern_has_conflict(l->settings, pattern)   ? LINKAGE_REFUSED
                   : !pair_is_allowed(&l->records, first, second) ? LINKAGE_REFUSED
                                                                  : LINKAGE_UNSURE;
    if (x.bits >= bits_of(l->settings->link))
        find_break(l, pattern, &x);
    *why = x;
    return OK;
}

/* ---- In sentences ---- */

static void say(out *o, enum lang lang, const struct msg *m)
{
    tr_msg(o, lang, m);
    out_char(o, '\n');
}

static const char *const statuses[] = {
    [LINKAGE_LINKED] = "linkage.why-linked",
    [LINKAGE_CUT] = "linkage.why-cut",
    [LINKAGE_UNSURE] = "linkage.why-unsure",
    [LINKAGE_REFUSED] = "linkage.why-refused",
};

static void say_reason(const linkage *l, const struct linkage_reason *r, enum lang lang, out *o)
{
    struct msg m;
    const bool is_rare = r->frequency > 0.5, is_common = r->frequency < -0.5;
    msg_set(&m, is_rare     ? "linkage.why-field-rare"
                : is_common ? "linkage.why-field-common"
                            : "linkage.why-field");
    msg_text(&m, l->settings->field[r->field].name);
    msg_key(&m, level_name(l->settings->field[r->field].kind, r->level));
    msg_real(&m, r->bits, 1);
    msg_real(&m, r->frequency, 1);
    say(o, lang, &m);
}

void linkage_explanation_print(const linkage *l, const struct linkage_explanation *why,
                               enum lang lang, out *o)
{
    struct msg m;
    msg_set(&m, statuses[why->status]);
    msg_real(&m, 100 * linkage_probability(why->bits), 2);
    msg_real(&m, why->bits, 1);
    say(o, lang, &m);
    msg_set(&m, "linkage.why-prior");
    msg_real(&m, why->prior, 1);
    say(o, lang, &m);
    for (size_t i = 0; i < why->n; i++)
        say_reason(l, &why->reason[i], lang, o);
    if (why->household >= 0.05) {
        msg_set(&m, "linkage.why-household");
        msg_real(&m, -why->household, 1);
        say(o, lang, &m);
    }
    msg_set(&m, why->rule < 0 ? "linkage.why-no-rule" : "linkage.why-rule");
    if (why->rule >= 0)
        msg_text(&m, l->settings->rule[why->rule].text);
    say(o, lang, &m);
    if (why->is_breakable) {
        msg_set(&m, "linkage.why-breaks");
        msg_text(&m, l->settings->field[why->breaks].name);
        msg_real(&m, why->bits_if_broken, 1);
        say(o, lang, &m);
    } else if (why->bits >= bits_of(l->settings->link)) {
        msg_set(&m, "linkage.why-holds");
        say(o, lang, &m);
    }
}

/* ---- Masked ---- */

/*
 * Of a text the first character and how long it is, of a date its year, of a number its last two
 * characters: a reviewer sees where two differ by the level beside it.
 */
void linkage_value_masked(const linkage *l, uint32_t record, size_t field, out *o)
{
    const struct values *v = &l->records.field[field];
    const uint32_t code = l->records.code[record][field];
    if (code == 0)
        return;
    if (l->settings->field[field].kind == LINKAGE_DATE) {
        out_int(o, DATE_YEAR(v->number[code]));
        return;
    }
    const struct linkage_word *w = &v->word[code];
    const bool from_end = l->settings->field[field].kind == LINKAGE_BSN ||
                          l->settings->field[field].kind == LINKAGE_ID;
    const size_t shown = from_end ? 2 : 1;
    for (size_t i = 0; i < w->n; i++) {
        const bool is_shown = w->n > shown && (from_end ? i + shown >= w->n : i < shown);
        const uint8_t c = w->letter[i];
        out_char(o, !is_shown            ? '*'
                    : c >= LINKAGE_DIGIT ? (char)('0' + c - LINKAGE_DIGIT)
                                         : (char)('A' + c - 1));
    }
}
