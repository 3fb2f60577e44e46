#include "kubernetes/schema/tables.hpp"

#include <array>

namespace kcheck::kubernetes {

namespace {

constexpr std::array<std::string_view, 16> all = {
// clang-format off
#include "kubernetes/schema/tables/admissionregistration.txt"
    ,
#include "kubernetes/schema/tables/apiextensions.txt"
    ,
#include "kubernetes/schema/tables/apps.txt"
    ,
#include "kubernetes/schema/tables/autoscaling.txt"
    ,
#include "kubernetes/schema/tables/autoscaling2.txt"
    ,
#include "kubernetes/schema/tables/batch.txt"
    ,
#include "kubernetes/schema/tables/coordination.txt"
    ,
#include "kubernetes/schema/tables/core.txt"
    ,
#include "kubernetes/schema/tables/discovery.txt"
    ,
#include "kubernetes/schema/tables/meta.txt"
    ,
#include "kubernetes/schema/tables/networking.txt"
    ,
#include "kubernetes/schema/tables/node.txt"
    ,
#include "kubernetes/schema/tables/policy.txt"
    ,
#include "kubernetes/schema/tables/rbac.txt"
    ,
#include "kubernetes/schema/tables/scheduling.txt"
    ,
#include "kubernetes/schema/tables/storage.txt"
    ,
    // clang-format on
};

}  // namespace

std::span<const std::string_view> tables() { return all; }

}  // namespace kcheck::kubernetes
