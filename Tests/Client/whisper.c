// Says who somebody is, and looks for it in the shared memory once that is stored: whisper FOLDER
//
// The memory is found among the process's own, as whoever looks into it would.
#include "check.h"

static int hits(const char *what) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    int found = 0, regions = 0;
    while (maps && fgets(line, sizeof line, maps)) {
        uintptr_t start, end;
        if (!strstr(line, "memfd:footfall")) continue;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end) != 2) continue;
        regions++;
        for (const char *at = (const char *)start; at + strlen(what) <= (const char *)end; at++)
            if (memcmp(at, what, strlen(what)) == 0) found++;
    }
    if (maps) fclose(maps);
    CHECK(regions, 1);
    return found;
}

int main(int argc, char **argv) {
    (void)argc;
    footfall client = open_client(argv[1], FOOTFALL_NO_THREAD, 2);
    CHECK(footfall_identify(client, "someone@example.org", "{\"email\":\"someone@example.org\"}"),
          FOOTFALL_OK);
    CHECK(footfall_track(client, "Up", "{\"email\":\"someone@example.org\"}", 0), FOOTFALL_OK);
    CHECK(footfall_track(client, "Seen", "{\"sku\":\"A-1\"}", 0), FOOTFALL_OK);
    // The search itself must be able to find it.
    CHECK(hits("someone@example.org") >= 3, 1);
    footfall_status flushed = FOOTFALL_TIMEOUT;
    for (int i = 0; i < 400 && flushed == FOOTFALL_TIMEOUT; i++) {
        CHECK(footfall_poll(client), FOOTFALL_OK);
        flushed = footfall_flush(client, 50);
    }
    CHECK(flushed, FOOTFALL_OK);
    CHECK(hits("someone@example.org"), 0);
    CHECK(hits("A-1"), 1);
    CHECK(footfall_close(client), FOOTFALL_OK);
    return verdict();
}
