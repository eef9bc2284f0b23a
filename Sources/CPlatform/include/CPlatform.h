#pragma once
// What Swift needs of the C library and cannot spell itself: variadics, macros, errno, C globals,
// socket addresses. Declarations and thin shims only; what needs _GNU_SOURCE stands in CPlatform.c.
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

// Processors of 32 bits have to ask for these, with _TIME_BITS and _FILE_OFFSET_BITS.
_Static_assert(sizeof(time_t) == 8, "clocks must go on after 2038");
_Static_assert(sizeof(off_t) == 8, "files may be longer than 2 GiB");

static inline int platform_errno(void) { return errno; }
static inline void platform_set_errno(int code) { errno = code; }

// Writes the message for an errno to `text` and ends it with a zero.
void platform_error_text(int code, char *text, size_t capacity);

// MARK: Files

int platform_open(const char *path, int flags, mode_t mode);
// write(2) from `bytes + offset`.
ssize_t platform_write(int fd, const uint8_t *bytes, size_t offset, size_t count);
// 'f' regular, 'd' directory, 's' socket, 'o' other.
char platform_file_kind(mode_t mode);
// The value of an environment variable, or NULL.
const char *platform_environment(const char *name);

// MARK: Shared memory

// A file in memory that may be sealed and never run; -1 and errno.
int platform_memory_open(const char *name, int64_t bytes);
// Forbids for ever that it becomes shorter or longer, or loses its seals.
int platform_memory_seal(int fd);
// Whether all of that is forbidden; -1 and errno where the kernel won't say.
int platform_memory_is_sealed(int fd);
// Whether a descriptor is of memory; never blocks, whatever else it is of.
int platform_memory_is_memory(int fd);
// Its length, or -1 and errno.
int64_t platform_memory_bytes(int fd);
// Maps it whole, to be read and written and shared; not in a child that is forked. NULL and errno.
void *platform_memory_map(int fd, size_t bytes);
int platform_memory_unmap(void *memory, size_t bytes);
int platform_close(int fd);
// 0, or -1 and errno for a descriptor that is none.
int platform_close_on_execution(int fd);
// The compiler moves no load or store of memory over it.
static inline void platform_compiler_barrier(void) { __asm__ volatile("" ::: "memory"); }
// Has barriers of other processes reach this one's threads; 0, or -1 and errno.
int platform_barrier_register(void);
// A barrier in this thread and in all running threads of processes that registered; 0, or -1 and
// errno.
int platform_barrier_cross(void);
uint32_t platform_thread(void);
// Whether a thread of this process is gone.
int platform_thread_is_gone(uint32_t thread);

// MARK: Sockets: all non-blocking and close-on-exec

int platform_socket_tcp(int is_version_6);
int platform_socket_unix(void);
// Reads a literal IP address into `address`, network order; returns 4, 6, or 0 for anything else.
int platform_parse_address(const char *text, uint8_t address[16]);
int platform_bind_tcp(int fd, const uint8_t address[16], int is_version_6, uint16_t port);
// Sets ENAMETOOLONG where the path does not fit a socket address.
int platform_bind_unix(int fd, const char *path);
int platform_connect_unix(int fd, const char *path);
int platform_accept(int listener);
// The port that a TCP socket is bound to, or -1.
int platform_bound_port(int fd);
int platform_set_no_delay(int fd);
// The pending error of a socket, as after connect(2).
int platform_socket_error(int fd);
// The bytes of a TCP socket that its peer has not confirmed yet; 0 where the kernel won't say.
int platform_socket_unsent(int fd);
int platform_peer(int fd, uint32_t *user, int32_t *process);
// Both never raise SIGPIPE and never block. Sending starts at `bytes + offset`.
ssize_t platform_send(int fd, const uint8_t *bytes, size_t offset, size_t count);
ssize_t platform_receive(int fd, uint8_t *bytes, size_t count);
// As platform_receive, of a Unix socket; takes nothing and sets EBADMSG where descriptors come with
// the bytes.
ssize_t platform_receive_bytes(int fd, uint8_t *bytes, size_t count);
// Has urgent bytes stand among the others, where platform_receive_bytes sees what comes with them.
int platform_receive_urgent_inline(int fd);
// Receives, and sets `*descriptor` to the first that came with the bytes, or -1; the kernel closes
// the others, and may block for it.
ssize_t platform_receive_descriptor(int fd, uint8_t *bytes, size_t count, int *descriptor);
// Two sockets that keep messages apart; the first never blocks.
int platform_socket_pair(int ends[2]);
// A pipe whose second end, for writing, never blocks.
int platform_pipe(int ends[2]);
// How many bytes can be read, or -1.
int platform_unread_bytes(int fd);
// Sends `count` bytes and a descriptor.
ssize_t platform_send_descriptor(int fd, const uint8_t *bytes, size_t count, int descriptor);
// Sends a datagram to the Unix socket at `path` (`@` for an abstract one), with a descriptor unless
// that is negative.
int platform_notify(const char *path, const uint8_t *bytes, size_t count, int descriptor);
// A descriptor of the peer's process, readable once it has ended; -1 before Linux 6.5.
int platform_peer_process(int fd);
// Opens a socket and begins to connect it; -1 and errno where that fails at once.
int platform_connect_tcp(const struct addrinfo *to);
int platform_resolve(const char *host, const char *port, struct addrinfo **results);

// MARK: Descriptors of others, whose close may block

// Lets this thread, of which all signals are blocked, be interrupted again and again; 0, or -1.
int platform_impatience_open(void);
// Interrupts what blocks in this thread every so many milliseconds, fewer than 1000; 0 ends that.
void platform_impatience_set(int64_t milliseconds);
void platform_impatience_close(void);
// Gives this thread descriptors of its own, of which it keeps one; 0, or -1 and errno.
int platform_descriptors_leave(int kept);

// MARK: The event queue

int platform_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t key);
int platform_timer_open(void);
// Arms a timer for a moment of CLOCK_BOOTTIME; 0 disarms it.
int platform_timer_arm(int fd, int64_t milliseconds);
// Blocks SIGTERM and SIGINT in this thread and its future children, ignores SIGPIPE, and opens a
// signalfd for the two.
int platform_signals_open(void);
// Blocks every signal in this thread.
void platform_signals_block_all(void);
int64_t platform_boot_milliseconds(void);
int64_t platform_boot_nanoseconds(void);

// MARK: The process

// Whether the kernel says that a time source disciplines the wall clock.
int platform_clock_is_synchronised(void);
// 0 and the id, ENOENT for an unknown name, or another errno.
int platform_group_id(const char *name, uint32_t *id);
int platform_user_id(const char *name, uint32_t *id);
int platform_forbid_core_dumps(void);
int platform_bound_heap(void);
// What Swift's runtime, as it is linked, returns of a reference that it retains.
uintptr_t platform_retained(uintptr_t reference);

// MARK: The client library

// Room for a client and for each thread's part in it; zero at first, never freed.
typedef struct platform_client_room {
    _Alignas(128) uint8_t words[512];
    // One a thread, and one that stands for every thread without.
    struct {
        _Alignas(128) uint8_t words[256];
    } slots[65];
} platform_client_room;
enum { platform_client_count = 8, platform_client_slots = 64 };
extern platform_client_room platform_client_rooms[platform_client_count];
// The room of a client, by a number below their count; static, so that a handle that was closed is
// still known.
static inline void *platform_client_room_at(uint32_t number) {
    return &platform_client_rooms[number & (platform_client_count - 1)];
}
// Has `body` run in each child after fork(2), in the one thread that it has; 0, or an errno.
int platform_after_fork(void (*body)(void));
// The folder of the agent's sockets as the environment names it; NULL where it does not, or where
// the program has more rights than who started it.
const char *platform_runtime_directory(void);
// Starts a thread with a small stack and every signal blocked; 0, or an errno.
int platform_thread_start(pthread_t *thread, void *(*body)(void *), void *context);
// Puts a copy of `from` in the place of `onto` in one step; 0, or -1 and errno.
int platform_descriptor_replace(int from, int onto);
int platform_event_open(void);
// Waits until `word` is no longer `seen`, at most so long; spurious ends are possible.
void platform_futex_wait(const void *word, uint32_t seen, int64_t milliseconds);
void platform_futex_wake(const void *word);
// Waits until one of two descriptors can be read or has an end; a negative one is left out.
void platform_wait_readable(int fd, int other, int64_t milliseconds);
// The shortest text that reads back as the same finite number, with a point whatever the locale;
// its length. `text` has room for 32 bytes.
size_t platform_number_text(double number, char *text);
void platform_sleep_briefly(void);
// Keeps this thread from being cancelled; what to pass to platform_cancel_allow.
int platform_cancel_forbid(void);
void platform_cancel_allow(int before);
// Tells the other side, whoever else has the socket open, that nothing more comes.
void platform_socket_end(int fd);
