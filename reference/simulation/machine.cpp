#include "reference/simulation/machine.hpp"

#include <optional>
#include <stdexcept>

namespace kcheck::reference::simulation {

Machine::Machine(World& world, Process& kubelet, runtime::ImageRegistry registry,
                 runtime::RuntimeOptions options)
    : process(world, "container-runtime/" + kubelet.node, kubelet.node),
      runtime(process, processes, std::move(registry), std::move(options)) {
    kubelet.carries_out_calls = [this](PendingCall call) { carry_out(std::move(call)); };
}

void Machine::carry_out(PendingCall call) {
    runtime.call(call.method, call.parameters, std::move(call.done));
}

Json Machine::look_up(const std::string& method, const Json& parameters) {
    std::optional<runtime::RuntimeResult> found;
    runtime.call(method, parameters, [&](runtime::RuntimeResult result) { found = std::move(result); });
    if (!found || !*found) throw std::logic_error(method + " looks nothing up");
    return std::move(**found);
}

void Machine::exit_process(int exit_code) {
    if (processes.running().empty()) throw std::logic_error("no process runs");
    processes.exit(*processes.running().begin(), exit_code);
    runtime.reap();
}

}  // namespace kcheck::reference::simulation
