// Hands over so many events and waits until they are stored:
//
//     say FOLDER NAME COUNT [PROPERTIES]
//
// Each has its number and the thread's; with `-` for PROPERTIES they are built member by member.
#include "check.h"

int main(int argc, char **argv) {
    footfall client = open_client(argv[1], 0, 0);
    int count = atoi(argv[3]);
    char text[4096];
    for (int i = 0; i < count; i++) {
        footfall_status status;
        if (argc > 4 && strcmp(argv[4], "-") == 0) {
            footfall_event event;
            status = footfall_begin(client, &event, argv[2], 1000, FOOTFALL_CRITICAL);
            CHECK(footfall_add_integer(&event, "number", i), FOOTFALL_OK);
            CHECK(footfall_add_integer(&event, "least", INT64_MIN), FOOTFALL_OK);
            CHECK(footfall_add_number(&event, "price", 0.1 + i), FOOTFALL_OK);
            CHECK(footfall_add_boolean(&event, "new", i % 2), FOOTFALL_OK);
            CHECK(footfall_add_string(&event, "text", "\"\\\x01 \xc3\xbc\n"), FOOTFALL_OK);
            CHECK(footfall_add_json(&event, "tags", "[1,null]"), FOOTFALL_OK);
            if (status == FOOTFALL_OK) status = footfall_commit(&event);
        } else if (argc > 4) {
            status = footfall_track(client, argv[2], argv[4], 0);
        } else {
            snprintf(text, sizeof text, "{\"number\":%d}", i);
            status = footfall_track(client, argv[2], text, 0);
        }
        if (status == FOOTFALL_FULL) {
            usleep(1000);
            i--;
            continue;
        }
        CHECK(status, FOOTFALL_OK);
    }
    CHECK(footfall_flush(client, 20000), FOOTFALL_OK);
    CHECK(footfall_close(client), FOOTFALL_OK);
    return verdict();
}
