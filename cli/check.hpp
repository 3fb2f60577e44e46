// kcheck without a command: visit every reachable state, check every property.
#pragma once

#include <atomic>
#include <functional>

#include <tl/expected.hpp>

#include "checker/explicit_search.hpp"
#include "cli/result.hpp"

namespace kcheck::cli {

struct Watching {
    const std::atomic<bool>* stop = nullptr;  // set when the user has had enough
    std::function<void(const checker::Progress&)> progress;
};

tl::expected<Result, InternalError> check(const model::Pipeline& pipeline, const Options& options,
                                          const Watching& watching);

}  // namespace kcheck::cli
