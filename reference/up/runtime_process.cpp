#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "reference/base/event_loop.hpp"
#include "reference/runtime/posix_process_starter.hpp"
#include "reference/runtime/runtime_core.hpp"
#include "reference/runtime/runtime_socket.hpp"
#include "reference/up/processes.hpp"

namespace kcheck::reference::up {

namespace {

namespace net = boost::asio;

runtime::ImageRegistry open_registry(const std::string& file) {
    // As long as on the cluster of the recordings: one sees a rollout go.
    if (file.empty()) return runtime::ImageRegistry({.delay = std::chrono::seconds(1)});
    auto registry = runtime::ImageRegistry::read(file);
    if (!registry) throw std::runtime_error(registry.error());
    return std::move(*registry);
}

/// Calls reap() whenever a process of the runtime has exited.
class Reaper {
public:
    Reaper(EventLoop& loop, int exit_fd, runtime::RuntimeCore& core)
        : exits_(loop.context(), exit_fd), core_(core) {
        wait();
    }
    ~Reaper() { exits_.release(); }  // the descriptor is the process starter's
    Reaper(const Reaper&) = delete;
    Reaper& operator=(const Reaper&) = delete;

private:
    void wait() {
        exits_.async_wait(net::posix::stream_descriptor::wait_read,
                          [this](const boost::system::error_code& error) {
                              if (error) return;
                              core_.reap();
                              wait();
                          });
    }
    net::posix::stream_descriptor exits_;
    runtime::RuntimeCore& core_;
};

/// Kills all containers, then calls `then`.
void end_containers(runtime::RuntimeCore& core, std::function<void()> then) {
    // Called by the destructor of the last reply.
    const std::shared_ptr<void> all_done(nullptr, [then = std::move(then)](void*) { then(); });
    core.call("ListContainers", Json::object(), [&core, all_done](runtime::RuntimeResult list) {
        const Json reply = list.value_or(Json::object());
        for (const auto& container : at(reply, "/containers"))
            if (string_at(container, "/state") == "running")
                core.call("StopContainer", {{"id", string_at(container, "/id")}, {"graceSeconds", 0}},
                          [all_done](const runtime::RuntimeResult&) {});
    });
}

}  // namespace

int run_container_runtime(const ContainerRuntimeFlags& flags) {
    EventLoop loop;
    runtime::PosixProcessStarter processes(
        {std::filesystem::read_symlink("/proc/self/exe").string(), "pause"});
    runtime::RuntimeCore core(loop, processes, open_registry(flags.registry),
                              {.switches = flags.switches, .state_directory = flags.root_dir});
    core.start();
    const Reaper reaper(loop, processes.exit_fd(), core);
    const runtime::RuntimeServer server(
        loop, flags.listen,
        [&core](const std::string& method, const Json& parameters, runtime::RuntimeServer::Done done) {
            core.call(method, parameters, std::move(done));
        });
    net::signal_set signals(loop.context(), SIGTERM, SIGINT);
    signals.async_wait([&](const boost::system::error_code& error, int) {
        if (!error) end_containers(core, [&loop] { loop.stop(); });
    });
    loop.run();
    return 0;
}

}  // namespace kcheck::reference::up
