/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>

int main(void)
{
    printf("ontschot %s\n", ONTSCHOT_VERSION);
    return 0;
}
