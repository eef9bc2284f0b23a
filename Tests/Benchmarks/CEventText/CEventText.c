#include "CEventText.h"

#include <inttypes.h>
#include <stdio.h>

static const char *truth(int32_t value) { return value ? "true" : "false"; }

size_t product_text(const product *product, char *text, size_t capacity) {
    return (size_t)snprintf(
        text, capacity,
        "{\"sku\":\"%s\",\"quantity\":%" PRId64
        ",\"price\":%.15g,\"currency\":\"%s\",\"new\":%s,\"title\":\"%s\"}",
        product->sku, product->quantity, product->price, product->currency,
        truth(product->is_new), product->title);
}

size_t product_text_in_cents(const product *product, char *text, size_t capacity) {
    return (size_t)snprintf(
        text, capacity,
        "{\"sku\":\"%s\",\"quantity\":%" PRId64 ",\"price\":%" PRId64
        ",\"currency\":\"%s\",\"new\":%s,\"title\":\"%s\"}",
        product->sku, product->quantity, (int64_t)(product->price * 100 + 0.5),
        product->currency, truth(product->is_new), product->title);
}
