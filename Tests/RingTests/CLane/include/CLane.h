#pragma once
// A lane as the page of the module `Ring` describes it, in plain C for one thread: no word of it is
// taken from the Swift sources.
#include <stdint.h>

// Writes a record. 0 written, 1 no room, 2 refused.
int c_lane_write(uint8_t *lane, uint64_t capacity, const uint8_t *payload, uint32_t count,
                 uint16_t kind, uint16_t flags, uint64_t time);

struct c_lane_record {
    uint64_t position;
    uint32_t count;
    uint16_t kind;
    uint16_t flags;
    const uint8_t *payload;
};

// Reads the record at `*position` and moves that on. 1 a record, 0 none, -1 against the rules.
int c_lane_read(const uint8_t *lane, uint64_t capacity, uint64_t *position,
                struct c_lane_record *record);

// Gives back what is before a position, as stored.
void c_lane_release(uint8_t *lane, uint64_t position);
