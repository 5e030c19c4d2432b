/* SPDX-License-Identifier: EUPL-1.2 */
/* Serves the world until its input ends; prints the cookie of each viewer. For looking at pages. */
#include "web/knowledge/world_test.h"

int main(void)
{
    struct world *w;
    void *state = NULL;

    if (world_set_up(&state) != 0)
        return 1;
    w = state;
    printf("%s\n", http_server_address(w->server));
    for (enum who who = OWNER; who < VIEWERS; who++) {
        char text[ACCESS_SECRET_TEXT];
        access_secret_print(w->session[who], text);
        printf("%s %.*s\n", world_people[who].word, ACCESS_SECRET_TEXT, text);
    }
    for (int i = 0; i < STORIES; i++)
        printf("%s %lld\n", w->story[i].thing.word, (long long)w->story[i].id.v);
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return world_tear_down(&state);
}
