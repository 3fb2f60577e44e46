// How a sync of a controller may end.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

namespace kcheck::reference::controllers {

struct Failure {
    std::string why;
    bool retry = true;  // false: nothing that the controller does can help
};

/// None: what was to be done is done. For steps after which a sync goes on.
using SyncResult = std::optional<Failure>;

/// For steps whose failure ends the sync.
class SyncFailed : public std::runtime_error {
public:
    explicit SyncFailed(Failure why) : std::runtime_error(why.why), failure(std::move(why)) {}
    Failure failure;
};

}  // namespace kcheck::reference::controllers
