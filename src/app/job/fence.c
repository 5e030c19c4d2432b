/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fence: what of the computer a job can reach (Landlock, Linux 5.19 and later). A job reads files
 * that somebody uploaded; what it is talked into opening beside them it does not get.
 */
#include "app/job/job_int.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

enum {
    ABI_RENAME = 2,   /* the first that lets files move between folders */
    ABI_TRUNCATE = 3, /* guards that files are not cut short */
    ABI_NETWORK = 4,  /* guards TCP */
    PATH_BYTES = 4096,
};
#define ALL_SINCE_RENAME ((UINT64_C(1) << 14) - 1)
#define TRUNCATE         (UINT64_C(1) << 14)
/* Excel files are made of temporary ones */
#define TEMPORARY                                                                                  \
    ((uint64_t)LANDLOCK_ACCESS_FS_READ_FILE | (uint64_t)LANDLOCK_ACCESS_FS_WRITE_FILE |            \
     (uint64_t)LANDLOCK_ACCESS_FS_MAKE_REG | (uint64_t)LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define TCP UINT64_C(3) /* to bind, to connect */

/* As the kernel grew it; Debian's headers know the first member. */
struct guarded {
    uint64_t files, network;
};

static bool allow(int fence, const char *path, uint64_t access)
{
    struct landlock_path_beneath_attr rule = {
        .allowed_access = access, .parent_fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW)};
    if (rule.parent_fd < 0)
        return false;
    const long failed = syscall(SYS_landlock_add_rule, fence, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(rule.parent_fd);
    return failed == 0;
}

static bool allow_key(int fence, str keys, const char *name)
{
    char path[PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%.*s/%s", STR_FMT(keys), name);
    return n > 0 && n < PATH_BYTES &&
           (access(path, F_OK) != 0 || allow(fence, path, LANDLOCK_ACCESS_FS_READ_FILE));
}

/* What it may know of itself; leak checkers ask. */
static bool allow_self(int fence)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d", (int)getpid());
    return access(path, F_OK) != 0 ||
           allow(fence, path, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR);
}

bool job_fence(str folder, str keys)
{
    const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < ABI_RENAME)
        return false;
    const struct guarded guarded = {
        .files = ALL_SINCE_RENAME | (abi >= ABI_TRUNCATE ? TRUNCATE : 0),
        .network = abi >= ABI_NETWORK ? TCP : 0,
    };
    const size_t size = abi >= ABI_NETWORK ? sizeof guarded : sizeof guarded.files;
    const int fence = (int)syscall(SYS_landlock_create_ruleset, &guarded, size, 0);
    if (fence < 0)
        return false;
    const bool closed = allow(fence, folder.p, guarded.files) && allow_self(fence) &&
                        allow(fence, P_tmpdir, (TEMPORARY | TRUNCATE) & guarded.files) &&
                        allow_key(fence, keys, "signing.key") &&
                        allow_key(fence, keys, "signing.pub") &&
                        syscall(SYS_landlock_restrict_self, fence, 0) == 0;
    close(fence);
    return closed;
}
