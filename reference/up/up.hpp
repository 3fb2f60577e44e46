// `kcheck up`: a whole cluster on 127.0.0.1, every component a process of its own.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "reference/base/environment.hpp"

namespace kcheck::reference::up {

struct UpFlags {
    int nodes = 2;
    std::string dir;         // of its files; empty: a new one, removed at the end
    std::uint16_t port = 0;  // of kube-apiserver; 0: any that is free
    std::string etcd;        // the URL of an etcd; empty: the embedded store, in <dir>/store
    std::string registry;    // a table of images (image_registry.hpp)
    std::string audit_log, commit_log;
    std::vector<std::string> variants;  // names of switches
};

/// Starts everything and says when it is ready and how it is used; then starts again what dies, until
/// SIGTERM or SIGINT; then stops everything. Returns the exit code: 1 if the cluster did not become
/// ready. Throws std::exception with a line for people if it cannot begin.
int run_up(const UpFlags& flags);

/// Switches of a replay, which free processes do not have.
const std::set<Switch>& replay_only_switches();

}  // namespace kcheck::reference::up
