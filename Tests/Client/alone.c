// Without a thread of the library and without a call of footfall_poll: a flush finds the agent.
//
//     alone FOLDER COUNT
#include "check.h"

int main(int argc, char **argv) {
    (void)argc;
    footfall client = open_client(argv[1], FOOTFALL_NO_THREAD, 0);
    int count = atoi(argv[2]);
    char text[100];
    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof text, "{\"number\":%d}", i);
        CHECK(footfall_track(client, "Alone", text, 0), FOOTFALL_OK);
    }
    CHECK(footfall_flush(client, 20000), FOOTFALL_OK);
    CHECK(footfall_close(client), FOOTFALL_OK);
    return verdict();
}
