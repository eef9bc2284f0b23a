// A lane: `LaneWriter` and `LaneReader` without flags, kinds and drop counts, in words of 8 bytes.
// Four records of two words in a lane of five: the third fits only behind padding, in room that
// the reader has given back, as does the fourth. Payloads are plain memory: whoever writes or reads
// one without having been handed it is a race, and that GenMC reports.
//
// Faults: TAIL_STORE_RELAXED, TAIL_LOAD_RELAXED, HEAD_STORE_RELAXED, HEAD_LOAD_RELAXED,
// TAIL_FIRST, HEAD_FIRST, PADDING_ALONE, NO_ROOM_ASKED, and those of the wake-up.
#include "wake.h"

#define CAPACITY 5
#define RECORD 2
#ifndef RECORDS
#define RECORDS 4
#endif
// How often the reader asks for `tail` before it wants to sleep.
#ifndef ROUNDS
#define ROUNDS 3
#endif

#ifdef TAIL_STORE_RELAXED
#define TAIL_STORE memory_order_relaxed
#else
#define TAIL_STORE memory_order_release
#endif
#ifdef TAIL_LOAD_RELAXED
#define TAIL_LOAD memory_order_relaxed
#else
#define TAIL_LOAD memory_order_acquire
#endif
#ifdef HEAD_STORE_RELAXED
#define HEAD_STORE memory_order_relaxed
#else
#define HEAD_STORE memory_order_release
#endif
#ifdef HEAD_LOAD_RELAXED
#define HEAD_LOAD memory_order_relaxed
#else
#define HEAD_LOAD memory_order_acquire
#endif

static atomic_int head;
static int bytes[CAPACITY];
static int position, committed, isAsleep;

// A record's first word: its length, or below 0 that of padding.
static void setRecordHead(int offset, int value) {
    __atomic_store_n(&bytes[offset], value, __ATOMIC_RELAXED);
}

static int recordHead(int offset) { return __atomic_load_n(&bytes[offset], __ATOMIC_RELAXED); }

static void *runWriter(void *unused) {
    int end = 0, headSeen = 0;
    for (int record = 0; record < RECORDS; record++) {
        int offset = end % CAPACITY, toEnd = CAPACITY - offset;
        int padding = RECORD > toEnd ? toEnd : 0;
#ifndef NO_ROOM_ASKED
        if (end + padding + RECORD - headSeen > CAPACITY) {
            headSeen = atomic_load_explicit(&head, HEAD_LOAD);
            if (end + padding + RECORD - headSeen > CAPACITY)
                continue;
        }
#endif
        if (padding > 0)
            setRecordHead(offset, -toEnd);
        end += padding;
#ifdef PADDING_ALONE
        if (padding > 0)
            atomic_store_explicit(&tail[0], end, TAIL_STORE);
#endif
#ifdef TAIL_FIRST
        commit(0, end + RECORD, TAIL_STORE, 1);
#endif
        bytes[(end + 1) % CAPACITY] = end + 1;
        setRecordHead(end % CAPACITY, RECORD);
        end += RECORD;
#ifndef TAIL_FIRST
        commit(0, end, TAIL_STORE, 1);
#endif
    }
    committed = end;
    return unused;
}

static int next(int *tailSeen) {
    if (position == *tailSeen) {
        *tailSeen = atomic_load_explicit(&tail[0], TAIL_LOAD);
        if (position == *tailSeen)
            return 0;
    }
    int length = recordHead(position % CAPACITY);
    if (length < 0) {
        int toEnd = CAPACITY - position % CAPACITY;
        assert(-length == toEnd && toEnd < *tailSeen - position);
        position += toEnd;
        length = recordHead(position % CAPACITY);
    }
    assert(length == RECORD && length <= *tailSeen - position);
    assert(bytes[(position + 1) % CAPACITY] == position + 1);
#ifdef HEAD_FIRST
    atomic_store_explicit(&head, position + RECORD, HEAD_STORE);
#endif
    // The reader may write over what it has read.
    bytes[(position + 1) % CAPACITY] = 0;
    position += length;
    return 1;
}

static void *runReader(void *unused) {
    int tailSeen = 0;
    for (int round = 0; round < ROUNDS; round++) {
        // What is there by now, as one batch.
        if (!next(&tailSeen))
            continue;
        while (position != tailSeen)
            next(&tailSeen);
        atomic_store_explicit(&head, position, HEAD_STORE);
    }
    isAsleep = !mustStayAwake(&position, 1, 1);
    return unused;
}

int main(void) {
    pthread_t writer, reader;
    pthread_create(&writer, 0, runWriter, 0);
    pthread_create(&reader, 0, runReader, 0);
    pthread_join(writer, 0);
    pthread_join(reader, 0);
    assert(!isAsleep || position == committed || atomic_load(&rings) > 0);
    return 0;
}
