#define _GNU_SOURCE
#include "CPlatform.h"

#include <arpa/inet.h>
#include <grp.h>
#include <linux/magic.h>
#include <linux/membarrier.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <sys/un.h>

void platform_error_text(int code, char *text, size_t capacity) {
    const char *message = strerror_r(code, text, capacity);
    if (message != text) snprintf(text, capacity, "%s", message);
}

// MARK: Files

int platform_open(const char *path, int flags, mode_t mode) {
    return open(path, flags | O_CLOEXEC, mode);
}

ssize_t platform_write(int fd, const uint8_t *bytes, size_t offset, size_t count) {
    return write(fd, bytes + offset, count);
}

char platform_file_kind(mode_t mode) {
    return S_ISREG(mode) ? 'f' : S_ISDIR(mode) ? 'd' : S_ISSOCK(mode) ? 's' : 'o';
}

const char *platform_environment(const char *name) { return getenv(name); }

// MARK: Shared memory

#ifndef MFD_NOEXEC_SEAL
// Linux 6.3; an older kernel refuses it.
#define MFD_NOEXEC_SEAL 8U
#endif
static const int memory_seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

int platform_memory_open(const char *name, int64_t bytes) {
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int fd = memfd_create(name, flags | MFD_NOEXEC_SEAL);
    if (fd < 0 && errno == EINVAL) fd = memfd_create(name, flags);
    if (fd < 0) return -1;
    if (ftruncate(fd, bytes) == 0) return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

int platform_memory_seal(int fd) { return fcntl(fd, F_ADD_SEALS, memory_seals); }

int platform_memory_is_sealed(int fd) {
    // First: it alone asks nobody but the kernel, where a file may be of a file system that waits.
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0) return -1;
    struct statfs system;
    if (fstatfs(fd, &system) < 0) return -1;
    // Other memory, of huge pages, may be gone when it is touched.
    if ((uint32_t)system.f_type != TMPFS_MAGIC) {
        errno = EINVAL;
        return -1;
    }
    return (seals & memory_seals) == memory_seals;
}

int platform_memory_is_memory(int fd) { return fcntl(fd, F_GET_SEALS) >= 0; }

int64_t platform_memory_bytes(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 ? status.st_size : -1;
}

void *platform_memory_map(int fd, size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) return NULL;
    if (madvise(memory, bytes, MADV_DONTFORK) == 0) return memory;
    int reason = errno;
    munmap(memory, bytes);
    errno = reason;
    return NULL;
}

int platform_memory_unmap(void *memory, size_t bytes) { return munmap(memory, bytes); }

int platform_close(int fd) { return close(fd); }

int platform_close_on_execution(int fd) { return fcntl(fd, F_SETFD, FD_CLOEXEC); }

int platform_barrier_register(void) {
    return (int)syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0);
}

int platform_barrier_cross(void) {
    return (int)syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0);
}

uint32_t platform_thread(void) { return (uint32_t)syscall(SYS_gettid); }

int platform_thread_is_gone(uint32_t thread) {
    return syscall(SYS_tgkill, getpid(), (pid_t)thread, 0) < 0 && errno == ESRCH;
}

// MARK: Sockets

int platform_socket_tcp(int is_version_6) {
    int domain = is_version_6 ? AF_INET6 : AF_INET;
    return socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int platform_socket_unix(void) {
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int platform_parse_address(const char *text, uint8_t address[16]) {
    if (inet_pton(AF_INET, text, address) == 1) return 4;
    return inet_pton(AF_INET6, text, address) == 1 ? 6 : 0;
}

int platform_bind_tcp(int fd, const uint8_t address[16], int is_version_6, uint16_t port) {
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (is_version_6) {
        struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
        memcpy(&name.sin6_addr, address, 16);
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        return bind(fd, (struct sockaddr *)&name, sizeof name);
    }
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
    memcpy(&name.sin_addr, address, 4);
    return bind(fd, (struct sockaddr *)&name, sizeof name);
}

static int unix_name(const char *path, struct sockaddr_un *name) {
    memset(name, 0, sizeof *name);
    name->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof name->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(name->sun_path, path);
    return 0;
}

int platform_bind_unix(int fd, const char *path) {
    struct sockaddr_un name;
    if (unix_name(path, &name) < 0) return -1;
    return bind(fd, (struct sockaddr *)&name, sizeof name);
}

int platform_connect_unix(int fd, const char *path) {
    struct sockaddr_un name;
    if (unix_name(path, &name) < 0) return -1;
    return connect(fd, (struct sockaddr *)&name, sizeof name);
}

int platform_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int platform_bound_port(int fd) {
    struct sockaddr_storage name;
    socklen_t size = sizeof name;
    if (getsockname(fd, (struct sockaddr *)&name, &size) < 0) return -1;
    if (name.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&name)->sin_port);
    if (name.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&name)->sin6_port);
    return -1;
}

int platform_set_no_delay(int fd) {
    int on = 1;
    return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int platform_socket_error(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

int platform_socket_unsent(int fd) {
    int count = 0;
    return ioctl(fd, TIOCOUTQ, &count) < 0 ? 0 : count;
}

int platform_peer(int fd, uint32_t *user, int32_t *process) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return -1;
    *user = peer.uid;
    *process = peer.pid;
    return 0;
}

ssize_t platform_send(int fd, const uint8_t *bytes, size_t offset, size_t count) {
    return send(fd, bytes + offset, count, MSG_NOSIGNAL | MSG_DONTWAIT);
}

ssize_t platform_receive(int fd, uint8_t *bytes, size_t count) {
    return recv(fd, bytes, count, MSG_DONTWAIT);
}

ssize_t platform_receive_bytes(int fd, uint8_t *bytes, size_t count) {
    struct iovec piece = {.iov_base = bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    ssize_t seen = recvmsg(fd, &message, MSG_DONTWAIT | MSG_PEEK);
    if (seen <= 0) return seen;
    // What was seen without room for descriptors, and had some.
    if (message.msg_flags & MSG_CTRUNC) {
        errno = EBADMSG;
        return -1;
    }
    // No more than was seen: descriptors may have come behind it.
    return recv(fd, bytes, (size_t)seen, MSG_DONTWAIT);
}

int platform_receive_urgent_inline(int fd) {
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
}

ssize_t platform_receive_descriptor(int fd, uint8_t *bytes, size_t count, int *descriptor) {
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec piece = {.iov_base = bytes, .iov_len = count};
    // CMSG_SPACE has room for two.
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = CMSG_LEN(sizeof(int))};
    *descriptor = -1;
    ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    if (got < 0) return got;
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);
    if (part && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS
        && part->cmsg_len >= CMSG_LEN(sizeof(int)))
        memcpy(descriptor, CMSG_DATA(part), sizeof *descriptor);
    return got;
}

static ssize_t send_descriptor(int fd, struct sockaddr_un *to, socklen_t to_size,
                               const uint8_t *bytes, size_t count, int descriptor) {
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    struct iovec piece = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_name = to, .msg_namelen = to_size,
                             .msg_iov = &piece, .msg_iovlen = 1};
    if (descriptor < 0) return sendmsg(fd, &message, MSG_NOSIGNAL);
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control;
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

ssize_t platform_send_descriptor(int fd, const uint8_t *bytes, size_t count, int descriptor) {
    return send_descriptor(fd, NULL, 0, bytes, count, descriptor);
}

int platform_notify(const char *path, const uint8_t *bytes, size_t count, int descriptor) {
    struct sockaddr_un name;
    if (unix_name(path, &name) < 0) return -1;
    // An abstract name has no end but its length.
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (name.sun_path[0] == '@') name.sun_path[0] = 0; else size++;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int result = send_descriptor(fd, &name, size, bytes, count, descriptor) < 0 ? -1 : 0;
    int reason = errno;
    close(fd);
    errno = reason;
    return result;
}

int platform_socket_pair(int ends[2]) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return -1;
    return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

int platform_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) < 0) return -1;
    return fcntl(ends[1], F_SETFL, O_NONBLOCK);
}

int platform_unread_bytes(int fd) {
    int bytes = 0;
    return ioctl(fd, FIONREAD, &bytes) < 0 ? -1 : bytes;
}

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

int platform_peer_process(int fd) {
    int process = -1;
    socklen_t size = sizeof process;
    return getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &process, &size) < 0 ? -1 : process;
}

int platform_connect_tcp(const struct addrinfo *to) {
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    platform_set_no_delay(fd);
    if (connect(fd, to->ai_addr, to->ai_addrlen) == 0 || errno == EINPROGRESS) return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

int platform_resolve(const char *host, const char *port, struct addrinfo **results) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    // A literal address needs neither a name server nor a configured interface.
    hints.ai_flags |= AI_NUMERICHOST;
    if (getaddrinfo(host, port, &hints, results) == 0) return 0;
    // Without AI_ADDRCONFIG: all addresses are tried anyway, and it hides loopback on some devices.
    hints.ai_flags = AI_NUMERICSERV;
    return getaddrinfo(host, port, &hints, results);
}

// MARK: Descriptors of others

static _Thread_local timer_t impatience;
static _Thread_local int is_impatient;

static void interrupt(int number) { (void)number; }

int platform_impatience_open(void) {
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
    if (sigaction(SIGURG, &action, NULL) < 0) return -1;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGURG};
    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    if (timer_create(CLOCK_MONOTONIC, &event, &impatience) < 0) return -1;
    is_impatient = 1;
    sigset_t interruption;
    sigemptyset(&interruption);
    sigaddset(&interruption, SIGURG);
    return pthread_sigmask(SIG_UNBLOCK, &interruption, NULL) == 0 ? 0 : -1;
}

void platform_impatience_set(int64_t milliseconds) {
    if (!is_impatient) return;
    struct itimerspec time = {0};
    time.it_value.tv_nsec = time.it_interval.tv_nsec = milliseconds * 1000000;
    timer_settime(impatience, 0, &time, NULL);
}

void platform_impatience_close(void) {
    if (is_impatient) timer_delete(impatience);
    is_impatient = 0;
}

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static void close_range_of(unsigned first, unsigned last) {
    if (first > last || syscall(SYS_close_range, first, last, 0) == 0) return;
    // Before Linux 5.9.
    struct rlimit open_files = {0, 0};
    getrlimit(RLIMIT_NOFILE, &open_files);
    for (unsigned fd = first; fd <= last && fd < open_files.rlim_cur; fd++) close((int)fd);
}

int platform_descriptors_leave(int kept) {
    if (unshare(CLONE_FILES) < 0) return -1;
    if (kept > 0) close_range_of(0, (unsigned)kept - 1);
    close_range_of((unsigned)kept + 1, ~0U);
    return 0;
}

// MARK: The event queue

int platform_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t key) {
    struct epoll_event event = {.events = events, .data.u64 = key};
    return epoll_ctl(epoll, operation, fd, &event);
}

int platform_timer_open(void) {
    return timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
}

int platform_timer_arm(int fd, int64_t milliseconds) {
    struct itimerspec time = {0};
    time.it_value.tv_sec = milliseconds / 1000;
    time.it_value.tv_nsec = milliseconds % 1000 * 1000000;
    return timerfd_settime(fd, TFD_TIMER_ABSTIME, &time, NULL);
}

int platform_signals_open(void) {
    sigset_t leave;
    sigemptyset(&leave);
    sigaddset(&leave, SIGTERM);
    sigaddset(&leave, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    if (pthread_sigmask(SIG_BLOCK, &leave, NULL) != 0) return -1;
    return signalfd(-1, &leave, SFD_NONBLOCK | SFD_CLOEXEC);
}

void platform_signals_block_all(void) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
}

int64_t platform_boot_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t platform_boot_milliseconds(void) { return platform_boot_nanoseconds() / 1000000; }

// MARK: The process

int platform_clock_is_synchronised(void) {
    struct timex clock = {.modes = 0};
    int state = adjtimex(&clock);
    return state >= 0 && state != TIME_ERROR && !(clock.status & STA_UNSYNC);
}

int platform_group_id(const char *name, uint32_t *id) {
    char text[16384];
    struct group entry, *found = NULL;
    int failure = getgrnam_r(name, &entry, text, sizeof text, &found);
    if (failure != 0 || !found) return failure != 0 ? failure : ENOENT;
    *id = entry.gr_gid;
    return 0;
}

int platform_user_id(const char *name, uint32_t *id) {
    char text[16384];
    struct passwd entry, *found = NULL;
    int failure = getpwnam_r(name, &entry, text, sizeof text, &found);
    if (failure != 0 || !found) return failure != 0 ? failure : ENOENT;
    *id = entry.pw_uid;
    return 0;
}

int platform_forbid_core_dumps(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) < 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int platform_bound_heap(void) {
    return mallopt(M_MMAP_THRESHOLD, 128 * 1024) && mallopt(M_ARENA_MAX, 1) ? 0 : -1;
}

extern void *swift_bridgeObjectRetain(void *reference);

uintptr_t platform_retained(uintptr_t reference) {
    // The compiler has been told that it returns its argument, and would not ask.
    void *(*volatile retain)(void *) = swift_bridgeObjectRetain;
    return (uintptr_t)retain((void *)reference);
}
