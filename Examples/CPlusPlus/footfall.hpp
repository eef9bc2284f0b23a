// The client library for C++17: one class, to be copied into a kiosk's own sources.
#ifndef FOOTFALL_HPP
#define FOOTFALL_HPP

#include <footfall.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace kiosk {

// An open client, closed with its owner. It can be moved and not copied: who owns it closes it.
//
// Only the constructor throws. What becomes of an event is a status, for a kiosk goes on without.
class Footfall {
public:
    // With FOOTFALL_NO_THREAD the library starts no thread, and poll() is to be called every
    // second or oftener.
    explicit Footfall(std::uint32_t flags = 0) {
        footfall_options options{};
        options.size = sizeof options;
        options.flags = flags;
        if (auto status = footfall_open(&options, &client_); status != FOOTFALL_OK) {
            throw std::runtime_error(footfall_status_text(status));
        }
    }

    Footfall(Footfall &&other) noexcept : client_(std::exchange(other.client_, 0)) {}

    Footfall &operator=(Footfall &&other) noexcept {
        std::swap(client_, other.client_);
        return *this;
    }

    Footfall(const Footfall &) = delete;
    Footfall &operator=(const Footfall &) = delete;

    ~Footfall() {
        if (client_ != 0) footfall_close(client_);
    }

    // Hands over one event; `properties` is a JSON object as text, or empty for none.
    footfall_status track(
        std::string_view event, std::string_view properties = {},
        std::uint32_t flags = 0) noexcept {
        return footfall_track_bytes(
            client_, event.data(), event.size(), properties.empty() ? nullptr : properties.data(),
            properties.size(), flags);
    }

    // Looks for the agent, or after it, without waiting.
    footfall_status poll() noexcept { return footfall_poll(client_); }

    // Waits until all that was handed over is stored. A time of 0 or less only asks; 49 days are
    // the most.
    footfall_status flush(std::chrono::milliseconds timeout) noexcept {
        const auto count = std::clamp<std::int64_t>(timeout.count(), 0, UINT32_MAX);
        return footfall_flush(client_, static_cast<std::uint32_t>(count));
    }

private:
    footfall client_ = 0;
};

}  // namespace kiosk

#endif
