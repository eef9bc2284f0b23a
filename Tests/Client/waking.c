// An agent that the program plays itself goes to rest before its answer has come, and an event is
// handed over in between: it has to be woken all the same: waking FOLDER
#include "check.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

// Where a region says how soundly its reader sleeps.
enum { REST = 256, ASLEEP = 3 };

static int listen_at(const char *folder) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%s/ring.sock", folder);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    CHECK(listen(fd, 1), 0);
    return fd;
}

// The descriptor that was handed over.
static int receive_region(int connection) {
    char word[8], control[CMSG_SPACE(sizeof(int))];
    struct iovec part = {word, sizeof word};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    CHECK(recvmsg(connection, &message, 0), sizeof word);
    CHECK(memcmp(word, "FFRING1", 8), 0);
    int fd = -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header) memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

int main(int argc, char **argv) {
    (void)argc;
    int door = listen_at(argv[1]);
    footfall client = open_client(argv[1], FOOTFALL_NO_THREAD, 1);
    CHECK(footfall_poll(client), FOOTFALL_OK);
    int agent = accept(door, NULL, NULL);
    struct timeval most = {.tv_sec = 10};
    setsockopt(agent, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    int fd = receive_region(agent);
    char *region = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(region != MAP_FAILED, 1);
    uint64_t *rest = (uint64_t *)(region + REST);
    char byte;
    // Woken by nobody yet, and told so where the socket leads nowhere.
    *rest = ASLEEP;
    CHECK(footfall_track(client, "Between", NULL, 0), FOOTFALL_OK);
    CHECK(*rest, 0);
    CHECK(recv(agent, &byte, 1, MSG_DONTWAIT), -1);
    CHECK(send(agent, "attached\n", 9, 0), 9);
    CHECK(footfall_poll(client), FOOTFALL_OK);
    CHECK(stats_of(client).is_attached, 1);
    CHECK(recv(agent, &byte, 1, 0), 1);
    // And from then on by who hands something over.
    *rest = ASLEEP;
    CHECK(footfall_track(client, "After", NULL, 0), FOOTFALL_OK);
    CHECK(recv(agent, &byte, 1, 0), 1);
    // A child that stays does not keep the agent from hearing of the end.
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    CHECK(footfall_close(client), FOOTFALL_OK);
    CHECK(recv(agent, &byte, 1, 0), 0);
    kill(child, SIGKILL);
    return verdict();
}
