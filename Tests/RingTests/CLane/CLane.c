#include "CLane.h"

#include <string.h>

static uint64_t number(const uint8_t *at, int width) {
    uint64_t value = 0;
    for (int i = 0; i < width; i++) value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static void set(uint8_t *at, int width, uint64_t value) {
    for (int i = 0; i < width; i++) at[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t rounded(uint64_t payload) { return (8 + payload + 7) / 8 * 8; }

static uint64_t longest(uint64_t capacity) {
    return capacity / 8 < 65536 ? capacity / 8 : 65536;
}

static int drop(uint8_t *lane, uint32_t count, uint64_t time, int code) {
    set(lane + 136, 8, number(lane + 136, 8) + 1);
    set(lane + 144, 8, number(lane + 144, 8) + count);
    set(lane + 152, 8, time);
    return code;
}

int c_lane_write(uint8_t *lane, uint64_t capacity, const uint8_t *payload, uint32_t count,
                 uint16_t kind, uint16_t flags, uint64_t time) {
    uint8_t *data = lane + 4096;
    uint64_t tail = number(lane + 128, 8), head = number(lane + 256, 8);
    if (count > longest(capacity) || kind == 65535) return drop(lane, count, time, 2);
    uint64_t place = tail % capacity, need = rounded(count), skipped = 0;
    if (place + need > capacity) skipped = capacity - place;
    uint64_t most = flags & 1 ? capacity : capacity - capacity / 8;
    if (tail + skipped + need - head > most) return drop(lane, count, time, 1);
    if (skipped > 0) {
        set(data + place, 4, skipped);
        set(data + place + 4, 2, 65535);
        set(data + place + 6, 2, 0);
        place = 0;
    }
    set(data + place, 4, count);
    set(data + place + 4, 2, kind);
    uint64_t drops = number(lane + 136, 8) + number(lane + 392, 8);
    set(data + place + 6, 2, flags | (drops != number(lane + 160, 8) ? 2 : 0));
    memcpy(data + place + 8, payload, count);
    set(lane + 160, 8, drops);
    set(lane + 128, 8, tail + skipped + need);
    return 0;
}

int c_lane_read(const uint8_t *lane, uint64_t capacity, uint64_t *position,
                struct c_lane_record *record) {
    const uint8_t *data = lane + 4096;
    uint64_t tail = number(lane + 128, 8);
    if (*position == tail) return 0;
    if (tail % 8 != 0 || tail - *position > capacity) return -1;
    const uint8_t *at = data + *position % capacity;
    if (number(at + 4, 2) == 65535) {
        uint64_t rest = capacity - *position % capacity;
        if (rest == capacity || number(at, 4) != rest || rest >= tail - *position) return -1;
        *position += rest;
        at = data;
        if (number(at + 4, 2) == 65535) return -1;
    }
    uint64_t count = number(at, 4);
    if (count > longest(capacity)) return -1;
    if (rounded(count) > tail - *position) return -1;
    if (*position % capacity + rounded(count) > capacity) return -1;
    record->position = *position;
    record->count = (uint32_t)count;
    record->kind = (uint16_t)number(at + 4, 2);
    record->flags = (uint16_t)number(at + 6, 2);
    record->payload = at + 8;
    *position += rounded(count);
    return 1;
}

void c_lane_release(uint8_t *lane, uint64_t position) {
    set(lane + 264, 8, position);
    set(lane + 256, 8, position);
}
