// An event loop with the shape of Qt's, on poll(2) and timerfd: so that this example needs no Qt.
// `every` is a QTimer, `when_readable` a QSocketNotifier, `run` and `quit` are QCoreApplication's.
#ifndef EVENT_LOOP_HPP
#define EVENT_LOOP_HPP

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

namespace kiosk {

// For one thread, which all that it calls runs on.
class EventLoop {
public:
    using Action = std::function<void()>;

    EventLoop() = default;
    EventLoop(const EventLoop &) = delete;
    EventLoop &operator=(const EventLoop &) = delete;

    ~EventLoop() {
        for (int timer : timers_) close(timer);
    }

    // Calls `action` at once when the loop runs, then each time that `interval` is over.
    void every(std::chrono::milliseconds interval, Action action) {
        int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        if (timer < 0) throw std::system_error(errno, std::generic_category(), "timerfd");
        timers_.push_back(timer);
        itimerspec times{};
        times.it_value.tv_nsec = 1;
        times.it_interval.tv_sec = interval.count() / 1000;
        times.it_interval.tv_nsec = interval.count() % 1000 * 1'000'000;
        timerfd_settime(timer, 0, &times, nullptr);
        when_readable(timer, [timer, action = std::move(action)] {
            std::uint64_t expirations;
            if (read(timer, &expirations, sizeof expirations) > 0) action();
        });
    }

    // Calls `action` whenever the descriptor can be read, or is at its end.
    void when_readable(int descriptor, Action action) {
        watched_.push_back({descriptor, POLLIN, 0});
        actions_.push_back(std::move(action));
    }

    // Looks no more at a descriptor.
    void forget(int descriptor) {
        for (auto &each : watched_) {
            if (each.fd == descriptor) each.fd = -1;
        }
    }

    // Runs until `quit` is called.
    void run() {
        while (is_running_) {
            if (::poll(watched_.data(), watched_.size(), -1) < 0 && errno != EINTR) {
                throw std::system_error(errno, std::generic_category(), "poll");
            }
            // By number: an action may add more.
            for (std::size_t i = 0; i < watched_.size(); i++) {
                if (watched_[i].fd >= 0 && std::exchange(watched_[i].revents, 0) != 0) {
                    Action action = actions_[i];
                    action();
                }
            }
        }
    }

    // Lets `run` return.
    void quit() { is_running_ = false; }

private:
    bool is_running_ = true;
    std::vector<pollfd> watched_;
    std::vector<Action> actions_;
    std::vector<int> timers_;
};

}  // namespace kiosk

#endif
