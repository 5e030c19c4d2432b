/* SPDX-License-Identifier: EUPL-1.2 */
/* config_int: the structs that the tables fill. */
#ifndef ONTSCHOT_WEB_CONFIG_INT_H
#define ONTSCHOT_WEB_CONFIG_INT_H

#include "base/schema.h"
#include "web/site/config.h"

struct config_rate {
    const struct yaml_node *node;
    str name;
    double per_minute, burst;
};

struct config_limits_file { /* first what others read, then what only the file has */
    struct config_limits limits;
    struct schema_list rates; /* of struct config_rate */
};

struct config_file {
    struct config config;
    struct config_limits_file limits;
    struct schema_list names, proxies; /* of str */
};

extern const struct schema_map config_map;

void config_check(const void *filled, str file, struct errs *errors);
void config_check_mail(const void *filled, str file, struct errs *errors);
void config_check_limits(const void *filled, str file, struct errs *errors);

/* In the order of their enums. */
extern const char *const config_languages[];
extern const char *const config_levels[];

#endif
