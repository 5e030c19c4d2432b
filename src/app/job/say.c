/* SPDX-License-Identifier: EUPL-1.2 */
/* say: what a child tells its worker, one line of JSON each time. The last one is how it ended. */
#include "app/job/job_int.h"
#include "base/json.h"

#include <jansson.h>
#include <string.h>

void job_say(out *o, const struct job_said *said)
{
    json j;
    json_init_line(&j, o);
    json_open_object(&j);
    switch (said->what) {
    case SAID_STEP:
        json_key_str(&j, "step", said->step);
        json_key_real(&j, "share", said->share);
        break;
    case SAID_DONE: json_key_bool(&j, "done", true); break;
    case SAID_FAILED: json_key_str(&j, "failures", said->failures); break;
    }
    json_close_object(&j);
    out_char(o, '\n');
}

static str copy_of(arena *a, const json_t *v)
{
    return json_is_string(v) ? arena_str(a, (str){json_string_value(v), json_string_length(v)})
                             : (str){NULL, 0};
}

bool job_said_parse(arena *a, str line, struct job_said *said)
{
    json_t *root = json_loadb(line.p ? line.p : "", line.n, 0, NULL);
    const json_t *share = json_object_get(root, "share");
    *said = (struct job_said){
        .step = copy_of(a, json_object_get(root, "step")),
        .share = json_is_number(share) ? json_number_value(share) : -1,
        .failures = copy_of(a, json_object_get(root, "failures")),
    };
    const bool done = json_is_true(json_object_get(root, "done"));
    said->what = done ? SAID_DONE : said->failures.p ? SAID_FAILED : SAID_STEP;
    const bool whole = root && (said->what != SAID_STEP || said->step.p);
    json_decref(root);
    return whole;
}
