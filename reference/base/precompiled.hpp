// What nearly every file of the reference includes, compiled once. A file includes what it uses all
// the same: it compiles without this one.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <tl/expected.hpp>

#include "reference/base/environment.hpp"
#include "reference/base/json.hpp"
#include "reference/base/task.hpp"
