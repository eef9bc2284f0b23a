// A child of a program that is in the middle of handing events over has no client, can let go of
// its parent's, and can open one of its own: fork FOLDER
#include "check.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

static atomic_int over;
static footfall client;

static void *track(void *number) {
    char text[100];
    for (int i = 0; !over; i++) {
        snprintf(text, sizeof text, "{\"thread\":%d,\"number\":%d}", (int)(intptr_t)number, i);
        footfall_status status = footfall_track(client, "Parent", text, 0);
        usleep(200);
        // The agent may be slower than three threads.
        if (status == FOOTFALL_FULL)
            i--;
        else
            CHECK(status, FOOTFALL_OK);
    }
    return NULL;
}

static int child(const char *folder, int number) {
    alarm(20);
    footfall_event event = {{0}};
    footfall_stats stats = {.size = sizeof stats};
    CHECK(footfall_track(client, "Child", NULL, 0), FOOTFALL_FORKED);
    CHECK(footfall_begin(client, &event, "Child", 100, 0), FOOTFALL_FORKED);
    CHECK(footfall_flush(client, 100), FOOTFALL_FORKED);
    CHECK(footfall_get_stats(client, &stats), FOOTFALL_FORKED);
    if (number % 2) CHECK(footfall_close(client), FOOTFALL_OK);
    if (number % 2) CHECK(footfall_close(client), FOOTFALL_CLOSED);
    footfall mine = open_client(folder, 0, 2);
    char text[100];
    snprintf(text, sizeof text, "{\"child\":%d}", number);
    CHECK(footfall_track(mine, "Child", text, 0), FOOTFALL_OK);
    CHECK(footfall_flush(mine, 15000), FOOTFALL_OK);
    CHECK(footfall_close(mine), FOOTFALL_OK);
    return verdict();
}

int main(int argc, char **argv) {
    (void)argc;
    client = open_client(argv[1], 0, 0);
    wait_attached(client);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, track, (void *)(intptr_t)i);
    for (int i = 0; i < 10; i++) {
        CHECK(footfall_track(client, "Parent", "{\"thread\":9}", 0), FOOTFALL_OK);
        pid_t pid = fork();
        if (pid == 0) _exit(child(argv[1], i));
        int status = -1;
        CHECK(waitpid(pid, &status, 0), pid);
        CHECK(status, 0);
        CHECK(footfall_track(client, "Parent", "{\"thread\":9}", 0), FOOTFALL_OK);
    }
    over = 1;
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    CHECK(footfall_flush(client, 15000), FOOTFALL_OK);
    CHECK(footfall_close(client), FOOTFALL_OK);
    return verdict();
}
