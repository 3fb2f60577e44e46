#include "model/configuration.hpp"

namespace kcheck::model {

namespace {

// intstr.go:GetScaledValueFromIntOrPercent
int scaled(const Strategy::Amount& amount, int of, bool up) {
    const std::int64_t hundredths = std::int64_t{amount.value} * of + (up ? 99 : 0);
    constexpr std::int64_t most = 1'000'000;  // more than there can be pods
    return static_cast<int>(std::min(most, amount.percent ? hundredths / 100 : amount.value));
}

}  // namespace

int Strategy::surge(int replicas) const { return recreate ? 0 : scaled(max_surge, replicas, true); }

int Strategy::unavailable(int replicas) const {
    if (recreate || replicas == 0) return 0;
    const int most = scaled(max_unavailable, replicas, false);
    // Something must move.
    return std::min(replicas, most == 0 && surge(replicas) == 0 ? 1 : most);
}

bool Configuration::then(const std::vector<UserOperation>& asked) {
    using Kind = UserOperation::Kind;
    const int applied = templates();
    for (auto next : asked) {
        const auto now = operations.back();
        const auto last = [&](auto&& wanted) {
            return std::find_if(operations.rbegin(), operations.rend(), wanted);
        };
        switch (next.kind) {
            case Kind::apply:
                next.pod_template = last([](auto& o) { return o.kind == Kind::apply; })->pod_template;
                break;
            case Kind::scale: next.pod_template = now.pod_template; break;
            case Kind::set_image:
                next.replicas = now.replicas;
                next.pod_template += applied;
                break;
            case Kind::undo: {
                // polymorphichelpers/rollback.go: to the revision before; a revision is the last use.
                const auto other = last([&](auto& o) { return o.pod_template != now.pod_template; });
                // A second undo finds the revision that the first one has made, or does not yet.
                if (other == operations.rend() || now.kind == Kind::undo) return false;
                next.replicas = now.replicas;
                next.pod_template = other->pod_template;
                break;
            }
        }
        operations.push_back(next);
    }
    return true;
}

}  // namespace kcheck::model
