#pragma once
// Single steps of a child process: ptrace(2) is variadic, and what waitpid(2) says is for macros.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

static inline int trace_errno(void) { return errno; }

// Memory that children share, zeroed, the page behind its end unmapped; NULL and errno.
uint8_t *trace_memory(size_t bytes);
void trace_unmap(uint8_t *memory, size_t bytes);

// A child that waits for its first step: 0 in the child, once it is stepped; its id here; or -1 and
// errno, where there are no children or nothing steps them.
pid_t trace_fork(void);
// Ends the child itself, at once.
_Noreturn void trace_leave(void);
// Ends the child from outside.
void trace_kill(pid_t child);

enum trace_state { trace_stepped, trace_ended, trace_signalled, trace_failed };
// Lets it run one instruction. `trace_signalled` where it got a signal of its own, such as of an
// address that is not there; after `trace_failed` there is an errno.
enum trace_state trace_step(pid_t child);
