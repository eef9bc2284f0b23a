// What the programs share that try the client library: a check that says where it failed.
#pragma once
#include <footfall.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures;

#define CHECK(is, want)                                                                        \
    do {                                                                                       \
        long long is_ = (long long)(is), want_ = (long long)(want);                            \
        if (is_ != want_) {                                                                    \
            failures++;                                                                        \
            fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #is, is_,     \
                    want_);                                                                    \
        }                                                                                      \
    } while (0)

static inline int verdict(void) { return failures ? 1 : 0; }

// A client of the agent in the folder that is the program's first argument.
static inline footfall open_client(const char *folder, uint32_t flags, uint32_t lanes) {
    footfall_options options = {
        .size = sizeof options, .flags = flags, .lanes = lanes};
    // An empty one stands for none.
    if (folder[0] != 0) options.runtime_directory = folder;
    footfall client = 0;
    CHECK(footfall_open(&options, &client), FOOTFALL_OK);
    return client;
}

static inline footfall_stats stats_of(footfall client) {
    footfall_stats stats = {.size = sizeof stats};
    CHECK(footfall_get_stats(client, &stats), FOOTFALL_OK);
    return stats;
}

// Waits until the agent has the client's memory; fails after 20 seconds.
static inline void wait_attached(footfall client) {
    for (int i = 0; i < 2000 && !stats_of(client).is_attached; i++) usleep(10000);
    CHECK(stats_of(client).is_attached, 1);
}
