/* SPDX-License-Identifier: EUPL-1.2 */
/* head: the newest link as one line of text, to keep where nobody of this machine can reach it. */
#include "app/audit/audit.h"
#include "base/num.h"
#include "base/seal.h"

#include <string.h>

void audit_head_print(out *o, const struct audit_head *head)
{
    out_int(o, head->number);
    out_char(o, ' ');
    out_int(o, head->at);
    out_char(o, ' ');
    out_hex(o, head->chain, sizeof head->chain);
}

bool audit_head_parse(str line, struct audit_head *head)
{
    struct seal_hash hash;
    str rest = str_trim(line), number, at, chain, nothing;

    if (!str_next(&rest, ' ', &number) || !str_next(&rest, ' ', &at) ||
        !str_next(&rest, ' ', &chain) || str_next(&rest, ' ', &nothing))
        return false;
    if (!num_parse_int(number, &head->number) || !num_parse_int(at, &head->at) ||
        head->number < 0 || !seal_parse_hash(chain, &hash))
        return false;
    memcpy(head->chain, hash.byte, sizeof head->chain);
    return true;
}
