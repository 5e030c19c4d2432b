/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mail_sink FOLDER [PORT]: a mail server on the loopback that writes each letter as a file in
 * FOLDER and delivers none. Prints its port, then serves until it is ended.
 */
#include "app/mail/mail_test_sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: mail_sink FOLDER [PORT]\n");
        return 2;
    }
    sink *s = sink_start(argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0, argv[1]);
    if (!s) {
        perror("mail_sink");
        return 1;
    }
    printf("%d\n", sink_port(s));
    fflush(stdout);
    for (;;)
        pause();
}
