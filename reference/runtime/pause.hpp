// The program of every container (build/pause/linux/pause.c of Kubernetes): it does nothing.
#pragma once

namespace kcheck::reference::runtime {

/// Waits for SIGTERM or SIGINT, and returns 0 then.
int pause_main();

}  // namespace kcheck::reference::runtime
