// Threads without number, more than there are lanes: threads FOLDER THREADS EVENTS LANES [least]
//
// Prints how many events were handed over. With `least`, each has the smallest stack there is.
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>

static footfall client;
static int events;
static atomic_int written;

static void *track(void *number) {
    char text[100];
    for (int i = 0; i < events; i++) {
        snprintf(text, sizeof text, "{\"thread\":%d,\"number\":%d}", (int)(intptr_t)number, i);
        for (;;) {
            footfall_status status = footfall_track(client, "Thread", text, 0);
            if (status == FOOTFALL_OK) break;
            CHECK(status, FOOTFALL_FULL);
            usleep(500);
        }
        written++;
    }
    return NULL;
}

int main(int argc, char **argv) {
    client = open_client(argv[1], 0, (uint32_t)atoi(argv[4]));
    events = atoi(argv[3]);
    int count = atoi(argv[2]);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    size_t least = (size_t)sysconf(_SC_THREAD_STACK_MIN);
    if (argc > 5) CHECK(pthread_attr_setstacksize(&attributes, least), 0);
    pthread_t *threads = calloc((size_t)count, sizeof *threads);
    // Twice, so that lanes and slots of ended threads are taken again.
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < count; i++)
            CHECK(pthread_create(&threads[i], &attributes, track,
                                 (void *)(intptr_t)(turn * count + i)), 0);
        for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
    }
    CHECK(footfall_flush(client, 20000), FOOTFALL_OK);
    printf("%d\n", written);
    CHECK(footfall_close(client), FOOTFALL_OK);
    return verdict();
}
