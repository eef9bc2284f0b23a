// A library that is loaded and let go of again and again: loading FOLDER LIBRARY
#define _GNU_SOURCE
#include "check.h"
#include <dlfcn.h>
#include <pthread.h>

typedef footfall_status open_function(const footfall_options *, footfall *);
typedef footfall_status track_function(footfall, const char *, const char *, uint32_t);
typedef footfall_status flush_function(footfall, uint32_t);

typedef struct {
    track_function *track;
    footfall client;
    pthread_barrier_t tracked, let_go;
} talk;

// Has a slot when the library is let go of, and ends behind that.
static void *talking(void *context) {
    talk *talk = context;
    CHECK(talk->track(talk->client, "Loaded", NULL, 0), FOOTFALL_OK);
    pthread_barrier_wait(&talk->tracked);
    pthread_barrier_wait(&talk->let_go);
    return NULL;
}

int main(int argc, char **argv) {
    (void)argc;
    footfall_options options = {.size = sizeof options, .runtime_directory = argv[1]};
    for (int i = 0; i < 3; i++) {
        void *library = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
        if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
        talk talk = {.track = (track_function *)dlsym(library, "footfall_track")};
        open_function *open = (open_function *)dlsym(library, "footfall_open");
        CHECK(open(&options, &talk.client), FOOTFALL_OK);
        pthread_barrier_init(&talk.tracked, NULL, 2);
        pthread_barrier_init(&talk.let_go, NULL, 2);
        pthread_t thread;
        pthread_create(&thread, NULL, talking, &talk);
        pthread_barrier_wait(&talk.tracked);
        flush_function *flush = (flush_function *)dlsym(library, "footfall_flush");
        CHECK(flush(talk.client, 20000), FOOTFALL_OK);
        // Without closing: the client's thread goes on.
        dlclose(library);
        pthread_barrier_wait(&talk.let_go);
        pthread_join(thread, NULL);
    }
    return verdict();
}
