#define _GNU_SOURCE
#include "CTrace.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t whole_pages(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) / page * page;
}

uint8_t *trace_memory(size_t bytes) {
    size_t inner = whole_pages(bytes), page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *start = mmap(NULL, inner + page, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return NULL;
    if (mprotect(start + inner, page, PROT_NONE) != 0) return NULL;
    return start + inner - bytes;
}

void trace_unmap(uint8_t *memory, size_t bytes) {
    size_t inner = whole_pages(bytes);
    munmap(memory + bytes - inner, inner + (size_t)sysconf(_SC_PAGESIZE));
}

// Parent and child take turns: on one processor neither has to be woken on another.
static void stay_on_one_processor(void) {
    cpu_set_t here;
    CPU_ZERO(&here);
    int number = sched_getcpu();
    if (number < 0) return;
    CPU_SET((size_t)number, &here);
    sched_setaffinity(0, sizeof here, &here);
}

pid_t trace_fork(void) {
    stay_on_one_processor();
    pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) _exit(errno);
        raise(SIGSTOP);
        return 0;
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return -1;
    if (WIFSTOPPED(status)) {
        // It must not outlive this process.
        void *options = (void *)PTRACE_O_EXITKILL;
        if (ptrace(PTRACE_SETOPTIONS, child, NULL, options) == 0) return child;
        int reason = errno;
        trace_kill(child);
        errno = reason;
        return -1;
    }
    errno = WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
    return -1;
}

void trace_leave(void) { _exit(0); }

void trace_kill(pid_t child) {
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

enum trace_state trace_step(pid_t child) {
    int status = 0;
    if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0) return trace_failed;
    if (waitpid(child, &status, 0) != child) return trace_failed;
    if (WIFSTOPPED(status)) {
        return WSTOPSIG(status) == SIGTRAP ? trace_stepped : trace_signalled;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? trace_ended : trace_signalled;
}
