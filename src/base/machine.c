/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/machine.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The number in a file; SIZE_MAX when it has none, such as "max". */
static size_t number_in(const char *path)
{
    unsigned long long n;
    FILE *f = fopen(path, "re");
    if (!f)
        return SIZE_MAX;
    const bool is_number = fscanf(f, "%llu", &n) == 1;
    fclose(f);
    return is_number && n <= SIZE_MAX ? (size_t)n : SIZE_MAX;
}

/* The least limit of a group and of all groups it is in, whose folders lie above its own. */
static size_t limit_of_group(const char *root, char *group, const char *file)
{
    char path[PATH_MAX];
    size_t limit = SIZE_MAX;
    for (char *end = group + strlen(group); end; end = strrchr(group, '/')) {
        *end = '\0';
        const int n = snprintf(path, sizeof path, "%s%s/%s", root, group, file);
        if (n > 0 && (size_t)n < sizeof path)
            limit = least(limit, number_in(path));
    }
    return limit;
}

/* Control groups, version 2 ("0::/group") and 1 ("9:memory:/group"). */
static size_t group_memory(void)
{
    char line[PATH_MAX];
    size_t limit = SIZE_MAX;
    FILE *f = fopen("/proc/self/cgroup", "re");
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        if (group == controllers + 1)
            limit = least(limit, limit_of_group("/sys/fs/cgroup", group + 1, "memory.max"));
        else if (strncmp(controllers, ":memory:", 8) == 0)
            limit = least(
                limit, limit_of_group("/sys/fs/cgroup/memory", group + 1, "memory.limit_in_bytes"));
    }
    if (f)
        fclose(f);
    return limit;
}

size_t machine_memory(void)
{
    struct rlimit process;
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t limit = group_memory();
    if (pages > 0 && page > 0)
        limit = least(limit, (size_t)pages * (size_t)page);
    if (getrlimit(RLIMIT_DATA, &process) == 0 && process.rlim_cur != RLIM_INFINITY)
        limit = least(limit, (size_t)process.rlim_cur);
    return limit;
}
