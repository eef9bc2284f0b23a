// The library that a program is linked with, and a second copy that it loads: both FOLDER LIBRARY
#define _GNU_SOURCE
#include "check.h"
#include <dlfcn.h>

typedef footfall_status open_function(const footfall_options *, footfall *);
typedef footfall_status track_function(footfall, const char *, const char *, uint32_t);
typedef footfall_status flush_function(footfall, uint32_t);

int main(int argc, char **argv) {
    (void)argc;
    footfall first = open_client(argv[1], 0, 0);
    void *library = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
    if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
    footfall_options options = {.size = sizeof options, .runtime_directory = argv[1]};
    footfall second = 0;
    open_function *open_second = (open_function *)dlsym(library, "footfall_open");
    CHECK(open_second != footfall_open, 1);
    CHECK(open_second(&options, &second), FOOTFALL_OK);
    track_function *track_second = (track_function *)dlsym(library, "footfall_track");
    flush_function *flush_second = (flush_function *)dlsym(library, "footfall_flush");
    for (int i = 0; i < 100; i++) {
        CHECK(footfall_track(first, "First", NULL, 0), FOOTFALL_OK);
        CHECK(track_second(second, "Second", NULL, 0), FOOTFALL_OK);
    }
    CHECK(footfall_flush(first, 20000), FOOTFALL_OK);
    CHECK(flush_second(second, 20000), FOOTFALL_OK);
    // Each has rooms of its own: the first one's handle is the second one's as well.
    CHECK(first, second);
    CHECK(footfall_close(first), FOOTFALL_OK);
    CHECK(track_second(second, "Second", NULL, 0), FOOTFALL_OK);
    CHECK(flush_second(second, 20000), FOOTFALL_OK);
    return verdict();
}
