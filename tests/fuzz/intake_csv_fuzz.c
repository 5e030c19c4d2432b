/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a mapping file, a line with "===", and a CSV to read by it. */
#include "intake_fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char cut[] = "\n===\n";
    char path[32];
    const char *at = n ? memmem(data, n, cut, sizeof cut - 1) : NULL;
    if (!at)
        return 0;
    const size_t head = (size_t)(at - (const char *)data) + 1, rest = head + sizeof cut - 2;
    const int fd = memfd_create("mapping", MFD_CLOEXEC);
    fuzz_check(fd >= 0 && write(fd, data, head) == (ssize_t)head);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    fuzz_read((str){(const char *)data + rest, n - rest}, str_of(path));
    close(fd);
    return 0;
}
