// The machine of a node: what outlives its kubelet. The container runtime, as in a cluster, over processes
// that are numbers.
#pragma once

#include <string>
#include <vector>

#include "reference/runtime/runtime_core.hpp"
#include "reference/runtime/simulated_process_starter.hpp"
#include "reference/simulation/process.hpp"

namespace kcheck::reference::simulation {

class Machine {
public:
    /// Carries out the calls of `kubelet` while the world runs by itself.
    Machine(World& world, Process& kubelet, runtime::ImageRegistry registry,
            runtime::RuntimeOptions options = {});
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    /// A reply to a kubelet that has crashed since is lost.
    void carry_out(PendingCall call);
    /// What a call that changes nothing would return.
    Json look_up(const std::string& method, const Json& parameters = Json::object());
    /// As ListContainers shows them.
    Json containers() { return look_up("ListContainers").at("containers"); }
    bool has_image(const std::string& image) {
        return look_up("ImageStatus", {{"image", image}}).at("present");
    }
    /// The first of the processes that run ends by itself. Throws std::logic_error if there is none.
    void exit_process(int exit_code);

    Process process;  // of the container runtime
    runtime::SimulatedProcessStarter processes;
    runtime::RuntimeCore runtime;
};

}  // namespace kcheck::reference::simulation
