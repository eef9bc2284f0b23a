#define _GNU_SOURCE
#include "CPlatform.h"

#include <linux/futex.h>
#include <math.h>
#include <stdio.h>
#include <sys/syscall.h>

platform_client_room platform_client_rooms[platform_client_count];

int platform_after_fork(void (*body)(void)) { return pthread_atfork(NULL, NULL, body); }

const char *platform_runtime_directory(void) {
    return secure_getenv("FOOTFALL_RUNTIME_DIRECTORY");
}

int platform_thread_start(pthread_t *thread, void *(*body)(void *), void *context) {
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code != 0) return code;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // The least includes the program's thread-local memory where the C library counts it; where it
    // does not and there is much of it, it is the usual stack.
    size_t bytes = (size_t)sysconf(_SC_THREAD_STACK_MIN) + 65536;
    if (pthread_attr_setstacksize(&attributes, bytes) != 0 ||
        pthread_create(thread, &attributes, body, context) != 0)
        code = pthread_create(thread, NULL, body, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return code;
}

int platform_descriptor_replace(int from, int onto) { return dup3(from, onto, O_CLOEXEC); }

int platform_event_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static struct timespec span(int64_t milliseconds) {
    return (struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000};
}

#ifdef SYS_futex_time64
#define FUTEX_CALL SYS_futex_time64
#else
#define FUTEX_CALL SYS_futex
#endif

void platform_futex_wait(const void *word, uint32_t seen, int64_t milliseconds) {
    struct timespec time = span(milliseconds);
    syscall(FUTEX_CALL, word, FUTEX_WAIT, seen, &time, NULL, 0);
}

void platform_futex_wake(const void *word) {
    syscall(FUTEX_CALL, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

void platform_wait_readable(int fd, int other, int64_t milliseconds) {
    struct pollfd asked[2] = {{fd, POLLIN, 0}, {other, POLLIN, 0}};
    // A program may forbid itself to wait for descriptors.
    if (poll(asked, 2, (int)milliseconds) < 0) platform_sleep_briefly();
}

// Of numbers with at most six digits behind the point, prices among them, the text; else 0. The
// quotient of two exact numbers is rounded as the text is when it is read.
static size_t short_number_text(double number, char *text) {
    double magnitude = fabs(number);
    int64_t scale = 1;
    for (int digits = 0; digits <= 6; digits++, scale *= 10) {
        double scaled = magnitude * (double)scale;
        if (scaled >= 1e15) return 0;
        int64_t whole = (int64_t)(scaled + 0.5);
        if ((double)whole / (double)scale != magnitude) continue;
        char reversed[24];
        size_t count = 0;
        // A digit before the point at least.
        for (int place = 0; whole > 0 || place <= digits; place++, whole /= 10) {
            if (place == digits && digits > 0) reversed[count++] = '.';
            reversed[count++] = (char)('0' + whole % 10);
        }
        if (signbit(number)) reversed[count++] = '-';
        for (size_t index = 0; index < count; index++) text[index] = reversed[count - 1 - index];
        return count;
    }
    return 0;
}

size_t platform_number_text(double number, char *text) {
    size_t brief = short_number_text(number, text);
    if (brief > 0) return brief;
    int length = 0;
    for (int digits = 15; digits <= 17; digits++) {
        length = snprintf(text, 32, "%.*g", digits, number);
        if (digits == 17 || strtod(text, NULL) == number) break;
    }
    // The locale's point may have several bytes.
    size_t kept = 0;
    for (int index = 0; index < length; index++) {
        if (strchr("0123456789+-e", text[index]))
            text[kept++] = text[index];
        else if (kept > 0 && text[kept - 1] != '.')
            text[kept++] = '.';
    }
    return kept;
}

void platform_sleep_briefly(void) {
    struct timespec time = span(1);
    nanosleep(&time, NULL);
}

int platform_cancel_forbid(void) {
    int before = PTHREAD_CANCEL_ENABLE;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    return before;
}

void platform_cancel_allow(int before) { pthread_setcancelstate(before, NULL); }

void platform_socket_end(int fd) { shutdown(fd, SHUT_RDWR); }
