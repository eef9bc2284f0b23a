// After the first call of a thread no call asks the kernel or takes memory: every system call but
// those for reading a clock ends the program, and the heap is as long as before.
//
//     quiet FOLDER
#include "check.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define ALLOW(call)                                   \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

// Of this thread alone: the library's own goes on looking for an agent.
static void forbid_calls(void) {
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        // Where the kernel gives no clock that can be read without it.
        ALLOW(SYS_clock_gettime),
        ALLOW(SYS_write),
        ALLOW(SYS_exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void hand_over_all(footfall client, int count) {
    for (int i = 0; i < count; i++) {
        footfall_event event;
        footfall_stats stats = {.size = sizeof stats};
        footfall_track(client, "Product Viewed", "{\"sku\":\"A-1\"}", 0);
        footfall_track(client, "Quoted \"name\"", NULL, FOOTFALL_AMBIENT);
        footfall_identify(client, "someone", "{}");
        footfall_visit_start(client);
        if (footfall_begin(client, &event, "Built", 300, FOOTFALL_CRITICAL) == FOOTFALL_OK) {
            footfall_add_string(&event, "text", "\x01");
            footfall_add_integer(&event, "number", i);
            footfall_add_number(&event, "price", 5.95 * i);
            footfall_add_boolean(&event, "new", 1);
            footfall_add_json(&event, "tags", "[]");
            footfall_commit(&event);
        }
        footfall_visit_end(client);
        footfall_get_stats(client, &stats);
        footfall_flush(client, 0);
    }
}

int main(int argc, char **argv) {
    (void)argc;
    // A lane that is full in the end.
    footfall_options options = {
        .size = sizeof options, .runtime_directory = argv[1], .lane_bytes = 65536};
    footfall client;
    CHECK(footfall_open(&options, &client), FOOTFALL_OK);
    hand_over_all(client, 1);
    size_t before = mallinfo2().uordblks;
    forbid_calls();
    hand_over_all(client, 1000);
    CHECK(footfall_track(client, "Product Viewed", NULL, 0), FOOTFALL_FULL);
    CHECK(mallinfo2().uordblks == before, 1);
    _exit(verdict());
}
