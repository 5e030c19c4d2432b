/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whatever people write, in every place of a template where a value may stand: the page has as many
 * characters that make markup as with a harmless value, and no address that runs code.
 */
#include "base/html.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

void injection_page(struct html *h, str v); /* of injection_test.htc */

enum { VALUE_MAX = 4096, PAGE_MAX = 16 << 20 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static size_t count(str text, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == c;
    return n;
}

static out page_of(str value)
{
    out o;
    out_init(&o, PAGE_MAX);
    injection_page(&(struct html){.o = &o, .lang = LANG_NL}, value);
    require(o.error == OK);
    return o;
}

static void check_addresses(str page)
{
    static const str before[] = {STR("href=\""), STR("href='"), STR("src=\""), STR("action=\"")};
    static const str schemes[] = {STR("javascript:"), STR("vbscript:"), STR("data:")};
    for (size_t i = 0; i < page.n; i++)
        for (size_t k = 0; k < sizeof before / sizeof *before; k++) {
            const str rest = str_cut(page, i, page.n);
            if (!str_starts(rest, before[k]))
                continue;
            const str url = str_cut(rest, before[k].n, rest.n);
            for (size_t s = 0; s < sizeof schemes / sizeof *schemes; s++)
                require(!str_eq_nocase(str_cut(url, 0, schemes[s].n), schemes[s]));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char markup[] = {'<', '>', '"', '\''};
    const str value = {(const char *)data, n < VALUE_MAX ? n : VALUE_MAX};
    if (value.n == 0)
        return 0; /* parts leave out what is empty */
    out harmless = page_of(STR("a")), page = page_of(value);
    for (size_t i = 0; i < sizeof markup; i++)
        require(count(out_view(&page), markup[i]) == count(out_view(&harmless), markup[i]));
    check_addresses(out_view(&page));
    out_free(&page);
    out_free(&harmless);
    return 0;
}
