// A handler of a signal that interrupts a call of its thread closes nothing, and waits for nothing:
//
//     interrupted FOLDER
#define _GNU_SOURCE
#include "check.h"
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static footfall client;
static volatile sig_atomic_t handled;

static void handle(int signal) {
    (void)signal;
    footfall_stats stats = {.size = sizeof stats};
    CHECK(footfall_close(client), FOOTFALL_BUSY);
    CHECK(footfall_get_stats(client, &stats), FOOTFALL_OK);
    CHECK(footfall_flush(client, 0), FOOTFALL_TIMEOUT);
    CHECK(footfall_close(client), FOOTFALL_BUSY);
    handled = 1;
}

static char state_of(pid_t thread) {
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(text, sizeof text, file)) return '?';
    fclose(file);
    return strrchr(text, ')')[2];
}

typedef struct {
    pthread_t thread;
    pid_t number;
} sleeper;

// Interrupts a thread once it sleeps for long, which it does in footfall_flush alone.
static void *interrupt(void *context) {
    sleeper *sleeper = context;
    for (int seen = 0; seen < 20; usleep(1000))
        seen = state_of(sleeper->number) == 'S' ? seen + 1 : 0;
    pthread_kill(sleeper->thread, SIGUSR1);
    return NULL;
}

static void flush_interrupted(void) {
    sleeper sleeper = {pthread_self(), (pid_t)syscall(SYS_gettid)};
    pthread_t thread;
    handled = 0;
    pthread_create(&thread, NULL, interrupt, &sleeper);
    while (!handled) CHECK(footfall_flush(client, 1000), FOOTFALL_TIMEOUT);
    pthread_join(thread, NULL);
}

static void *track(void *unused) {
    (void)unused;
    CHECK(footfall_track(client, "Interrupted", NULL, 0), FOOTFALL_OK);
    return NULL;
}

int main(int argc, char **argv) {
    (void)argc;
    struct sigaction action = {.sa_handler = handle};
    sigaction(SIGUSR1, &action, NULL);
    client = open_client(argv[1], FOOTFALL_NO_THREAD, 0);
    pthread_t other;
    pthread_create(&other, NULL, track, NULL);
    pthread_join(other, NULL);
    // Without a lane of its own, then with one.
    flush_interrupted();
    track(NULL);
    flush_interrupted();
    CHECK(footfall_close(client), FOOTFALL_OK);
    return verdict();
}
