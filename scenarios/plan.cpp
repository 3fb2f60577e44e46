#include <filesystem>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "scenarios/plan.hpp"

namespace kcheck::scenarios {

GatePlan default_plan() {
    GatePlan plan;
    plan.verify = {"--replicas 2 --nodes 2", "--replicas 1 --nodes 1 --scale 2"};
    plan.cover = {"--replicas 1 --nodes 1", "--replicas 2 --nodes 2 --crashes 0 --lost-replies 0",
                  "--replicas 1 --nodes 1 --scale 2 --crashes 0 --lost-replies 0",
                  "--replicas 2 --nodes 1 --scale 1 --crashes 0 --lost-replies 0"};
    plan.walk = {"--replicas 3 --nodes 2", "--replicas 2 --nodes 2 --scale 1"};
    return plan;
}

tl::expected<GatePlan, std::string> read_plan(const std::string& file) {
    const auto refuse = [&](const YAML::Mark& mark, const std::string& what) {
        return tl::unexpected(fmt::format("{}:{}:{}: {}", file, mark.line + 1, mark.column + 1, what));
    };
    YAML::Node document;
    try {
        document = YAML::LoadFile(file);
    } catch (const YAML::BadFile&) {
        return tl::unexpected(fmt::format("{}: it cannot be read", file));
    } catch (const YAML::Exception& error) {
        return refuse(error.mark,
                      "this is not YAML (a bracket or quote that is not closed, or a wrong indentation)");
    }
    if (!document.IsMap())
        return refuse(document.Mark(), "a gate file is a map (verify, cover, walk, conform, variants)");
    GatePlan plan;
    for (const auto& entry : document) {
        const auto name = entry.first.Scalar();
        if (name == "variants") {
            if (!entry.second.IsScalar() ||
                (entry.second.Scalar() != "true" && entry.second.Scalar() != "false"))
                return refuse(entry.second.Mark(), "variants is true or false");
            plan.variants = entry.second.Scalar() == "true";
            continue;
        }
        auto* list = name == "verify"    ? &plan.verify
                     : name == "cover"   ? &plan.cover
                     : name == "walk"    ? &plan.walk
                     : name == "conform" ? &plan.conform
                                         : nullptr;
        if (list == nullptr)
            return refuse(
                entry.first.Mark(),
                fmt::format("there is no member \"{}\" (verify, cover, walk, conform, variants)", name));
        if (!entry.second.IsSequence()) return refuse(entry.second.Mark(), name + " is a list of strings");
        for (const auto& element : entry.second) {
            if (!element.IsScalar()) return refuse(element.Mark(), name + " is a list of strings");
            list->push_back(element.Scalar());
        }
    }
    for (auto& recording : plan.conform)
        recording = (std::filesystem::path(file).parent_path() / recording).string();
    return plan;
}

}  // namespace kcheck::scenarios
