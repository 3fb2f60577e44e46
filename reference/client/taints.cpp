#include "reference/client/taints.hpp"

namespace kcheck::reference::client {

bool tolerates(const Json& toleration, const Json& taint) {
    const auto effect = string_at(toleration, "/effect");
    if (!effect.empty() && effect != string_at(taint, "/effect")) return false;
    const auto key = string_at(toleration, "/key");
    if (!key.empty() && key != string_at(taint, "/key")) return false;
    const auto comparison = string_at(toleration, "/operator", "Equal");
    if (comparison == "Exists") return true;
    return (comparison.empty() || comparison == "Equal") &&
           string_at(toleration, "/value") == string_at(taint, "/value");
}

const Json* toleration_of(const Json& pod, const Json& taint) {
    for (const auto& toleration : at(pod, "/spec/tolerations"))
        if (tolerates(toleration, taint)) return &toleration;
    return nullptr;
}

}  // namespace kcheck::reference::client
