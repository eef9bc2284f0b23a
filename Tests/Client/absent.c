// An hour without an agent, on a clock of the program's own: how often the client looks for it.
//
// Prints how many connections were tried.
#define _GNU_SOURCE
#include "check.h"
#include <errno.h>
#include <sys/socket.h>
#include <time.h>

static int64_t milliseconds = 1000000;
static int tries;

// In place of the C library's.
int clock_gettime(clockid_t clock, struct timespec *time) {
    (void)clock;
    *time = (struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000};
    return 0;
}

int connect(int fd, const struct sockaddr *name, socklen_t length) {
    (void)fd, (void)name, (void)length;
    tries++;
    errno = ENOENT;
    return -1;
}

int main(void) {
    footfall client = open_client("/nowhere", FOOTFALL_NO_THREAD, 0);
    for (int second = 0; second < 3600; second++, milliseconds += 1000) {
        CHECK(footfall_poll(client), FOOTFALL_OK);
        CHECK(footfall_track(client, "Absent", NULL, 0), FOOTFALL_OK);
    }
    CHECK(stats_of(client).is_attached, 0);
    CHECK(footfall_close(client), FOOTFALL_OK);
    printf("%d\n", tries);
    return verdict();
}
