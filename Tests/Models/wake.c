// Sleeping and waking, records left out: each writer commits RECORDS, the reader sleeps SLEEPS
// times; each sleep but the last ends by a ring or by its time, as if that could be at once.
// The last ends only by a ring: then whoever committed what the reader has not seen has rung.
#include "wake.h"

#ifndef RECORDS
#define RECORDS 1
#endif
#ifndef SLEEPS
#define SLEEPS 1
#endif
// The level at which the reader sleeps.
#define LEVEL 2

static int position[WRITERS];
static int isAsleep;

// Of several writers the last is too little urgent to ring, if LOW is set.
static int needed(int writer) {
#ifdef LOW
    if (writer == WRITERS - 1)
        return LEVEL + 1;
#endif
    return LEVEL - writer % 2;
}

static void *runWriter(void *argument) {
    int writer = (int)(long)argument;
    for (int record = 1; record <= RECORDS; record++)
        commit(writer, record, memory_order_release, needed(writer));
    stop(writer, SLEEPS);
    return 0;
}

static void *runReader(void *unused) {
    attach();
    for (int sleep = 1; sleep <= SLEEPS; sleep++) {
        isAsleep = !mustStayAwake(position, LEVEL, sleep);
        if (isAsleep && sleep == SLEEPS)
            break;
        awake();
        for (int writer = 0; writer < WRITERS; writer++)
            position[writer] = atomic_load_explicit(&tail[writer], memory_order_acquire);
    }
    return unused;
}

int main(void) {
    pthread_t reader, writers[WRITERS];
    pthread_create(&reader, 0, runReader, 0);
    for (long writer = 0; writer < WRITERS; writer++)
        pthread_create(&writers[writer], 0, runWriter, (void *)writer);
    for (int writer = 0; writer < WRITERS; writer++)
        pthread_join(writers[writer], 0);
    pthread_join(reader, 0);
    int unseen = 0;
    for (int writer = 0; writer < WRITERS; writer++)
        unseen |= needed(writer) <= LEVEL && position[writer] != RECORDS;
    assert(!isAsleep || !unseen || atomic_load(&rings) > 0);
    return 0;
}
