/* SPDX-License-Identifier: EUPL-1.2 */
/* What a supervisor or a load balancer asks: does it live, can it answer pages? */
#include "web/site/site_int.h"

static void say(struct req *r, int status, const char *json)
{
    r->answer->status = status;
    r->answer->type = "application/json";
    r->answer->lasting = str_of(json);
}

static err health_live(struct req *r, struct err_info *info)
{
    (void)info;
    say(r, 200, "{\"status\":\"live\"}\n");
    return OK;
}

static err health_ready(struct req *r, struct err_info *info)
{
    bool (*is_ready)(struct req *) = r->site->config.hooks.is_ready;
    (void)info;
    if (!is_ready || is_ready(r))
        say(r, 200, "{\"status\":\"ready\"}\n");
    else
        say(r, 503, "{\"status\":\"not-ready\"}\n");
    return OK;
}

const struct route health_routes[] = {
    ROUTE("health", HTTP_GET, "/health", NULL, health_ready, &rule_anyone, RATE_FREE),
    ROUTE("health-ready", HTTP_GET, "/health/ready", NULL, health_ready, &rule_anyone, RATE_FREE),
    ROUTE("health-live", HTTP_GET, "/health/live", NULL, health_live, &rule_anyone, RATE_FREE,
          .is_instant = true),
    {0},
};

bool route_is_health(const struct route *route)
{
    return route->handler == health_ready || route->handler == health_live;
}
