// A library that is loaded and let go of again and again: loading FOLDER LIBRARY
#define _GNU_SOURCE
#include "check.h"
#include <dlfcn.h>
#include <pthread.h>

typedef footfall_status open_function(const footfall_options *, footfall *);
typedef footfall_status track_function(footfall, const char *, const char *, uint32_t);
typedef footfall_status flush_function(footfall, uint32_t);

static void *track(void *library) {
    track_function *track = (track_function *)dlsym(library, "footfall_track");
    // Of no client: it takes the thread's slot all the same, if any.
    CHECK(track(9999, "x", NULL, 0), FOOTFALL_CLOSED);
    return NULL;
}

static footfall use(void *library, const char *folder, const char *name) {
    footfall_options options = {.size = sizeof options, .runtime_directory = folder};
    footfall client = 0;
    CHECK(((open_function *)dlsym(library, "footfall_open"))(&options, &client), FOOTFALL_OK);
    CHECK(((track_function *)dlsym(library, "footfall_track"))(client, name, NULL, 0), FOOTFALL_OK);
    pthread_t thread;
    pthread_create(&thread, NULL, track, library);
    pthread_join(thread, NULL);
    return client;
}

int main(int argc, char **argv) {
    (void)argc;
    for (int i = 0; i < 3; i++) {
        void *library = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
        if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
        footfall client = use(library, argv[1], "Loaded");
        flush_function *flush = (flush_function *)dlsym(library, "footfall_flush");
        CHECK(flush(client, 20000), FOOTFALL_OK);
        // Without closing: the client's thread goes on.
        dlclose(library);
        usleep(50000);
    }
    return verdict();
}
