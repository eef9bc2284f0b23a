#pragma once
#include <stddef.h>
#include <stdint.h>

// What a program knows of a product that was looked at.
typedef struct product {
    const char *sku;
    const char *title;
    const char *currency;
    int64_t quantity;
    double price;
    int32_t is_new;
} product;

// The properties of that event as JSON text, as programs in C make it: the numbers by snprintf,
// the texts as they are. Returns the bytes, without the zero at the end.
size_t product_text(const product *product, char *text, size_t capacity);
// The same with the price as a whole number of cents.
size_t product_text_in_cents(const product *product, char *text, size_t capacity);
