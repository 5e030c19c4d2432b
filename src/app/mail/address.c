/* SPDX-License-Identifier: EUPL-1.2 */
/* address: which addresses can be written on an envelope as they are. */
#include "app/mail/mail_int.h"

enum { LOCAL_MAX = 64, LABEL_MAX = 63 };

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_one_of(char c, str set)
{
    size_t at;
    return str_find(set, c, &at);
}

/* RFC 5322, 3.2.3: dot-atom-text. */
static bool is_local(str s)
{
    if (s.n == 0 || s.n > LOCAL_MAX || s.p[0] == '.' || s.p[s.n - 1] == '.')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.' && s.p[i - 1] == '.')
            return false;
        if (!is_alnum(s.p[i]) && !is_one_of(s.p[i], STR("!#$%&'*+-/=?^_`{|}~.")))
            return false;
    }
    return true;
}

static bool is_domain(str s)
{
    str label;
    if (s.n == 0 || s.p[s.n - 1] == '.')
        return false;
    while (str_next(&s, '.', &label)) {
        if (label.n == 0 || label.n > LABEL_MAX || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        for (size_t i = 0; i < label.n; i++)
            if (!is_alnum(label.p[i]) && label.p[i] != '-')
                return false;
    }
    return true;
}

bool mail_address_is_valid(str address)
{
    size_t at;
    return address.n <= MAIL_ADDRESS_MAX && str_find(address, '@', &at) &&
           is_local(str_cut(address, 0, at)) && is_domain(str_cut(address, at + 1, address.n));
}

static bool is_line(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return str_is_utf8(s);
}

bool mailbox_parse(str text, struct mailbox *box)
{
    size_t open;
    str s = str_trim(text);
    *box = (struct mailbox){.name = STR(""), .address = s};
    if (str_find(s, '<', &open)) {
        if (s.p[s.n - 1] != '>')
            return false;
        box->address = str_cut(s, open + 1, s.n - 1);
        box->name = str_trim(str_cut(s, 0, open));
        if (box->name.n >= 2 && box->name.p[0] == '"' && str_ends(box->name, STR("\"")))
            box->name = str_cut(box->name, 1, box->name.n - 1);
    }
    return is_line(box->name) && mail_address_is_valid(box->address);
}
