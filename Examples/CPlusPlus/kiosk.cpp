// A kiosk around an event loop, with no thread but its own. Each line of its input is a touch: the
// name of an event, and behind a space, if there is one, its properties as JSON.
//
//     c++ -std=c++17 kiosk.cpp $(pkg-config --cflags --libs footfall) -o kiosk
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <iostream>
#include <string>
#include <string_view>

#include "event_loop.hpp"
#include "footfall.hpp"

using namespace std::chrono_literals;

namespace {

constexpr auto patience = 5s;

class Kiosk {
public:
    int run() {
        // What the library's thread would do, a timer does: it never waits.
        loop_.every(100ms, [this] { on_tick(); });
        loop_.when_readable(STDIN_FILENO, [this] { on_input(); });
        loop_.run();
        return exit_code_;
    }

private:
    void on_tick() {
        client_.poll();
        if (!is_leaving_) return;
        // Asks and does not wait, so that the screen would go on to be drawn.
        const footfall_status status = client_.flush(0ms);
        if (status == FOOTFALL_TIMEOUT && std::chrono::steady_clock::now() < deadline_) return;
        report("flush", status);
        loop_.quit();
    }

    void on_input() {
        char bytes[4096];
        const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
        // Nothing came for all that, or a signal did.
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count <= 0) {
            if (!input_.empty()) on_touch(input_);
            return leave();
        }
        input_.append(bytes, static_cast<std::size_t>(count));
        for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
            on_touch(std::string_view(input_).substr(0, end));
            input_.erase(0, end + 1);
        }
    }

    void on_touch(std::string_view line) {
        const auto brace = line.find(" {");
        const auto name = line.substr(0, brace);
        const auto properties =
            brace == std::string_view::npos ? std::string_view{} : line.substr(brace + 1);
        report(name, client_.track(name, properties));
    }

    void leave() {
        loop_.forget(STDIN_FILENO);
        is_leaving_ = true;
        deadline_ = std::chrono::steady_clock::now() + patience;
    }

    void report(std::string_view what, footfall_status status) {
        if (status == FOOTFALL_OK) return;
        std::cerr << "kiosk: " << what << ": " << footfall_status_text(status) << '\n';
        exit_code_ = 1;
    }

    kiosk::EventLoop loop_;
    kiosk::Footfall client_{FOOTFALL_NO_THREAD};
    std::string input_;
    std::chrono::steady_clock::time_point deadline_;
    bool is_leaving_ = false;
    int exit_code_ = 0;
};

}  // namespace

int main() {
    try {
        return Kiosk().run();
    } catch (const std::exception &error) {
        std::cerr << "kiosk: " << error.what() << '\n';
        return 1;
    }
}
