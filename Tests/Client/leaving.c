// A program ends with its clients open and its threads running: leaving FOLDER exit|return|exec
#include "check.h"
#include <pthread.h>

static footfall client;

static void *track(void *unused) {
    (void)unused;
    for (;;) footfall_track(client, "Leaving", NULL, 0);
    return NULL;
}

int main(int argc, char **argv) {
    (void)argc;
    client = open_client(argv[1], 0, 0);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, track, NULL);
    usleep(20000);
    if (strcmp(argv[2], "exec") == 0) {
        // Nothing of a client survives it, its descriptors neither.
        execl("/bin/sh", "sh", "-c",
              "for fd in 3 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$fd ] || exit 9; done", NULL);
        CHECK(1, 0);
    }
    if (strcmp(argv[2], "exit") == 0) exit(verdict());
    return verdict();
}
