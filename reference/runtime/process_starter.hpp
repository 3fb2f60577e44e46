// The processes that containers are made of.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace kcheck::reference::runtime {

/// A process for ever: the system gives a pid again, but not with the same time of start.
struct ProcessId {
    pid_t pid = 0;
    std::uint64_t start_time = 0;  // field 22 of /proc/<pid>/stat
    auto operator<=>(const ProcessId&) const = default;
};

struct ProcessSpec {
    std::string title;  // "namespace/pod/container", to be seen in ps
    std::map<std::string, std::string> environment = {};
};

struct ExitedProcess {
    ProcessId process;
    int exit_code = 0;  // 128 + signal, as a shell says it
};

class ProcessStarter {
public:
    /// What containerd reports of an exit that it has not seen.
    static constexpr int unknown_exit_code = 255;

    virtual ~ProcessStarter() = default;

    /// `record` is called when the process exists, and has not begun its program: what it writes is
    /// written before anything of the program happens, and the program never runs if we die before.
    virtual tl::expected<ProcessId, std::string> start(
        const ProcessSpec& spec, const std::function<void(const ProcessId&)>& record) = 0;
    /// Takes over a process that an earlier runtime has started; false if it does not run any more.
    virtual bool adopt(const ProcessId& process) = 0;
    /// SIGTERM reaches the process, SIGKILL also what it has started. Nothing if it has exited.
    virtual void kill(const ProcessId& process, int signal) = 0;
    /// Who has exited since the last call. Leaves no zombies of them.
    virtual std::vector<ExitedProcess> reap() = 0;
};

}  // namespace kcheck::reference::runtime
