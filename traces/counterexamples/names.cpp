#include "traces/counterexamples/names.hpp"

#include <cstdint>
#include <string_view>

#include <fmt/core.h>

namespace kcheck::traces {

namespace {

// k8s.io/apimachinery/pkg/util/rand: no vowels, and nothing that looks like one.
constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";

std::uint32_t fnv1a(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619U;
    return hash;
}

std::string safe_encode(const std::string& text) {
    std::string encoded;
    for (const char letter : text) encoded += alphabet[static_cast<unsigned char>(letter) % alphabet.size()];
    return encoded;
}

/// Five letters for the n-th creation, different for different n: 5700361 has no factor 3, and
/// there are 3^15 such words.
std::string suffix(int n) {
    constexpr std::uint64_t words = 14348907;
    auto rest = (static_cast<std::uint64_t>(n) * 5700361U + 2345678U) % words;
    std::string letters;
    for (int i = 0; i < 5; ++i) {
        letters += alphabet[rest % alphabet.size()];
        rest /= alphabet.size();
    }
    return letters;
}

}  // namespace

Names::Names(const Trace& trace, const model::Pipeline& pipeline) : trace_(trace) {
    const auto& k = pipeline.encoding();
    const auto& deployment = trace.configuration.deployment;
    for (int t = 0; t < k.replica_sets(); ++t) {
        const auto hashed = t == 0 ? deployment : fmt::format("{} {}", deployment, t);
        replica_sets_.push_back(fmt::format("{}-{}", deployment, safe_encode(std::to_string(fnv1a(hashed)))));
    }
    std::vector<Creation> now(static_cast<std::size_t>(k.pods()));
    created_.push_back(now);
    int creations = 0;
    for (std::size_t i = 0; i < trace.steps.size(); ++i) {
        for (std::size_t p = 0; p < now.size(); ++p) {
            const auto& pod = k.pod(static_cast<int>(p));
            const auto exists = pod[model::pod::exists];
            if (trace.state(i)[exists] == 0 && trace.state(i + 1)[exists] == 1)
                now[p] = {++creations, trace.state(i + 1)[pod[model::pod::owner]]};
        }
        created_.push_back(now);
    }
}

std::string Names::pod(int p, std::size_t steps_done) const {
    const auto& creation = created_[steps_done][static_cast<std::size_t>(p)];
    return fmt::format("{}-{}", replica_set(creation.owner), suffix(creation.number));
}

std::string Names::component(const std::string& component) const {
    const auto bracket = component.find('[');
    if (bracket == std::string::npos) return component;
    const auto kind = component.substr(0, bracket);
    return fmt::format("{}/{}", kind, node(index_after(component, kind)));
}

std::string Names::text(const std::string& text, std::size_t steps_done) const {
    std::string result = text;
    const std::string_view set = "replicaset[";
    if (const auto at = result.find(set); at != std::string::npos) {
        const auto& name = replica_set(std::stoi(result.substr(at + set.size())));
        result.replace(at, result.find(']', at) + 1 - at, "replicaset/" + name);
    }
    for (auto at = result.find("pod["); at != std::string::npos; at = result.find("pod[", at)) {
        const auto name = "pod/" + pod(std::stoi(result.substr(at + 4)), steps_done);
        result.replace(at, result.find(']', at) + 1 - at, name);
        at += name.size();
    }
    return result;
}

}  // namespace kcheck::traces
