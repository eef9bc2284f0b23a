/* Footfall's client library: a program on a kiosk hands over what shoppers do.
 *
 *     footfall client;
 *     footfall_open(NULL, &client);
 *     footfall_track(client, "Product Viewed", "{\"sku\":\"A-1\"}", 0);
 *     footfall_flush(client, 5000);
 *     footfall_close(client);
 *
 * Events go through memory that is shared with the agent on this device. Handing one over takes
 * tens of nanoseconds and never waits: where there is no room, the event is dropped and counted.
 * The agent may start later, end and come back; nothing has to be done about it.
 *
 * THREADS  Every function may be called from any thread at any time, footfall_close too. A signal
 * handler may call footfall_track where its thread has called it before: where it interrupts a
 * call of its own thread it is told FOOTFALL_BUSY. The library starts one thread of its own, with
 * every signal blocked, unless FOOTFALL_NO_THREAD is asked for; it installs no signal handler.
 *
 * FORK  A child process has no client: its parent's handles answer FOOTFALL_FORKED there and can be
 * closed; it may open one of its own. The library learns of it by pthread_atfork: a child made
 * without (clone, _Fork), or a child handler registered before the first footfall_open, must not
 * use the parent's handles. Nothing of a client survives exec.
 *
 * UNLOADING  The shared library is not unloaded by dlclose. Who puts the archive into a shared
 * object of their own links that with -Wl,-z,nodelete, too.
 *
 * MEMORY  Only footfall_open allocates. What is passed in is copied before a function returns and
 * stays the caller's.
 *
 * TEXT  is UTF-8. What is passed as JSON is not parsed here: what is no JSON, or no UTF-8, is put
 * into quarantine by the agent, counted, and seen in `footfall status`.
 *
 * LINUX  5.4 and later, x86-64, ARMv7 with 32 bits, ARM with 64.
 */
#ifndef FOOTFALL_H
#define FOOTFALL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* An open client; 0 is none. A handle is a number, and one that was closed is known as such. */
typedef uint32_t footfall;

/* What became of a call. */
typedef int32_t footfall_status;
enum {
    /* Done. Of an event: the agent will see it, whatever becomes of this process, once it has the
     * memory (footfall_stats.is_attached); before that the event ends with the process. */
    FOOTFALL_OK = 0,
    /* There is no room: the event is dropped and counted. */
    FOOTFALL_FULL = 1,
    /* The event is longer than an event may be: dropped and counted. */
    FOOTFALL_TOO_LONG = 2,
    /* An argument is none that may be passed; nothing happened. */
    FOOTFALL_INVALID = 3,
    /* No such client is open: it was closed, or never was. */
    FOOTFALL_CLOSED = 4,
    /* This process was forked from the one that opened the client. */
    FOOTFALL_FORKED = 5,
    /* This thread is in the middle of another call, or of an event that it builds. */
    FOOTFALL_BUSY = 6,
    /* The time is over. */
    FOOTFALL_TIMEOUT = 7,
    /* As many clients are open as one process may have, 8. */
    FOOTFALL_TOO_MANY = 8,
    /* The system refused memory, a descriptor or a thread; errno says why. */
    FOOTFALL_SYSTEM = 9
};

/* Flags of an event. */
enum {
    /* Stored at once, not within a second: an order, a payment. May use the last eighth of the
     * memory, which others leave free. */
    FOOTFALL_CRITICAL = 1,
    /* Nobody waits for it: stored with others, within half a minute. */
    FOOTFALL_AMBIENT = 2
};

/* Flags of a client. */
enum {
    /* Starts no thread: the program calls footfall_poll. */
    FOOTFALL_NO_THREAD = 1
};

/* How a client is opened. Members that are 0 have their defaults. */
typedef struct footfall_options {
    /* sizeof(footfall_options), by which later versions tell what a program knows. */
    uint32_t size;
    /* FOOTFALL_NO_THREAD or 0. */
    uint32_t flags;
    /* The folder of the agent's sockets, at most 90 bytes. NULL for the one that the environment
     * names in FOOTFALL_RUNTIME_DIRECTORY, or else "/run/footfall". */
    const char *runtime_directory;
    /* How many threads write without disturbing each other: 1 to 63; default 8. More threads share
     * one lane more, where now and then an event is dropped and counted. */
    uint32_t lanes;
    /* Bytes for each of them: a power of two from 65,536 to 16,777,216; default 262,144. An event
     * is an eighth of it at most, and 65,536 bytes. Memory is taken as it is used. */
    uint32_t lane_bytes;
} footfall_options;

/* What a client has done so far. */
typedef struct footfall_stats {
    /* sizeof(footfall_stats), set by the caller. */
    uint32_t size;
    /* 1 while the agent has the memory, else 0. */
    uint32_t is_attached;
    /* Events that were dropped for want of room, or too long. */
    uint64_t dropped;
    /* Bytes that were written and are not stored yet. */
    uint64_t waiting_bytes;
    /* Why the agent refused the memory when it did last, ended by a zero; empty if it never did. */
    char refusal[160];
} footfall_stats;

/* The version of the library, major * 1,000,000 + minor * 1000 + patch. */
uint32_t footfall_version(void);

/* A status in a few English words; never NULL. */
const char *footfall_status_text(footfall_status status);

/* Opens a client: makes its memory and begins to look for the agent, which need not be there yet.
 *
 * `options` may be NULL. `*client` is 0 unless FOOTFALL_OK is returned. Else FOOTFALL_INVALID,
 * FOOTFALL_TOO_MANY, FOOTFALL_SYSTEM. */
footfall_status footfall_open(const footfall_options *options, footfall *client);

/* Hands over one event.
 *
 * `event` is its name, ended by a zero. `properties` is a JSON object as text, ended by a zero, or
 * NULL for none. `flags` is FOOTFALL_CRITICAL, FOOTFALL_AMBIENT or 0. It is stored when the agent
 * has committed it: footfall_flush waits for that.
 *
 * FOOTFALL_OK, FULL, TOO_LONG, INVALID, CLOSED, FORKED, BUSY. */
footfall_status footfall_track(
    footfall client, const char *event, const char *properties, uint32_t flags);

/* The same for texts that are not ended by a zero: lengths in bytes. */
footfall_status footfall_track_bytes(
    footfall client, const char *event, size_t event_bytes, const char *properties,
    size_t properties_bytes, uint32_t flags);

/* Says who the shopper is: `user` as the shop knows them, ended by a zero, and `traits` as a JSON
 * object or NULL. The agent replaces both by keyed hashes before it stores anything, and overwrites
 * the memory that they stood in.
 *
 * Status as footfall_track. */
footfall_status footfall_identify(footfall client, const char *user, const char *traits);

/* A shopper comes to the kiosk, and leaves it: tracked as "Visit Started" and "Visit Ended". Where
 * it is staff or a test, which reports leave out, track "Visit Started" with {"actor":"staff"} or
 * {"actor":"test"} instead.
 *
 * Status as footfall_track. */
footfall_status footfall_visit_start(footfall client);
footfall_status footfall_visit_end(footfall client);

/* An event that is built member by member, in the shared memory itself. To be passed to the
 * functions below only; its members are the library's. */
typedef struct footfall_event {
    uint64_t words[8];
} footfall_event;

/* Begins an event of at most `bytes_most` bytes with all its members. Until it is committed or
 * cancelled the calling thread can hand over nothing else of this client, and no other thread may
 * use `event`. A thread that found no lane of its own cannot build: it is always told
 * FOOTFALL_FULL.
 *
 * Status as footfall_track; where the name does not fit, FOOTFALL_TOO_LONG, and nothing counted. */
footfall_status footfall_begin(
    footfall client, footfall_event *event, const char *name, size_t bytes_most, uint32_t flags);

/* Adds a property. `name` and `value` end with a zero; a number must be finite; `json` is one JSON
 * value as text. FOOTFALL_TOO_LONG: it does not fit, and the event is as before the call. */
footfall_status footfall_add_string(footfall_event *event, const char *name, const char *value);
footfall_status footfall_add_integer(footfall_event *event, const char *name, int64_t value);
footfall_status footfall_add_number(footfall_event *event, const char *name, double value);
footfall_status footfall_add_boolean(footfall_event *event, const char *name, int32_t value);
footfall_status footfall_add_json(footfall_event *event, const char *name, const char *json);

/* Hands the event over, or forgets it. */
footfall_status footfall_commit(footfall_event *event);
footfall_status footfall_cancel(footfall_event *event);

/* Waits until all that was handed over before is stored on the device, or until
 * `timeout_milliseconds` are over: 0 only asks. For a client without a thread it looks for the
 * agent, too.
 *
 * FOOTFALL_OK, TIMEOUT, CLOSED, FORKED. */
footfall_status footfall_flush(footfall client, uint32_t timeout_milliseconds);

/* What has been done so far. */
footfall_status footfall_get_stats(footfall client, footfall_stats *stats);

/* For a client without a thread: looks for the agent, or after it, without waiting. To be called
 * every second or oftener.
 *
 * FOOTFALL_OK, CLOSED, FORKED, INVALID for a client that has a thread. */
footfall_status footfall_poll(footfall client);

/* Closes a client, once calls under way in other threads have ended. What was handed over is the
 * agent's: it is stored as long as the agent was attached. footfall_flush first waits for it.
 *
 * FOOTFALL_OK, CLOSED; BUSY in a signal handler that has interrupted a call of its own thread; in a
 * forked child FOOTFALL_OK. */
footfall_status footfall_close(footfall client);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
