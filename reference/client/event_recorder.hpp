// Events for people, best effort (client-go/tools/record: event.go, events_cache.go).
//
// Nothing waits for them and nothing depends on them: a failure is ignored. The same event again
// raises the count of the one there is.
#pragma once

#include <map>
#include <string>

#include "reference/base/environment.hpp"
#include "reference/client/api.hpp"

namespace kcheck::reference::client {

class EventRecorder {
public:
    /// A disabled recorder sends nothing: a replay has no steps for events.
    EventRecorder(Environment& environment, Api& api, std::string component, bool enabled);
    EventRecorder(const EventRecorder&) = delete;
    EventRecorder& operator=(const EventRecorder&) = delete;

    /// `type`: "Normal" or "Warning". Objects of lists do not say their kind: it is given.
    void record(const Json& object, const std::string& api_version, const std::string& kind,
                const std::string& type, const std::string& reason, const std::string& message);

private:
    struct Known {
        std::string path;
        int count = 1;
    };
    Environment& environment_;
    Api& api_;
    std::string component_;
    bool enabled_;
    std::map<std::string, Known> known_;
};

}  // namespace kcheck::reference::client
