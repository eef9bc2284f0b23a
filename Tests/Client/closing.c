// Clients are closed while other threads use them: each call is done or is told so, and nothing
// that was closed is touched: closing FOLDER
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>

static _Atomic footfall client;
static atomic_int over;

static void *track(void *unused) {
    (void)unused;
    while (!over) {
        footfall_status status = footfall_track(client, "Closing", "{\"a\":1}", 0);
        if (status != FOOTFALL_OK && status != FOOTFALL_FULL) CHECK(status, FOOTFALL_CLOSED);
        footfall_event event;
        status = footfall_begin(client, &event, "Closing", 200, 0);
        if (status == FOOTFALL_OK) {
            footfall_add_integer(&event, "a", 1);
            footfall_commit(&event);
        }
        footfall_stats stats = {.size = sizeof stats};
        footfall_get_stats(client, &stats);
    }
    return NULL;
}

int main(int argc, char **argv) {
    (void)argc;
    pthread_t threads[4];
    client = open_client(argv[1], 0, 2);
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, track, NULL);
    for (int i = 0; i < 200; i++) {
        footfall before = client;
        usleep(1000);
        CHECK(footfall_close(before), FOOTFALL_OK);
        CHECK(footfall_close(before), FOOTFALL_CLOSED);
        client = open_client(argv[1], 0, 2);
        CHECK(client != before, 1);
    }
    over = 1;
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    CHECK(footfall_close(client), FOOTFALL_OK);
    return verdict();
}
