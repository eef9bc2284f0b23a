// One visit to a kiosk, from the first touch to the sale.
//
//     cc kiosk.c $(pkg-config --cflags --libs footfall) -o kiosk
#include <footfall.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

// A kiosk sells on whatever becomes of an event; who looks after it should hear of it.
static bool is_done(const char *what, footfall_status status) {
    if (status != FOOTFALL_OK) {
        fprintf(stderr, "kiosk: %s: %s\n", what, footfall_status_text(status));
    }
    return status == FOOTFALL_OK;
}

// An event that is built where it will be read from: no text is put together first.
static footfall_status complete_order(footfall client, int64_t number, double total) {
    footfall_event event;
    footfall_status status = footfall_begin(
        client, &event, "Order Completed", 256, FOOTFALL_CRITICAL);
    if (status != FOOTFALL_OK) return status;

    status = footfall_add_integer(&event, "order", number);
    if (status == FOOTFALL_OK) status = footfall_add_number(&event, "revenue", total);
    if (status == FOOTFALL_OK) status = footfall_add_string(&event, "currency", "EUR");
    if (status == FOOTFALL_OK) return footfall_commit(&event);

    footfall_cancel(&event);
    return status;
}

int main(void) {
    footfall client;
    if (!is_done("open", footfall_open(NULL, &client))) return 1;

    bool is_well = is_done("visit", footfall_visit_start(client));
    is_well &= is_done("view", footfall_track(
        client, "Product Viewed", "{\"sku\":\"21754\",\"price\":5.95}", 0));
    is_well &= is_done("order", complete_order(client, 4711, 11.90));
    is_well &= is_done("visit", footfall_visit_end(client));

    // A kiosk that runs all day need not wait: the agent has all that was handed over. A program
    // that ends at once may end before it has found the agent.
    is_well &= is_done("flush", footfall_flush(client, 5000));

    footfall_stats stats = {.size = sizeof stats};
    is_well &= is_done("stats", footfall_get_stats(client, &stats));
    printf("dropped %" PRIu64 ", not stored yet %" PRIu64 " bytes\n",
        stats.dropped, stats.waiting_bytes);

    is_well &= is_done("close", footfall_close(client));
    return is_well ? 0 : 1;
}
