// The container runtime behind the methods of container_runtime.hpp: images, and containers that are
// created, running, or exited. It knows nothing of Kubernetes but the names in what it is given.
//
// Deterministic: time and delays are its Environment's, processes its ProcessStarter's, images its
// ImageRegistry's. Its own process puts it behind a socket (runtime_socket.hpp), a replay
// calls it directly.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "reference/base/environment.hpp"
#include "reference/runtime/container_runtime.hpp"
#include "reference/runtime/image_registry.hpp"
#include "reference/runtime/process_starter.hpp"
#include "reference/runtime/runtime_checkpoint.hpp"

namespace kcheck::reference::runtime {

struct RuntimeOptions {
    Switches switches = {};
    /// Where containers and images are remembered across restarts; empty: nowhere.
    std::string state_directory = {};
};

class RuntimeCore {
public:
    using Done = std::function<void(RuntimeResult)>;

    RuntimeCore(Environment& environment, ProcessStarter& processes, ImageRegistry registry,
                RuntimeOptions options);
    RuntimeCore(const RuntimeCore&) = delete;
    RuntimeCore& operator=(const RuntimeCore&) = delete;

    /// Finds the containers of an earlier run again: those that run are adopted, the others have
    /// exited with a code that nobody saw. Throws std::runtime_error if a checkpoint is damaged.
    void start();
    /// `done` is called once, and at once unless there is something to wait for: an image, or a
    /// process that is being stopped. Calls of one container take effect in the order in which they are made.
    void call(const std::string& method, const Json& parameters, Done done);
    /// Notices processes that have exited. To be called when ProcessStarter has some.
    void reap();

private:
    struct Container {
        Json info;  // as ListContainers shows it
        ProcessSpec spec;
        ProcessId process;
    };
    struct Stop {
        Time kill_at;
        TimerId timer = 0;
        std::vector<Done> waiting;
    };

    void pull_image(const std::string& image, Done done);
    void finish_pull(const std::string& image, const RuntimeResult& result);
    RuntimeResult create_container(const Json& parameters);
    RuntimeResult start_container(Container& container);
    void stop_container(const std::string& id, std::chrono::seconds grace, Done done);
    RuntimeResult remove_container(const std::string& id);
    RuntimeResult list_containers() const;

    Container* find(const std::string& id);
    void save(const Container& container) const;
    void exited(Container& container, int exit_code);

    Environment& environment_;
    ProcessStarter& processes_;
    ImageRegistry registry_;
    RuntimeOptions options_;
    RuntimeCheckpoint checkpoint_;
    std::set<std::string> images_;
    std::map<std::string, std::vector<Done>> pulls_;  // under way, by image
    std::map<std::string, Container> containers_;
    std::map<std::string, Stop> stops_;  // under way, by container
};

}  // namespace kcheck::reference::runtime
