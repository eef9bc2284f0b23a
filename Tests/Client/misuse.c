// Every way to call the interface wrongly is a status, and harms nobody who calls it rightly.
#include "check.h"
#include <math.h>

static void closed(void) {
    footfall never[] = {0, 1, 8, 9, UINT32_MAX};
    footfall_event event = {{0}};
    footfall_stats stats = {.size = sizeof stats};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        CHECK(footfall_track(never[i], "x", NULL, 0), FOOTFALL_CLOSED);
        CHECK(footfall_identify(never[i], "x", NULL), FOOTFALL_CLOSED);
        CHECK(footfall_begin(never[i], &event, "x", 100, 0), FOOTFALL_CLOSED);
        CHECK(footfall_flush(never[i], 0), FOOTFALL_CLOSED);
        CHECK(footfall_get_stats(never[i], &stats), FOOTFALL_CLOSED);
        CHECK(footfall_poll(never[i]), FOOTFALL_CLOSED);
        CHECK(footfall_close(never[i]), FOOTFALL_CLOSED);
    }
}

static void opening(const char *folder) {
    footfall client = 7;
    CHECK(footfall_open(NULL, NULL), FOOTFALL_INVALID);
    footfall_options options = {.size = 0};
    CHECK(footfall_open(&options, &client), FOOTFALL_INVALID);
    CHECK(client, 0);
    options.size = sizeof options;
    options.lanes = 64;
    CHECK(footfall_open(&options, &client), FOOTFALL_INVALID);
    options.lanes = 1;
    const uint32_t lengths[] = {1, 65535, 65537, 100000, 33554432, UINT32_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        options.lane_bytes = lengths[i];
        CHECK(footfall_open(&options, &client), FOOTFALL_INVALID);
    }
    options.lane_bytes = 65536;
    options.flags = 2;
    CHECK(footfall_open(&options, &client), FOOTFALL_INVALID);
    options.flags = FOOTFALL_NO_THREAD;
    char path[92];
    memset(path, 'a', sizeof path);
    path[91] = 0;
    options.runtime_directory = path;
    CHECK(footfall_open(&options, &client), FOOTFALL_INVALID);
    options.runtime_directory = "";
    CHECK(footfall_open(&options, &client), FOOTFALL_INVALID);
    options.runtime_directory = folder;
    footfall clients[9];
    for (int i = 0; i < 8; i++) CHECK(footfall_open(&options, &clients[i]), FOOTFALL_OK);
    CHECK(footfall_open(&options, &clients[8]), FOOTFALL_TOO_MANY);
    for (int i = 0; i < 8; i++) CHECK(footfall_track(clients[i], "x", NULL, 0), FOOTFALL_OK);
    for (int i = 0; i < 8; i++) CHECK(footfall_close(clients[i]), FOOTFALL_OK);
    // A handle that was closed stays closed when its place is another's.
    CHECK(footfall_open(&options, &client), FOOTFALL_OK);
    for (int i = 0; i < 8; i++) CHECK(footfall_track(clients[i], "x", NULL, 0), FOOTFALL_CLOSED);
    for (int i = 0; i < 8; i++) CHECK(footfall_close(clients[i]), FOOTFALL_CLOSED);
    CHECK(footfall_track(client, "x", NULL, 0), FOOTFALL_OK);
    CHECK(footfall_close(client), FOOTFALL_OK);
}

static void arguments(footfall client) {
    CHECK(footfall_track(client, NULL, NULL, 0), FOOTFALL_INVALID);
    CHECK(footfall_track(client, "x", NULL, 3), FOOTFALL_INVALID);
    CHECK(footfall_track(client, "x", NULL, 4), FOOTFALL_INVALID);
    CHECK(footfall_track(client, "", NULL, 0), FOOTFALL_OK);
    CHECK(footfall_track_bytes(client, "x", 1, NULL, 1, 0), FOOTFALL_INVALID);
    CHECK(footfall_track_bytes(client, "x", SIZE_MAX, NULL, 0, 0), FOOTFALL_INVALID);
    CHECK(footfall_track_bytes(client, "x", SIZE_MAX / 2, NULL, 0, 0), FOOTFALL_TOO_LONG);
    CHECK(footfall_track_bytes(client, "x", 1, "{}", SIZE_MAX / 2, 0), FOOTFALL_TOO_LONG);
    CHECK(footfall_identify(client, NULL, "{}"), FOOTFALL_INVALID);
    CHECK(footfall_get_stats(client, NULL), FOOTFALL_INVALID);
    footfall_stats stats = {.size = 3};
    CHECK(footfall_get_stats(client, &stats), FOOTFALL_INVALID);
    static char text[40000];
    memset(text, 'x', sizeof text - 1);
    CHECK(footfall_track(client, text, NULL, 0), FOOTFALL_TOO_LONG);
    // Quotation marks count twice, and control characters six times.
    memset(text, '"', 20000);
    text[20000] = 0;
    CHECK(footfall_track(client, text, NULL, 0), FOOTFALL_TOO_LONG);
    memset(text, 1, 6000);
    text[6000] = 0;
    CHECK(footfall_track(client, text, NULL, 0), FOOTFALL_TOO_LONG);
    CHECK(stats_of(client).dropped, 5);
}

static void building(footfall client) {
    footfall_event event, other = {{0}};
    CHECK(footfall_begin(client, NULL, "x", 100, 0), FOOTFALL_INVALID);
    CHECK(footfall_begin(client, &event, NULL, 100, 0), FOOTFALL_INVALID);
    CHECK(footfall_begin(client, &event, "x", 100, 8), FOOTFALL_INVALID);
    CHECK(footfall_begin(client, &event, "x", 10, 0), FOOTFALL_TOO_LONG);
    CHECK(footfall_begin(client, &event, "x", SIZE_MAX / 2, 0), FOOTFALL_TOO_LONG);
    CHECK(footfall_begin(client, &event, "x", 100, 0), FOOTFALL_OK);
    CHECK(footfall_begin(client, &other, "x", 100, 0), FOOTFALL_BUSY);
    CHECK(footfall_begin(client, &event, "x", 100, 0), FOOTFALL_BUSY);
    CHECK(footfall_begin(client, &event, "x", 100, 8), FOOTFALL_INVALID);
    CHECK(footfall_begin(0, &event, "x", 100, 0), FOOTFALL_CLOSED);
    CHECK(footfall_track(client, "x", NULL, 0), FOOTFALL_BUSY);
    CHECK(footfall_add_integer(&other, "a", 1), FOOTFALL_INVALID);
    CHECK(footfall_add_integer(NULL, "a", 1), FOOTFALL_INVALID);
    CHECK(footfall_add_integer(&event, NULL, 1), FOOTFALL_INVALID);
    CHECK(footfall_add_string(&event, "a", NULL), FOOTFALL_INVALID);
    CHECK(footfall_add_json(&event, "a", NULL), FOOTFALL_INVALID);
    CHECK(footfall_add_number(&event, "a", NAN), FOOTFALL_INVALID);
    CHECK(footfall_add_number(&event, "a", INFINITY), FOOTFALL_INVALID);
    char text[100];
    memset(text, 'x', 99);
    text[99] = 0;
    CHECK(footfall_add_string(&event, "a", text), FOOTFALL_TOO_LONG);
    CHECK(footfall_add_integer(&event, "a", 1), FOOTFALL_OK);
    CHECK(footfall_commit(&event), FOOTFALL_OK);
    CHECK(footfall_commit(&event), FOOTFALL_INVALID);
    CHECK(footfall_cancel(&event), FOOTFALL_INVALID);
    CHECK(footfall_add_integer(&event, "a", 1), FOOTFALL_INVALID);
    CHECK(footfall_begin(client, &event, "x", 100, 0), FOOTFALL_OK);
    // A copy of an event that is over is not the one that is built now.
    other = event;
    CHECK(footfall_cancel(&event), FOOTFALL_OK);
    CHECK(footfall_begin(client, &event, "x", 100, 0), FOOTFALL_OK);
    CHECK(footfall_add_integer(&other, "a", 1), FOOTFALL_INVALID);
    CHECK(footfall_commit(&other), FOOTFALL_INVALID);
    CHECK(footfall_cancel(&event), FOOTFALL_OK);
    CHECK(footfall_track(client, "x", NULL, 0), FOOTFALL_OK);
    // Closed in the middle of an event.
    CHECK(footfall_begin(client, &event, "x", 100, 0), FOOTFALL_OK);
    CHECK(footfall_close(client), FOOTFALL_OK);
    CHECK(footfall_add_integer(&event, "a", 1), FOOTFALL_CLOSED);
    CHECK(footfall_commit(&event), FOOTFALL_CLOSED);
    footfall next = open_client("/nowhere", FOOTFALL_NO_THREAD, 0);
    CHECK(footfall_commit(&event), FOOTFALL_CLOSED);
    CHECK(footfall_track(next, "x", NULL, 0), FOOTFALL_OK);
    CHECK(footfall_flush(next, 0), FOOTFALL_TIMEOUT);
    CHECK(footfall_flush(next, 50), FOOTFALL_TIMEOUT);
    CHECK(footfall_close(next), FOOTFALL_OK);
}

static void full(const char *folder) {
    footfall_options options = {.size = sizeof options, .runtime_directory = folder,
                                .flags = FOOTFALL_NO_THREAD, .lanes = 1, .lane_bytes = 65536};
    footfall client;
    CHECK(footfall_open(&options, &client), FOOTFALL_OK);
    int written = 0;
    while (footfall_track(client, "x", NULL, 0) == FOOTFALL_OK && written < 10000) written++;
    // 48 bytes each, in seven eighths of the lane; the last eighth is for what matters.
    CHECK(written, 65536 / 8 * 7 / 48);
    int critical = 0;
    while (footfall_track(client, "x", NULL, FOOTFALL_CRITICAL) == FOOTFALL_OK && critical < 10000)
        critical++;
    CHECK(written + critical, 65536 / 48);
    CHECK(stats_of(client).dropped, 2);
    CHECK(stats_of(client).waiting_bytes, (written + critical) * 48);
    CHECK(footfall_close(client), FOOTFALL_OK);
}

int main(void) {
    closed();
    opening("/nowhere");
    footfall client = open_client("/nowhere", FOOTFALL_NO_THREAD, 0);
    arguments(client);
    CHECK(footfall_poll(client), FOOTFALL_OK);
    building(client);
    full("/nowhere");
    client = open_client("/nowhere", 0, 0);
    CHECK(footfall_poll(client), FOOTFALL_INVALID);
    CHECK(footfall_close(client), FOOTFALL_OK);
    for (int32_t status = -2; status < 12; status++)
        CHECK(strlen(footfall_status_text(status)) > 3, 1);
    CHECK(footfall_version(), 1000);
    return verdict();
}
