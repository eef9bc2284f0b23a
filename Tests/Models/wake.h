// The wake-up: who has committed a record sees that the reader sleeps, or the reader sees the
// record. Words are named as in Sources/Ring; a thread of the model is one of the code.
//
// By default both sides have a full fence between their store and their look. With MEMBARRIER the
// writers have none: the reader's call puts one into each of them, at any place of its program
// that the call's beginning and end leave, as the kernel does by interrupting or switching it.
// OWN_FENCES of the writers could not register for that, and have a fence all the same.
// SWITCHED_OFF: writers begin with fences, the reader tells them that they need none.
//
// Faults: NO_WRITER_FENCE, NO_READER_FENCE, LOOK_FIRST, NO_MEMBARRIER, NO_COMPILER_BARRIER, and
// SWITCHED_ON: writers begin without fences, a reader that has no membarrier tells them.
#include <assert.h>
#include <genmc.h>
#include <pthread.h>
#include <stdatomic.h>

#ifndef WRITERS
#define WRITERS 1
#endif

static atomic_int tail[WRITERS];
static atomic_int wakeLevel;
// What lies in the socket.
static atomic_int rings;

#ifndef OWN_FENCES
#define OWN_FENCES 0
#endif
#ifdef SWITCHED_OFF
static atomic_int fences = 1;
#else
static atomic_int fences;
#endif

static int fencesItself(int writer) {
#if defined(NO_WRITER_FENCE)
    return 0;
#elif defined(SWITCHED_OFF) || defined(SWITCHED_ON)
    return atomic_load_explicit(&fences, memory_order_relaxed);
#elif defined(MEMBARRIER)
    return writer < OWN_FENCES;
#else
    return 1;
#endif
}

#ifdef MEMBARRIER
// How many calls have begun; for each writer, through how many it has gone.
static atomic_int calls;
static atomic_int passed[WRITERS];

// A place where the kernel may interrupt a writer.
static void interruption(int writer) {
    if (writer < OWN_FENCES)
        return;
    int begun = atomic_load_explicit(&calls, memory_order_relaxed);
    if (begun > atomic_load_explicit(&passed[writer], memory_order_relaxed)) {
        atomic_thread_fence(memory_order_seq_cst);
        atomic_store_explicit(&passed[writer], begun, memory_order_relaxed);
    }
}

// A writer that runs no more: calls to come find it behind a full fence.
static void stop(int writer, int last) {
    if (writer < OWN_FENCES)
        return;
    __VERIFIER_assume(atomic_load_explicit(&calls, memory_order_relaxed) == last);
    interruption(writer);
}

static void membarrier(int call) {
#ifndef NO_MEMBARRIER
    atomic_thread_fence(memory_order_seq_cst);
#endif
    atomic_store_explicit(&calls, call, memory_order_relaxed);
#ifndef NO_MEMBARRIER
    for (int writer = OWN_FENCES; writer < WRITERS; writer++)
        __VERIFIER_assume(atomic_load_explicit(&passed[writer], memory_order_relaxed) == call);
    atomic_thread_fence(memory_order_seq_cst);
#endif
}
#else
static void interruption(int writer) {}
static void stop(int writer, int last) {}
#endif

// The end of a commit: hands over the record, rings if the reader sleeps and wants to know.
static void commit(int writer, int end, memory_order order, int needed) {
#ifdef NO_COMPILER_BARRIER
    int level = atomic_load_explicit(&wakeLevel, memory_order_relaxed);
    interruption(writer);
    atomic_store_explicit(&tail[writer], end, order);
#else
    interruption(writer);
    atomic_store_explicit(&tail[writer], end, order);
    interruption(writer);
    if (fencesItself(writer))
        atomic_thread_fence(memory_order_seq_cst);
    int level = atomic_load_explicit(&wakeLevel, memory_order_relaxed);
#endif
    if (level < needed)
        return;
    interruption(writer);
    if (atomic_exchange_explicit(&wakeLevel, 0, memory_order_acq_rel) != 0)
        atomic_fetch_add_explicit(&rings, 1, memory_order_release);
}

// Whether a lane has more than was read, looked for after saying that the reader sleeps.
static int look(const int *position) {
    int found = 0;
    for (int writer = 0; writer < WRITERS; writer++)
        found |= atomic_load_explicit(&tail[writer], memory_order_acquire) != position[writer];
    return found;
}

static void attach(void) {
#if defined(SWITCHED_ON)
    atomic_store_explicit(&fences, 1, memory_order_relaxed);
#elif defined(SWITCHED_OFF)
    atomic_store_explicit(&fences, 0, memory_order_relaxed);
#endif
}

// Says that the reader sleeps, and whether it must not.
static int mustStayAwake(const int *position, int level, int sleep) {
#ifdef LOOK_FIRST
    int found = look(position);
#endif
    atomic_store_explicit(&wakeLevel, level, memory_order_relaxed);
#if defined(MEMBARRIER)
    membarrier(sleep);
#elif !defined(NO_READER_FENCE)
    atomic_thread_fence(memory_order_seq_cst);
#endif
#ifndef LOOK_FIRST
    int found = look(position);
#endif
    return found;
}

static void awake(void) {
    atomic_store_explicit(&wakeLevel, 0, memory_order_relaxed);
    atomic_exchange_explicit(&rings, 0, memory_order_acquire);
}
